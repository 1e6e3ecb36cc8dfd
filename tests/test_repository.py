"""What Home Assistant's hassfest and HACS check of a repository, as far as it can be done here.

hassfest is part of no package, so these tests ask Home Assistant's own schemas and lists.
"""

from collections.abc import Iterator
import json
from pathlib import Path
import tomllib
from typing import Any

from awesomeversion import AwesomeVersion, AwesomeVersionStrategy
from PIL import Image
import pytest

from custom_components.green_api import trigger
from custom_components.green_api.const import DOMAIN
import homeassistant
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import selector, service
from homeassistant.helpers.trigger import descriptions as triggers

from .integration_source import (
    INTEGRATION,
    ROOT,
    all_texts,
    imports,
    modules,
    read_json,
    read_yaml,
)

CORE = Path(homeassistant.__file__).parent


MANIFEST = read_json(INTEGRATION / "manifest.json")
ENGLISH = read_json(INTEGRATION / "translations" / "en.json")
ICONS = read_json(INTEGRATION / "icons.json")
SERVICES = read_yaml(INTEGRATION / "services.yaml")
TRIGGERS = read_yaml(INTEGRATION / "triggers.yaml")

# --- manifest.json and hacs.json ------------------------------------------------------------


def test_manifest_keys_are_known_and_in_order() -> None:
    first, rest = list(MANIFEST)[:2], list(MANIFEST)[2:]
    assert first == ["domain", "name"]
    assert rest == sorted(rest)
    required = {
        "codeowners",
        "config_flow",
        "documentation",
        "integration_type",
        "iot_class",
        "issue_tracker",  # HACS wants it
        "requirements",
        "version",
    }
    optional = {
        "after_dependencies",
        "categories",
        "connectivity",
        "dependencies",
        "import_executor",
        "loggers",
        "quality_scale",
        "single_config_entry",
    }
    assert required <= set(rest) <= required | optional


def test_manifest_values() -> None:
    assert MANIFEST["domain"] == DOMAIN == INTEGRATION.name
    assert MANIFEST["name"] == "GREEN-API for WhatsApp"
    assert MANIFEST["config_flow"] is True
    assert MANIFEST["integration_type"] == "service"
    assert MANIFEST["iot_class"] in {"cloud_polling", "cloud_push"}
    assert MANIFEST["quality_scale"] in {"bronze", "silver", "gold", "platinum"}
    assert MANIFEST["requirements"] == []
    assert all(owner.startswith("@") for owner in MANIFEST["codeowners"])
    for key in ("documentation", "issue_tracker"):
        assert MANIFEST[key].startswith("https://")


def test_version_is_one_home_assistant_reads_and_the_same_everywhere() -> None:
    strategies = [AwesomeVersionStrategy.SEMVER, AwesomeVersionStrategy.CALVER]
    version = MANIFEST["version"]
    assert AwesomeVersion(version, ensure_strategy=strategies).valid
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["version"] == version


@pytest.mark.parametrize("key", ["categories", "connectivity"])
def test_manifest_says_where_it_belongs(key: str) -> None:
    file = CORE / "generated" / f"integration_{key}.json"
    if not file.exists():
        pytest.skip("Home Assistant 2026.10 does not know it")
    known = set()
    for each in json.loads(file.read_text()):
        known.add(each["slug"])
        known.update(
            f"{each['slug']}.{sub['slug']}" for sub in each.get("subcategories", ())
        )
    assert MANIFEST[key]
    assert set(MANIFEST[key]) <= known


def test_components_that_are_imported_are_dependencies() -> None:
    """As hassfest: what is only a base for platforms or always there need not be named."""
    always_there = {
        "conversation",
        "diagnostics",
        "media_source",
        "persistent_notification",
        "repairs",
        "system_health",
        "webhook",
        "websocket_api",
    }
    platforms = {path.stem for path in INTEGRATION.glob("*.py")} | {*Platform}
    imported = {
        name.split(".")[2]
        for module in modules()
        for name in imports(module)
        if name.startswith("homeassistant.components.")
    }
    dependencies = MANIFEST.get("dependencies", [])
    after = MANIFEST.get("after_dependencies", [])
    assert imported <= always_there | platforms | {*dependencies, *after}
    assert not {*dependencies} & {*after}
    assert all(
        (CORE / "components" / name).is_dir() for name in (*dependencies, *after)
    )


