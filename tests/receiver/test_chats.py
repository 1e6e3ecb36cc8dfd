"""Which chat something was heard in."""

import asyncio
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant

from ..conftest import ANNA, BORIS, FAMILY
from ..simulator import FaultKind, Instance
from ..simulator.testing import until
from .conftest import Heard, answering, count, start, stop

STRANGER = "79005550000@c.us"
CHECK = "checkWhatsapp"


def title(entry: MockConfigEntry, chat: str | None) -> str | None:
    return entry.subentries[chat].title if chat else None


def chat_of(entry: MockConfigEntry, name: str) -> ConfigSubentry:
    return next(each for each in entry.subentries.values() if each.title == name)


async def hear(
    entry: MockConfigEntry, instance: Instance, heard: Heard, chat_id: str, **more: Any
) -> str | None:
    """Let somebody write, and return the name of the chat it was heard in."""
    before = len(heard)
    instance.receive(chat_id, "Hi", **more)
    await until(lambda: len(heard) > before)
    await until(lambda: not instance.told)
    return title(entry, heard[-1][0])


async def test_people_groups_and_strangers(
    polling: MockConfigEntry, instance: Instance, heard: Heard
) -> None:
    assert await hear(polling, instance, heard, ANNA) == "Anna"
    assert await hear(polling, instance, heard, BORIS) == "Boris"
    assert await hear(polling, instance, heard, FAMILY, sender=ANNA) == "Family"
    assert await hear(polling, instance, heard, STRANGER) is None
    other = "120363000000000000@g.us"
    assert await hear(polling, instance, heard, other, sender=ANNA) is None
    instance.call(STRANGER)
    instance.call(ANNA)
    await until(lambda: not instance.told)
    assert [title(polling, chat) for chat, _ in heard[-4:]] == [
        None,
        None,
        "Anna",
        "Anna",
    ]
    for chat_id in ("status@broadcast", "1234@newsletter", "nonsense"):
        assert await hear(polling, instance, heard, chat_id) is None
    assert count(instance, CHECK) == 0


async def test_a_privacy_id_is_learned_once(
    hass: HomeAssistant, polling: MockConfigEntry, instance: Instance, heard: Heard
) -> None:
    instance.settings["enableLidMode"] = "yes"
    for _ in range(2):
        assert await hear(polling, instance, heard, BORIS) == "Boris"
    # Two people, of whom the second was it.
    assert count(instance, CHECK) == 2
    assert chat_of(polling, "Boris").data["lid"] == instance.lid("79007654321")
    assert await hear(polling, instance, heard, ANNA) == "Anna"
    # A stranger is nobody, without a further question.
    assert await hear(polling, instance, heard, STRANGER) is None
    assert await hear(polling, instance, heard, STRANGER) is None
    assert await hear(polling, instance, heard, FAMILY, sender=BORIS) == "Family"
    await hass.config_entries.async_reload(polling.entry_id)
    assert await hear(polling, instance, heard, ANNA) == "Anna"
    assert await hear(polling, instance, heard, STRANGER) is None
    assert count(instance, CHECK) == 2
    assert "lid" not in chat_of(polling, "Family").data


async def test_what_is_learned_changes_nothing_else(
    hass: HomeAssistant, polling: MockConfigEntry, instance: Instance, heard: Heard
) -> None:
    before = dict(chat_of(polling, "Boris").data)
    data = polling.runtime_data
    instance.settings["enableLidMode"] = "yes"
    await hear(polling, instance, heard, BORIS)
    await hass.async_block_till_done()
    after = dict(chat_of(polling, "Boris").data)
    assert after.pop("lid").endswith("@lid")
    assert after == before
    # The entry was not loaded anew for it.
    assert polling.runtime_data is data


@pytest.mark.parametrize(
    "kind",
    [
        FaultKind.QUOTA_EXCEEDED,
        FaultKind.BAD_GATEWAY,
        FaultKind.RATE_LIMITED,
        FaultKind.FOREIGN_PAGE,
        FaultKind.RESET,
    ],
)
async def test_a_question_that_fails_does_no_harm(
    hass: HomeAssistant,
    polling: MockConfigEntry,
    instance: Instance,
    heard: Heard,
    kind: FaultKind,
) -> None:
    instance.settings["enableLidMode"] = "yes"
    instance.faults.add(kind, method=CHECK, times=None)
    for _ in range(3):
        assert await hear(polling, instance, heard, BORIS) is None
    before = count(instance, CHECK)
    assert await hear(polling, instance, heard, BORIS) is None
    # What passes is asked again; what does not, only after the next start.
    passes = kind not in {FaultKind.QUOTA_EXCEEDED, FaultKind.FOREIGN_PAGE}
    assert (count(instance, CHECK) > before) is passes
    instance.faults.clear()
    if not passes:
        await hass.config_entries.async_reload(polling.entry_id)
    assert await hear(polling, instance, heard, BORIS) == "Boris"


async def test_who_has_no_privacy_id_is_not_asked_about_again(
    hass: HomeAssistant,
    polling: MockConfigEntry,
    instance: Instance,
    heard: Heard,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    instance.settings["enableLidMode"] = "yes"
    with answering(monkeypatch, CHECK, {"existsWhatsapp": True}):
        assert await hear(polling, instance, heard, BORIS) is None
        assert chat_of(polling, "Boris").data["lid"] is None
        before = count(instance, CHECK)
        await hass.config_entries.async_reload(polling.entry_id)
        assert await hear(polling, instance, heard, BORIS) is None
        assert count(instance, CHECK) == before


@pytest.mark.parametrize("removed", [False, True])
async def test_a_chat_may_change_while_it_is_asked_about(
    hass: HomeAssistant,
    polling: MockConfigEntry,
    instance: Instance,
    heard: Heard,
    *,
    removed: bool,
) -> None:
    instance.settings["enableLidMode"] = "yes"
    instance.faults.add(FaultKind.BAD_GATEWAY_ACCEPTED, method=CHECK)
    instance.faults.clear()
    instance.faults.add(FaultKind.TIMEOUT_ACCEPTED, method=CHECK, delay=0.1)
    instance.receive(BORIS, "Hi")
    await until(lambda: count(instance, CHECK) == 1)
    chat = chat_of(polling, "Anna")
    if removed:
        hass.config_entries.async_remove_subentry(polling, chat.subentry_id)
    else:
        hass.config_entries.async_update_subentry(
            polling, chat, data={"chat": STRANGER}, unique_id=STRANGER
        )
    await until(lambda: not instance.told)
    assert [title(polling, found) for found, _ in heard] == ["Boris"]
    if not removed:
        assert dict(chat.data) == {"chat": STRANGER}
    await hass.async_block_till_done()


async def test_a_question_that_hangs_keeps_nothing(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    receiving_instance: Instance,
    heard: Heard,
) -> None:
    """It is heard after the next start instead."""
    instance = receiving_instance
    await start(hass, entry, "poll")
    await until(lambda: instance.settings["incomingWebhook"] == "yes")
    instance.settings["enableLidMode"] = "yes"
    instance.faults.add(FaultKind.TIMEOUT, method=CHECK)
    instance.receive(BORIS, "Hi")
    await until(lambda: count(instance, CHECK) == 1)
    async with asyncio.timeout(10):
        await stop(hass, entry)
    assert heard == []
    instance.faults.clear()
    assert await hass.config_entries.async_setup(entry.entry_id)
    await until(lambda: len(heard) == 1)
    assert title(entry, heard[0][0]) == "Boris"
    await until(lambda: not instance.told)
    await stop(hass, entry)
