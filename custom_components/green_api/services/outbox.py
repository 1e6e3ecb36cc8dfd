"""The actions on what waits to leave."""

import asyncio
from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any, Final

import voluptuous as vol

from homeassistant.components.notify import ATTR_MESSAGE
from homeassistant.const import ATTR_CONFIG_ENTRY_ID, ATTR_ENTITY_ID
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, callback
from homeassistant.helpers import config_validation as cv, service
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonObjectType

from ..const import (
    ATTR_CHAT_ID,
    ATTR_MESSAGES,
    ATTR_OUTBOX_ID,
    ATTR_PRIORITY,
    ATTR_TAG,
    ATTR_TYPE,
    DOMAIN,
)
from ..entry import GreenApiConfigEntry
from ..errors import describe, invalid, translated
from ..fields import INSTANCE_FIELDS, text, texts
from ..messages import (
    ContactMessage,
    FileMessage,
    ForwardedMessages,
    LocationMessage,
    Message,
    PollMessage,
    TextMessage,
)
from ..outbox import Outbox, Parcel, SpooledFile, State
from ..recipients import async_entity_id

ATTR_ALL: Final = "all"

_TYPES: Final[Mapping[type, str]] = {
    ContactMessage: "contact",
    FileMessage: "file",
    ForwardedMessages: "forward",
    LocationMessage: "location",
    PollMessage: "poll",
    SpooledFile: "file",
    TextMessage: "text",
}

GET_OUTBOX_SCHEMA: Final = vol.Schema(INSTANCE_FIELDS)
CANCEL_SCHEMA: Final = vol.Schema(
    {
        **INSTANCE_FIELDS,
        vol.Optional(ATTR_OUTBOX_ID): texts,
        vol.Optional(ATTR_TAG): text,
        vol.Optional(ATTR_ALL): cv.boolean,
    }
)


async def async_get_outbox(call: ServiceCall) -> ServiceResponse:
    """Tell what waits, the oldest first."""
    found: list[tuple[float, JsonObjectType]] = []
    for entry in _entries(call):
        outbox = entry.runtime_data.outbox
        contents = await outbox.kept.async_contents()
        for outbox_id, parcel in _waiting(outbox).items():
            messages = parcel.messages or contents.get(outbox_id, [])
            found.append(
                (parcel.created, _describe(call.hass, entry, parcel, messages))
            )
    return {
        ATTR_MESSAGES: [described for _, described in sorted(found, key=itemgetter(0))]
    }


async def async_cancel(call: ServiceCall) -> ServiceResponse:
    """Let not leave what an id or a tag names, or all that waits."""
    data = call.data
    _check(data)
    waiting = {
        outbox_id: (entry.runtime_data.outbox, parcel)
        for entry in _entries(call)
        for outbox_id, parcel in _waiting(entry.runtime_data.outbox).items()
    }
    named: list[str] = data.get(ATTR_OUTBOX_ID, [])
    if unknown := [each for each in named if each not in waiting]:
        raise invalid("unknown_outbox_id", outbox_id=", ".join(unknown))
    tag: str | None = data.get(ATTR_TAG)
    chosen = {
        each: waiting[each]
        for each in dict.fromkeys(named) or waiting
        if tag is None or waiting[each][1].tag == tag
    }
    done = await asyncio.gather(
        *(outbox.async_cancel(parcel) for outbox, parcel in chosen.values())
    )
    missed = [
        each for each, cancelled in zip(chosen, done, strict=True) if not cancelled
    ]
    if named and missed:
        raise translated("too_late_to_cancel", outbox_id=", ".join(missed))
    return {
        ATTR_MESSAGES: [
            _name(each, parcel)
            for each, (_, parcel) in chosen.items()
            if each not in missed
        ]
    }


def _check(data: Mapping[str, Any]) -> None:
    """Raise ServiceValidationError unless it is clear what to cancel.

    A template that gave nothing must not cancel all.
    """
    for field in (ATTR_OUTBOX_ID, ATTR_TAG):
        if field in data and not (data[field] and all(data[field])):
            raise invalid("empty_field", field=field)
    chosen = [data[each] for each in (ATTR_OUTBOX_ID, ATTR_TAG) if each in data]
    cancel_all = data.get(ATTR_ALL, not chosen)
    if len(chosen) + cancel_all != 1:
        raise invalid("outbox_id_or_tag")


@callback
def _entries(call: ServiceCall) -> list[GreenApiConfigEntry]:
    """Return the instance that is named, or all that are loaded."""
    entry_id = call.data.get(ATTR_CONFIG_ENTRY_ID)
    if entry_id is None:
        entries: list[GreenApiConfigEntry] = (
            call.hass.config_entries.async_loaded_entries(DOMAIN)
        )
        return entries
    return [service.async_get_config_entry(call.hass, DOMAIN, entry_id)]


def _waiting(outbox: Outbox) -> dict[str, Parcel]:
    """Return what waits, by its id."""
    return {each.kept.outbox_id: each for each in outbox.kept.parcels if each.kept}


def _name(outbox_id: str, parcel: Parcel) -> JsonObjectType:
    """Return what tells a parcel from others."""
    tag: JsonObjectType = {ATTR_TAG: parcel.tag} if parcel.tag else {}
    return {ATTR_OUTBOX_ID: outbox_id, ATTR_CHAT_ID: str(parcel.chat_id), **tag}


@callback
def _describe(
    hass: HomeAssistant,
    entry: GreenApiConfigEntry,
    parcel: Parcel,
    messages: Sequence[Message],
) -> JsonObjectType:
    """Return a parcel as response data: what there is to say of it."""
    assert parcel.kept  # noqa: S101  for mypy
    runtime = entry.runtime_data
    chat = runtime.coordinator.subentry_of(parcel.chat_id)
    reason = parcel.reason or runtime.outbox.outage.reason
    if parcel.state is State.DOUBTFUL:
        reason = translated("outcome_unknown")
    first = messages[0] if messages else None
    described: JsonObjectType = {
        **_name(parcel.kept.outbox_id, parcel),
        ATTR_ENTITY_ID: (
            async_entity_id(hass, entry, entry.subentries[chat]) if chat else None
        ),
        ATTR_PRIORITY: parcel.priority.value,
        "state": parcel.state.value,
        "created": _time(parcel.created),
        "expires": _time(parcel.kept.expires),
        "reason": describe(hass, reason) if reason else None,
        # Another version may have written what this one cannot read.
        ATTR_TYPE: _TYPES[type(first)] if first else None,
        ATTR_MESSAGE: _text(first),
        "parts": len(messages) or None,
    }
    return {key: value for key, value in described.items() if value is not None}


def _text(message: Message | None) -> str | None:
    """Return what a message says in words."""
    match message:
        case TextMessage():
            return message.text
        case FileMessage() | SpooledFile():
            return message.caption
        case PollMessage():
            return message.question
    return None


def _time(timestamp: float) -> str:
    return dt_util.utc_from_timestamp(timestamp).isoformat()
