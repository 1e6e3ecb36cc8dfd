"""The texts: every language complete, every error, issue and form field with its words."""

import ast
from collections.abc import Iterator
import re
import string
from typing import Any

import pytest

from homeassistant.helpers import config_validation as cv

from .integration_source import INTEGRATION, all_texts, modules, read_json

Texts = dict[str, str]
ENGLISH = read_json(INTEGRATION / "translations" / "en.json")
LANGUAGES = sorted(path.stem for path in (INTEGRATION / "translations").glob("*.json"))


def _placeholders(text: str) -> set[str]:
    return {
        name for _, name, _, _ in string.Formatter().parse(text) if name is not None
    }


def _language(language: str) -> Texts:
    return dict(all_texts(read_json(INTEGRATION / "translations" / f"{language}.json")))


TEXTS = dict(all_texts(ENGLISH))


def test_translations_have_only_sections_home_assistant_reads() -> None:
    assert set(ENGLISH) <= {
        "common",
        "conditions",
        "config",
        "config_subentries",
        "device",
        "entity",
        "entity_component",
        "exceptions",
        "issues",
        "options",
        "selector",
        "services",
        "system_health",
        "title",
        "triggers",
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_languages_say_the_same(language: str) -> None:
    texts = _language(language)
    assert texts.keys() == TEXTS.keys()
    for path, text in texts.items():
        assert _placeholders(text) == _placeholders(TEXTS[path]), path


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_are_plain(language: str) -> None:
    for path, text in _language(language).items():
        assert cv.string_with_no_html(text) == text, path
        assert text, path
        assert text == text.strip(), path
        assert not re.search(r"https?://|www\.", text), f"{path}: use a placeholder"
        assert not re.search(r"'\{\w+\}'", text), (
            f"{path}: ICU reads the quotes as an escape"
        )


def _fields(step: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for part in (step, *step.get("sections", {}).values()):
        for field in part.get("data", {}):
            yield field, part


def test_every_field_of_a_form_is_described() -> None:
    flows = [
        ENGLISH["config"],
        ENGLISH.get("options", {}),
        *ENGLISH.get("config_subentries", {}).values(),
        *(issue.get("fix_flow", {}) for issue in ENGLISH["issues"].values()),
    ]
    for flow in flows:
        for name, step in flow.get("step", {}).items():
            for field, part in _fields(step):
                assert field in part.get("data_description", {}), f"{name}: {field}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_linking_reads_the_same_in_set_up_and_repair(language: str) -> None:
    texts = read_json(INTEGRATION / "translations" / f"{language}.json")
    set_up, repair = texts["config"], texts["issues"]["not_linked"]["fix_flow"]
    for kind in ("step", "progress", "error"):
        for key, text in repair[kind].items():
            expected = set_up[kind][key]
            if key == "link":
                expected = {**expected, "description": text["description"]}
            assert text == expected, f"{kind}: {key}"


# --- errors and issues ----------------------------------------------------------------------


def _calls() -> Iterator[tuple[str, ast.Call]]:
    for module, tree in modules().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                yield module, node


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _keyword(call: ast.Call, name: str) -> ast.expr | None:
    return next((each.value for each in call.keywords if each.arg == name), None)


def _constants(node: ast.AST | None) -> set[str]:
    return {
        each.value
        for each in (ast.walk(node) if node else ())
        if isinstance(each, ast.Constant) and isinstance(each.value, str)
    }


def _literals(node: ast.expr | None) -> set[str]:
    """Return all that a key can be: a text, one of two, an entry of a table, what a function returns."""
    match node:
        case ast.Constant(value=str(text)):
            return {text}
        case ast.IfExp(body=body, orelse=other):
            return _literals(body) | _literals(other)
        case (
            ast.Subscript(value=ast.Name(id=name))
            | ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="get"))
        ):
            return _table(name)
        case ast.Call(func=ast.Name(id=name)):
            return _returned(name)
        case ast.Name(id=name):
            return _assigned(name)
    return set()


def _table(name: str) -> set[str]:
    found: set[str] = set()
    for tree in modules().values():
        for node in tree.body:
            match node:
                case (
                    ast.Assign(
                        targets=[ast.Name(id=target)], value=ast.Dict(values=values)
                    )
                    | ast.AnnAssign(
                        target=ast.Name(id=target), value=ast.Dict(values=values)
                    )
                ) if target == name:
                    found.update(*(_constants(value) for value in values))
    return found


