"""The integration's files, as the tests of the repository read them."""

import ast
from collections.abc import Iterator
from functools import cache
import json
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parent.parent
INTEGRATION = ROOT / "custom_components" / "green_api"


@cache
def modules() -> dict[str, ast.Module]:
    """Return every module by its dotted name within the integration; the package is "__init__"."""
    found = {}
    for path in sorted(INTEGRATION.rglob("*.py")):
        parts = path.relative_to(INTEGRATION).with_suffix("").parts
        if len(parts) > 1 and parts[-1] == "__init__":
            parts = parts[:-1]
        found[".".join(parts)] = ast.parse(path.read_text(), filename=str(path))
    return found


def is_package(name: str) -> bool:
    """Tell whether a module is a folder."""
    return name == "__init__" or (INTEGRATION / name.replace(".", "/")).is_dir()


def imports(name: str) -> Iterator[str]:
    """Yield what a module imports: ".coordinator" of the integration, "aiohttp.ClientSession" of others."""
    here = [] if name == "__init__" else name.split(".")
    package = here if is_package(name) else here[:-1]
    for node in ast.walk(modules()[name]):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if not node.level:
                yield from (f"{node.module}.{alias.name}" for alias in node.names)
                continue
            base = package[: len(package) - node.level + 1]
            base += node.module.split(".") if node.module else []
            for alias in node.names:
                # `from . import x` names a module, or something of the package itself
                whole = ".".join([*base, alias.name])
                yield "." + (whole if whole in modules() else ".".join(base))


def read_json(path: Path) -> dict[str, Any]:
    """Return a JSON object."""
    value: dict[str, Any] = json.loads(path.read_text())
    return value


def read_yaml(path: Path) -> dict[str, Any]:
    """Return a YAML mapping."""
    value: dict[str, Any] = yaml.safe_load(path.read_text())
    return value


def all_texts(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield each text of a translation with its path, such as exceptions.rejected.message."""
    if isinstance(value, str):
        yield path, value
    else:
        for key, below in value.items():
            yield from all_texts(below, f"{path}.{key}" if path else key)