def test_hacs_json() -> None:
    hacs = read_json(ROOT / "hacs.json")
    assert set(hacs) <= {
        "content_in_root",
        "country",
        "filename",
        "hacs",
        "hide_default_branch",
        "homeassistant",
        "name",
        "persistent_directory",
        "render_readme",
        "zip_release",
    }
    assert hacs["name"] == MANIFEST["name"]
    assert AwesomeVersion(hacs["homeassistant"]).valid


def test_hacs_finds_one_integration_and_what_describes_it() -> None:
    folders = [
        path
        for path in INTEGRATION.parent.iterdir()
        if (path / "manifest.json").exists()
    ]
    assert folders == [INTEGRATION]
    for name in ("LICENSE", "README.md", "CHANGELOG.md"):
        assert (ROOT / name).exists()


QUALITY_RULES = {
    "action-setup",
    "appropriate-polling",
    "brands",
    "common-modules",
    "config-flow",
    "config-flow-test-coverage",
    "dependency-transparency",
    "docs-actions",
    "docs-conditions",
    "docs-high-level-description",
    "docs-installation-instructions",
    "docs-removal-instructions",
    "docs-triggers",
    "entity-event-setup",
    "entity-unique-id",
    "has-entity-name",
    "runtime-data",
    "test-before-configure",
    "test-before-setup",
    "unique-config-entry",
    "action-exceptions",
    "config-entry-unloading",
    "docs-configuration-parameters",
    "docs-installation-parameters",
    "entity-unavailable",
    "integration-owner",
    "log-when-unavailable",
    "parallel-updates",
    "reauthentication-flow",
    "test-coverage",
    "devices",
    "diagnostics",
    "discovery",
    "discovery-update-info",
    "docs-data-update",
    "docs-examples",
    "docs-known-limitations",
    "docs-supported-devices",
    "docs-supported-functions",
    "docs-troubleshooting",
    "docs-use-cases",
    "dynamic-devices",
    "entity-category",
    "entity-device-class",
    "entity-disabled-by-default",
    "entity-translations",
    "exception-translations",
    "icon-translations",
    "reconfiguration-flow",
    "repair-issues",
    "stale-devices",
    "async-dependency",
    "inject-websession",
    "strict-typing",
}


def test_quality_scale_names_every_rule_once() -> None:
    rules = read_yaml(INTEGRATION / "quality_scale.yaml")["rules"]
    assert set(rules) == QUALITY_RULES
    for rule, answer in rules.items():
        if answer != "done":
            assert set(answer) == {"status", "comment"}, rule
            assert answer["status"] in {"done", "exempt", "todo"}, rule
            assert answer["comment"], rule


# --- brand ----------------------------------------------------------------------------------


@pytest.mark.parametrize("theme", ["", "dark_"])
@pytest.mark.parametrize(
    ("name", "shortest", "longest"), [("icon", 256, 256), ("logo", 128, 256)]
)
def test_brand_images(theme: str, name: str, shortest: int, longest: int) -> None:
    sizes = []
    for scale, suffix in ((1, ""), (2, "@2x")):
        with Image.open(INTEGRATION / "brand" / f"{theme}{name}{suffix}.png") as image:
            assert image.format == "PNG"
            assert shortest * scale <= min(image.size) <= longest * scale
            assert image.mode == "RGBA"
            alpha = image.getchannel("A")
            assert alpha.getpixel((0, 0)) == 0, "not transparent"
            drawn = alpha.getbbox()
            assert drawn
            left, top, right, bottom = drawn
            trimmed = (
                (left, right) == (0, image.width),
                (top, bottom) == (0, image.height),
            )
            # An icon is square whatever it shows; a logo is as large as what it shows.
            assert any(trimmed) if name == "icon" else all(trimmed)
            sizes.append(image.size)
    assert name != "icon" or sizes[0][0] == sizes[0][1]
    assert sizes[1] == (sizes[0][0] * 2, sizes[0][1] * 2)


# --- actions --------------------------------------------------------------------------------


def test_services_yaml() -> None:
    service._SERVICES_SCHEMA(SERVICES)


