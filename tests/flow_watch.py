"""An eye on flows: every word they need is there, and what a browser gets has no token."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
import json
import logging
from pathlib import Path
import string
from typing import Any
from unittest.mock import patch

import pytest

from custom_components.green_api.const import DOMAIN
from homeassistant import components
from homeassistant.components.repairs.issue_handler import RepairsFlowManager
from homeassistant.config_entries import ConfigSubentryFlowManager, OptionsFlowManager
from homeassistant.data_entry_flow import FlowManager, FlowResultType
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.data_entry_flow import _BaseFlowManagerView

from .conftest import TOKEN
from .integration_source import INTEGRATION, read_json

NEW_TOKEN = "1f0e9d8c7b6a594837261504f3e2d1c0b9a8978685746352413"

ENGLISH = read_json(INTEGRATION / "translations" / "en.json")

# What may be in the log: Home Assistant's word on any custom integration, asyncio's on a
# busy machine, and what the integration says when GREEN-API does not answer or tells
# somebody else.
_EXPECTED_LOGS = (
    "We found a custom integration",
    "Executing <",
    "Error fetching green_api data",
    "GREEN-API answers, but receiving fails",
)


@contextmanager
def watch_flows(caplog: pytest.LogCaptureFixture) -> Generator[None]:
    """Fail a test in which a flow lacks a text, gives away a token, or logs a complaint."""
    problems: list[str] = []
    handle_step = FlowManager._async_handle_step

    async def watched(manager: Any, flow: Any, *args: Any) -> Any:
        # The issue may be gone once it is fixed.
        placeholders = _issue_placeholders(flow)
        result: Any = await handle_step(manager, flow, *args)
        placeholders |= result.get("description_placeholders") or {}
        problems.extend(_problems(manager, flow, result, placeholders))
        return result

    with patch.object(FlowManager, "_async_handle_step", watched):
        yield
    assert problems == []
    assert [
        record.getMessage()
        for record in caplog.get_records("call")
        if record.levelno >= logging.WARNING
        and DOMAIN in f"{record.name} {record.getMessage()} {record.pathname}"
        and not record.getMessage().startswith(_EXPECTED_LOGS)
    ] == []


def _issue_placeholders(flow: Any) -> dict[str, str]:
    """Return what the frontend puts into the texts of a fix flow, beside its own."""
    issue_id = flow.context.get("issue_id", "")
    issue = ir.async_get(flow.hass).async_get_issue(DOMAIN, issue_id)
    return dict((issue and issue.translation_placeholders) or {})


def _problems(
    manager: Any, flow: Any, result: Any, placeholders: dict[str, str]
) -> Iterator[str]:
    """Yield what is wrong with a step of a flow."""
    shown = {k: v for k, v in result.items() if k not in {"data", "context", "result"}}
    told = repr(shown)
    if result["type"] is FlowResultType.FORM:
        shown = _BaseFlowManagerView(manager)._prepare_result_json(result)
        told += json.dumps(shown, default=repr)
    if any(token in told for token in (TOKEN, NEW_TOKEN)):
        yield f"the token is in {sorted(shown)} of {result['type']}"
    for text in _missing_texts(_texts(manager, flow, result), shown, placeholders):
        yield f"no text for {text}"


def _texts(manager: Any, flow: Any, result: dict[str, Any]) -> dict[str, Any]:
    """Return the texts of a flow."""
    match manager:
        case RepairsFlowManager():
            key = flow.context["issue_id"].rpartition("_")[0]
            texts = ENGLISH["issues"][key]["fix_flow"]
        case ConfigSubentryFlowManager():
            texts = ENGLISH["config_subentries"][result["handler"][1]]
        case OptionsFlowManager():
            texts = ENGLISH["options"]
        case _:
            texts = ENGLISH["config"]
    if domain := result.get("translation_domain"):
        folder = Path(str(components.__file__)).parent / domain
        texts = {
            **texts,
            "abort": read_json(folder / "strings.json")["config"]["abort"],
        }
    return dict(texts)


def _missing_texts(
    texts: dict[str, Any], shown: dict[str, Any], placeholders: dict[str, str]
) -> Iterator[str]:
    """Yield what a person would see as a key, or with a hole in it."""
    said: list[tuple[str, str | None]] = []
    match shown["type"]:
        case FlowResultType.FORM:
            step = texts["step"].get(shown["step_id"], {})
            said.append((f"step {shown['step_id']}", step.get("title")))
            said.append(("description", step.get("description", " ")))
            said += [
                (error, texts["error"].get(error))
                for error in (shown["errors"] or {}).values()
            ]
            yield from _missing_words(step, shown["data_schema"])
        case FlowResultType.MENU:
            step = texts["step"].get(shown["step_id"], {})
            said.append((f"menu {shown['step_id']}", step.get("title")))
            said.append(("description", step.get("description", " ")))
            said += [
                (option, step.get("menu_options", {}).get(option))
                for option in shown["menu_options"]
            ]
        case FlowResultType.SHOW_PROGRESS:
            step, action = shown["step_id"], shown["progress_action"]
            said.append((f"step {step}", texts["step"].get(step, {}).get("title")))
            said.append((f"progress {action}", texts["progress"].get(action)))
        case FlowResultType.ABORT:
            said.append((shown["reason"], texts["abort"].get(shown["reason"])))
    for key, text in said:
        parsed = string.Formatter().parse(text or "")
        fields = [field for _, field, _, _ in parsed if field]
        if not text or not all(placeholders.get(field) for field in fields):
            yield key
        elif ".." in text.format(**placeholders):
            yield f"{key} without a second full stop"


def _missing_words(step: dict[str, Any], fields: list[dict[str, Any]]) -> Iterator[str]:
    """Yield the fields of a form that have no name or no description."""
    for field in fields:
        name = field["name"]
        if field.get("type") == "expandable":
            section = step.get("sections", {}).get(name, {})
            if not section.get("name"):
                yield f"section {name}"
            yield from _missing_words(section, field["schema"])
        elif not all(step.get(k, {}).get(name) for k in ("data", "data_description")):
            yield f"field {name}"


def suggested(result: Any) -> dict[str, Any]:
    """Return the values a form is filled with; those of sections within their own."""
    return _suggested(result["data_schema"].schema)


def _suggested(schema: dict[Any, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key, value in schema.items():
        if hasattr(value, "schema"):
            values[str(key.schema)] = _suggested(value.schema.schema)
        elif key.description:
            values[str(key.schema)] = key.description["suggested_value"]
    return values