def _assigned(name: str) -> set[str]:
    """Return what `(name := …)` can be."""
    return {
        text
        for tree in modules().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.NamedExpr) and node.target.id == name
        for text in _literals(node.value)
    }


def _returned(name: str) -> set[str]:
    return {
        text
        for tree in modules().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name == name
        for each in ast.walk(node)
        if isinstance(each, ast.Return) and each.value
        for text in _literals(each.value)
    }


def _dict_keys(node: ast.expr | None) -> set[str] | None:
    """Return the keys of a dict that is written out; None for one that is computed."""
    match node:
        case None:
            return set()
        case ast.Dict(keys=keys) if None not in keys:
            return {text for key in keys for text in _constants(key)}
    return None


def _raised() -> Iterator[tuple[str, str, set[str] | None]]:
    """Yield where an error is named, its key, and its placeholders unless they are computed."""
    for module, call in _calls():
        placeholders: set[str] | None
        if _name(call.func) in {"translated", "invalid"} and call.args:
            # errors.py has these two: the key, then the placeholders as keywords
            key: ast.expr | None = call.args[0]
            names = {each.arg for each in call.keywords}
            placeholders = None if None in names else {name for name in names if name}
        elif _keyword(call, "translation_domain") and module != "errors":
            key = _keyword(call, "translation_key")
            if isinstance(key, ast.Attribute):
                continue  # handed on from an error that was named elsewhere
            placeholders = _dict_keys(_keyword(call, "translation_placeholders"))
        else:
            continue
        where = f"{module}.py:{call.lineno}"
        texts = _literals(key)
        assert texts, f"{where}: this test cannot read the translation key"
        for text in texts:
            yield where, text, placeholders


def test_errors_have_a_text() -> None:
    exceptions = ENGLISH["exceptions"]
    raised = list(_raised())
    for where, key, placeholders in raised:
        assert key in exceptions, f"{where}: no text for {key}"
        if placeholders is not None:
            assert placeholders == _placeholders(exceptions[key]["message"]), (
                f"{where}: {key}"
            )
    unused = set(exceptions) - {key for _, key, _ in raised}
    assert not unused, "texts that nothing raises"


def _issue_texts(key: str) -> Texts:
    return dict(all_texts(ENGLISH["issues"][key]))


def test_issues_have_a_text() -> None:
    created = set()
    for module, call in _calls():
        if _name(call.func) != "async_create_issue":
            continue
        where = f"{module}.py:{call.lineno}"
        placeholders = _dict_keys(_keyword(call, "translation_placeholders"))
        for key in _literals(_keyword(call, "translation_key")):
            created.add(key)
            texts = _issue_texts(key)
            assert "title" in texts, where
            assert {"description", "fix_flow"} & {
                path.partition(".")[0] for path in texts
            }, where
            if placeholders is not None:
                in_text = {
                    name for text in texts.values() for name in _placeholders(text)
                }
                assert in_text <= placeholders, f"{where}: {key}"
    # A key that is computed cannot be read here, but it is written somewhere.
    written = {text for tree in modules().values() for text in _constants(tree)}
    assert created <= set(ENGLISH.get("issues", {})) <= created | written


# --- entities and system health -------------------------------------------------------------


def test_entities_that_are_named_exist() -> None:
    written = {text for tree in modules().values() for text in _constants(tree)}
    for entities in ENGLISH["entity"].values():
        assert entities.keys() <= written


def test_every_event_is_named() -> None:
    for texts in ENGLISH["entity"]["event"].values():
        assert texts["name"]
        assert texts["state_attributes"]["event_type"].keys() == {"name", "state"}


def test_events_and_options_are_called_the_same() -> None:
    """What is chosen in a trigger is what the logbook shows."""
    for language in LANGUAGES:
        texts = read_json(INTEGRATION / "translations" / f"{language}.json")
        for entity, selector in (
            ("message", "message_type"),
            ("other_chats", "message_type"),
            ("delivery", "message_status"),
        ):
            attribute = texts["entity"]["event"][entity]["state_attributes"]
            options = texts["selector"][selector]["options"]
            assert attribute["event_type"]["state"].items() <= options.items()


def test_system_health_is_named() -> None:
    names = ENGLISH["system_health"]["info"].keys()
    assert names <= _constants(modules()["system_health"])