def _service_fields(name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for key, field in ((SERVICES[name] or {}).get("fields") or {}).items():
        if "fields" in field:
            assert ENGLISH["services"][name]["sections"][key]["name"]
            yield from field["fields"].items()
        else:
            yield key, field


@pytest.mark.parametrize("name", SERVICES)
def test_actions_are_named_and_described(name: str) -> None:
    texts = ENGLISH["services"][name]
    assert texts["name"]
    assert texts["description"]
    fields = dict(_service_fields(name))
    assert texts.get("fields", {}).keys() == fields.keys()
    for field in texts.get("fields", {}).values():
        assert field["name"]
        assert field["description"]
    assert "service" in ICONS["services"][name]


@pytest.mark.parametrize("name", SERVICES)
def test_fields_of_actions_have_a_selector(name: str) -> None:
    for field in dict(_service_fields(name)).values():
        selector.validate_selector(field["selector"])
        for config in field["selector"].values():
            if config and (key := config.get("translation_key")):
                (what,) = ENGLISH["selector"][key]
                names = [
                    each if isinstance(each, str) else each["value"]
                    for each in config[what]
                ]
                # What happens is more than what one can wait for.
                assert set(names) <= ENGLISH["selector"][key][what].keys()


def test_nothing_is_translated_or_drawn_that_does_not_exist() -> None:
    assert (
        ENGLISH.get("services", {}).keys()
        == SERVICES.keys()
        == ICONS["services"].keys()
    )
    assert ENGLISH["triggers"].keys() == TRIGGERS.keys() == ICONS["triggers"].keys()
    for platform, entities in ICONS.get("entity", {}).items():
        assert entities.keys() <= ENGLISH["entity"][platform].keys()


# --- triggers -------------------------------------------------------------------------------


def test_triggers_yaml() -> None:
    triggers._TRIGGERS_DESCRIPTION_SCHEMA(TRIGGERS)


async def test_triggers_are_those_of_the_integration(hass: HomeAssistant) -> None:
    found = await trigger.async_get_triggers(hass)
    assert found.keys() == TRIGGERS.keys()
    for name, fields in TRIGGERS.items():
        options = {
            key: each["default"]
            for key, each in fields["fields"].items()
            if "default" in each
        }
        config = {"options": options, "target": {"entity_id": ["notify.anna"]}}
        validated = await found[name].async_validate_config(hass, config)
        assert validated["options"].keys() == fields["fields"].keys()


@pytest.mark.parametrize("name", TRIGGERS)
def test_triggers_are_named_and_described(name: str) -> None:
    texts = ENGLISH["triggers"][name]
    assert texts.keys() == {"name", "description", "fields"}
    assert texts["description"].startswith("Triggers when ")
    assert texts["fields"].keys() == TRIGGERS[name]["fields"].keys()
    for field in texts["fields"].values():
        assert field.keys() == {"name", "description"}
    assert ICONS["triggers"][name].keys() == {"trigger"}


@pytest.mark.parametrize("name", TRIGGERS)
def test_fields_of_triggers_have_a_selector(name: str) -> None:
    for field in TRIGGERS[name]["fields"].values():
        selector.validate_selector(field["selector"])
        for config in field["selector"].values():
            if config and (key := config.get("translation_key")):
                texts = ENGLISH["selector"][key]["options"]
                # Not all that has a name can be chosen everywhere.
                assert [each for each in texts if each in config["options"]] == [
                    *config["options"]
                ]


# --- icons ----------------------------------------------------------------------------------


def test_icons_exist() -> None:
    frontend = pytest.importorskip("hass_frontend")
    listed = json.loads(
        (frontend.where() / "static" / "mdi" / "iconList.json").read_text()
    )
    known = {f"mdi:{icon['name']}" for icon in listed}
    assert {icon for _, icon in all_texts(ICONS)} <= known


def test_icons_of_states_differ_from_the_default() -> None:
    for platform, entities in ICONS.get("entity", {}).items():
        for key, entity in entities.items():
            states = entity.get("state", {})
            assert entity["default"] not in states.values(), key
            assert (
                states.keys()
                <= ENGLISH["entity"][platform][key].get("state", {}).keys()
            ), key
