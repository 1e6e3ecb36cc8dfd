"""Who may import whom, and what has one place only."""

import ast
from graphlib import TopologicalSorter

import pytest

from .integration_source import imports, modules

# Left never imports right. What stands together may import each other, but not in a circle.
LAYERS = (
    {"api"},
    {"const"},
    {"coordinator", "errors", "issues", "log_filter"},
    {
        "attachment",
        "chat_signal",
        "compose",
        "deliveries",
        "entity",
        "entry",
        "fan_out",
        "fields",
        "files",
        "message_text",
        "messages",
        "outbox",
        "receiver",
        "recipients",
        "sent_messages",
    },
)  # then all that Home Assistant calls: platforms, actions, flows …
TOP = "__init__"


def layer(module: str) -> int:
    """Return how far right a module stands."""
    if module == TOP:
        return len(LAYERS) + 1
    part = module.partition(".")[0]
    return next((at for at, parts in enumerate(LAYERS) if part in parts), len(LAYERS))


def own_imports(module: str) -> set[str]:
    """Return the modules of the integration that this one imports."""
    return {name[1:] or TOP for name in imports(module) if name.startswith(".")}


@pytest.mark.parametrize("module", modules())
def test_imports_go_one_way(module: str) -> None:
    wrong = {name for name in own_imports(module) if layer(name) > layer(module)}
    assert not wrong, f"{module} imports {wrong}, which stand right of it"


@pytest.mark.parametrize("module", modules())
def test_nothing_imports_the_package_itself(module: str) -> None:
    assert TOP not in own_imports(module)


@pytest.mark.parametrize("module", modules())
def test_the_integration_imports_itself_relatively(module: str) -> None:
    assert not [
        name for name in imports(module) if name.startswith("custom_components")
    ]


def test_no_imports_in_a_circle() -> None:
    TopologicalSorter(
        {name: own_imports(name) - {name} for name in modules()}
    ).prepare()


@pytest.mark.parametrize("module", [name for name in modules() if layer(name) == 0])
def test_the_client_knows_nothing_of_home_assistant(module: str) -> None:
    assert not [name for name in imports(module) if name.startswith("homeassistant")]
    assert {name.partition(".")[0] for name in own_imports(module)} <= {"api"}


@pytest.mark.parametrize("module", [name for name in modules() if layer(name) > 0])
def test_the_client_is_used_through_its_package(module: str) -> None:
    assert not {name for name in own_imports(module) if name.startswith("api.")}


def test_urls_of_the_api_are_built_in_one_place() -> None:
    builders = {
        name
        for name, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and "waInstance" in node.value
    }
    assert builders == {"api.transport"}
