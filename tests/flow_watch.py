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
from homeassistant.config_entries import ConfigSubentryFlowManager, OptionsFlowManager
from homeassistant.data_entry_flow import FlowManager, FlowResultType
from homeassistant.helpers.data_entry_flow import _BaseFlowManagerView

from .conftest import TOKEN
from .integration_source import INTEGRATION, read_json

NEW_TOKEN = "1f0e9d8c7b6a594837261504f3e2d1c0b9a8978685746352413"

ENGLISH = read_json(INTEGRATION / "translations" / "en.json")

# What may be in the log: Home Assistant's word on any custom integration, asyncio's on a
# busy machine, and what the integration says when GREEN-API does not answer.
_EXPECTED_LOGS = (
    "We found a custom integration",
    "Executing <",
    "Error fetching green_api data",
)


@contextmanager
def watch_flows(caplog: pytest.LogCaptureFixture) -> Generator[None]:
    """Fail a test in which a flow lacks a text, gives away a token, or logs a complaint."""
    problems: list[str] = []
    handle_step = FlowManager._async_handle_step

    async def watched(manager: Any, *args: Any, **kwargs: Any) -> Any:
        result: Any = await handle_step(manager, *args, **kwargs)
        problems.extend(_problems(manager, result))
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


def _problems(manager: Any, result: Any) -> Iterator[str]:
    """Yield what is wrong with a step of a flow."""
    shown = {k: v for k, v in result.items() if k not in {"data", "context", "result"}}
    told = repr(shown)
    if result["type"] is FlowResultType.FORM:
        shown = _BaseFlowManagerView(manager)._prepare_result_json(result)
        told += json.dumps(shown, default=repr)
    if any(token in told for token in (TOKEN, NEW_TOKEN)):
        yield f"the token is in {sorted(shown)} of {result['type']}"
    for text in _missing_texts(_texts(manager, result), shown):
        yield f"no text for {text}"


def _texts(manager: Any, result: dict[str, Any]) -> dict[str, Any]:
    """Return the texts of a flow."""
    match manager:
        case ConfigSubentryFlowManager():
            flow = ENGLISH["config_subentries"][result["handler"][1]]
        case OptionsFlowManager():
            flow = ENGLISH["options"]
        case _:
            flow = ENGLISH["config"]
    if domain := result.get("translation_domain"):
        folder = Path(str(components.__file__)).parent / domain
        flow = {**flow, "abort": read_json(folder / "strings.json")["config"]["abort"]}
    return dict(flow)


def _missing_texts(texts: dict[str, Any], shown: dict[str, Any]) -> Iterator[str]:
    """Yield what a person would see as a key, or with a hole in it."""
    said = []
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
        case FlowResultType.ABORT:
            said.append((shown["reason"], texts["abort"].get(shown["reason"])))
    placeholders = shown.get("description_placeholders") or {}
    for key, text in said:
        fields = {field for _, field, _, _ in string.Formatter().parse(text or "")}
        if not text or not all(placeholders.get(field) for field in fields - {None}):
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
