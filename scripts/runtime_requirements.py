"""Print what Home Assistant would install when it starts with this integration.

Home Assistant installs the requirements of each integration it loads while it starts. `scripts/setup`
feeds this list to uv beforehand, so that a first start takes seconds instead of minutes. The rules
are those of `homeassistant/requirements.py`: an integration's own requirements, then those of its
dependencies and of what it would load after; and the second factor that every login offers.
"""

import json
from pathlib import Path

import homeassistant
from homeassistant.auth.mfa_modules import totp
from homeassistant.bootstrap import CORE_INTEGRATIONS, DEFAULT_INTEGRATIONS

CORE = Path(homeassistant.__file__).parent / "components"
CUSTOM = Path(__file__).parent.parent / "custom_components"


def requirements(domains: set[str]) -> set[str]:
    """Walk the manifests of these integrations and of all they bring along."""
    found: set[str] = set()
    seen: set[str] = set()
    while domains := domains - seen:
        seen |= domains
        manifests = [_manifest(domain) for domain in domains]
        found.update(*(manifest.get("requirements", []) for manifest in manifests))
        domains = set().union(
            *(
                manifest.get(key, [])
                for manifest in manifests
                for key in ("dependencies", "after_dependencies")
            )
        )
    return found


def _manifest(domain: str) -> dict[str, list[str]]:
    for parent in (CUSTOM, CORE):
        file = parent / domain / "manifest.json"
        if file.exists():
            manifest: dict[str, list[str]] = json.loads(file.read_text())
            return manifest
    return {}


ours = {path.parent.name for path in CUSTOM.glob("*/manifest.json")}
all_loaded = CORE_INTEGRATIONS | DEFAULT_INTEGRATIONS | ours
print(*sorted({*requirements(all_loaded), *totp.REQUIREMENTS}), sep="\n")
