"""Adding a chat in the UI, and editing it."""

from collections.abc import Generator
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    SOURCE_USER,
    SubentryFlowResult,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import device_registry as dr, entity_registry as er

from .actions import legacy_notify, notify
from .conftest import ANNA, BORIS, FAMILY
from .flow_watch import suggested, watch_flows
from .simulator import Contact, FaultKind, Instance, Plan

CAROL = "79005550000@c.us"
DAVID = "79005551111@c.us"
LENA = "123456789012345@lid"


@pytest.fixture(autouse=True)
def _flow_watch(caplog: pytest.LogCaptureFixture) -> Generator[None]:
    with watch_flows(caplog):
        yield


@pytest.fixture
async def fresh(
    hass: HomeAssistant, entry: MockConfigEntry, instance: Instance
) -> MockConfigEntry:
    """Have the instance loaded, without chats."""
    for subentry_id in list(entry.subentries):
        hass.config_entries.async_remove_subentry(entry, subentry_id)
    await hass.config_entries.async_setup(entry.entry_id)
    await settle(hass)
    return entry


@pytest.fixture
async def form(hass: HomeAssistant, fresh: MockConfigEntry) -> SubentryFlowResult:
    """Have the form for the first chat."""
    return await start(hass, fresh)


@pytest.fixture
async def anna(hass: HomeAssistant, loaded: MockConfigEntry) -> SubentryFlowResult:
    """Have the form to edit Anna's chat."""
    return await edit(hass, loaded, ANNA)


async def start(hass: HomeAssistant, entry: MockConfigEntry) -> SubentryFlowResult:
    return await hass.config_entries.subentries.async_init(
        (entry.entry_id, "chat"), context={"source": SOURCE_USER}
    )


async def edit(
    hass: HomeAssistant, entry: MockConfigEntry, chat_id: str
) -> SubentryFlowResult:
    return await hass.config_entries.subentries.async_init(
        (entry.entry_id, "chat"),
        context={
            "source": SOURCE_RECONFIGURE,
            "subentry_id": chat_of(entry, chat_id),
        },
    )


async def submit(
    hass: HomeAssistant, result: SubentryFlowResult, **typed: str
) -> SubentryFlowResult:
    return await hass.config_entries.subentries.async_configure(
        result["flow_id"], typed
    )


def lid(instance: Instance, chat_id: str) -> str:
    """Return the other id of a person."""
    return instance.lid(chat_id.partition("@")[0])


async def settle(hass: HomeAssistant) -> None:
    await hass.async_block_till_done(wait_background_tasks=True)


def chat_of(entry: MockConfigEntry, chat_id: str) -> str:
    """Return the subentry id of a chat."""
    [found] = [
        chat.subentry_id
        for chat in entry.subentries.values()
        if chat.unique_id == chat_id
    ]
    return found


def listed(result: SubentryFlowResult) -> dict[str, str]:
    """Return what can be picked: chat ids and labels, in order."""
    assert result["data_schema"] is not None
    [selector, _] = result["data_schema"].schema.values()
    return {option["value"]: option["label"] for option in selector.config["options"]}


def checked(instance: Instance) -> list[Any]:
    """Return the chats GREEN-API was asked about, if they have WhatsApp."""
    return [
        request.chat_id
        for request in instance.requests
        if request.method == "checkWhatsapp"
    ]


# --- the list -----------------------------------------------------------------------------------


async def test_form_lists_people_and_groups(
    hass: HomeAssistant, form: SubentryFlowResult
) -> None:
    assert form["type"] is FlowResultType.FORM
    assert form["step_id"] == "user"
    assert not form["errors"]
    assert listed(form) == {
        ANNA: "Anna (+79001234567)",
        BORIS: "Boris (+79007654321)",
        FAMILY: "👥 Family",
    }


async def test_list_goes_by_name_and_the_nameless_come_last(
    hass: HomeAssistant, fresh: MockConfigEntry, instance: Instance
) -> None:
    instance.contacts = [
        Contact(id=CAROL, name=""),
        Contact(id=DAVID, name="david"),
        Contact(id=LENA, name="Lena"),
        Contact(id=ANNA, name="Anna"),
    ]
    assert list(listed(await start(hass, fresh)).values()) == [
        "Anna (+79001234567)",
        "david (+79005551111)",
        f"Lena ({LENA})",
        "+79005550000",
    ]


async def test_list_leaves_out_what_one_can_not_write_to(
    hass: HomeAssistant, fresh: MockConfigEntry, instance: Instance
) -> None:
    instance.contacts += [
        Contact(id="120363043968066561@newsletter", name="News"),
        Contact(id="status@broadcast", name="Status"),
        Contact(id="0@c.us", name="WhatsApp"),
    ]
    assert list(listed(await start(hass, fresh))) == [ANNA, BORIS, FAMILY]


async def test_list_leaves_out_the_chats_there_are(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance
) -> None:
    instance.contacts.append(Contact(id=CAROL, name="Carol"))
    assert list(listed(await start(hass, loaded))) == [CAROL]


async def test_list_takes_what_is_not_in_it(
    hass: HomeAssistant, form: SubentryFlowResult
) -> None:
    assert form["data_schema"] is not None
    [selector, _] = form["data_schema"].schema.values()
    assert selector.config["custom_value"] is True


@pytest.mark.parametrize(
    "kind",
    [
        FaultKind.REFUSE,
        FaultKind.UNAUTHORIZED,
        FaultKind.FORBIDDEN,
        FaultKind.FOREIGN_PAGE,
        FaultKind.RATE_LIMITED,
    ],
)
async def test_without_a_list_one_can_type(
    hass: HomeAssistant,
    fresh: MockConfigEntry,
    instance: Instance,
    kind: FaultKind,
) -> None:
    instance.faults.add(kind, method="getContacts", times=None)
    result = await start(hass, fresh)
    assert result["errors"] == {"base": "contacts_unavailable"}
    assert listed(result) == {}
    result = await submit(hass, result, chat="+79001234567")
    assert result["type"] is FlowResultType.CREATE_ENTRY


# --- adding -------------------------------------------------------------------------------------


async def test_picked_contact_becomes_a_chat(
    hass: HomeAssistant, form: SubentryFlowResult, instance: Instance
) -> None:
    result = await submit(hass, form, chat=ANNA)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == "Anna"
    assert result["data"] == {"chat": ANNA, "lid": lid(instance, ANNA)}
    assert result["unique_id"] == ANNA


async def test_chat_can_be_written_to(
    hass: HomeAssistant, form: SubentryFlowResult, instance: Instance
) -> None:
    await submit(hass, form, chat=FAMILY)
    await settle(hass)
    await notify(hass, "notify.family")
    assert [message.chat_id for message in instance.messages] == [FAMILY]


async def test_chat_has_a_device_under_that_of_the_instance(
    hass: HomeAssistant,
    device_registry: dr.DeviceRegistry,
    form: SubentryFlowResult,
    fresh: MockConfigEntry,
) -> None:
    await submit(hass, form, chat=ANNA)
    await settle(hass)
    devices = dr.async_entries_for_config_entry(device_registry, fresh.entry_id)
    by_name = {device.name: device for device in devices}
    assert by_name.keys() == {fresh.title, "Anna"}
    assert by_name["Anna"].via_device_id == by_name[fresh.title].id


@pytest.mark.parametrize(
    ("typed", "chat_id"),
    [
        ("+7 900 555-00-00", CAROL),
        ("79005550000", CAROL),
        ("0079005550000", CAROL),
        ("+7 (900) 555 00 00", CAROL),
        ("https://wa.me/79005550000", CAROL),
        (" 79005550000@c.us ", CAROL),
        ("79005550000@s.whatsapp.net", CAROL),
        (FAMILY, FAMILY),
        ("79001234567-1587570015@g.us", "79001234567-1587570015@g.us"),
        (LENA, LENA),
    ],
)
async def test_numbers_and_chat_ids_can_be_typed(
    hass: HomeAssistant,
    form: SubentryFlowResult,
    instance: Instance,
    typed: str,
    chat_id: str,
) -> None:
    result = await submit(hass, form, chat=typed)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    expected = {"chat": chat_id}
    if chat_id == CAROL:
        expected["lid"] = lid(instance, CAROL)
    assert (result["data"], result["unique_id"]) == (expected, chat_id)


@pytest.mark.parametrize(
    "typed", ["", "Anna", "8 900 555-00-00", "0900 55 50 000", "12", "status@broadcast"]
)
async def test_what_is_no_address_can_be_mended(
    hass: HomeAssistant, form: SubentryFlowResult, instance: Instance, typed: str
) -> None:
    result = await submit(hass, form, chat=typed, name="Anna")
    assert result["type"] is FlowResultType.FORM
    assert result["errors"] == {"chat": "invalid_chat"}
    assert suggested(result) == {"chat": typed, "name": "Anna"}
    assert checked(instance) == []
    result = await submit(hass, result, chat=ANNA)
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize("typed", [BORIS, "+7 900 765-43-21"])
async def test_chat_is_not_added_twice(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance, typed: str
) -> None:
    result = await submit(hass, await start(hass, loaded), chat=typed, name="Bob")
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "already_configured"
    assert checked(instance) == []


# --- the name -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ({"chat": ANNA, "name": "  Mum "}, "Mum"),
        ({"chat": ANNA, "name": " "}, "Anna"),
        ({"chat": "+7 900 123-45-67"}, "Anna"),
        ({"chat": FAMILY}, "Family"),
        ({"chat": CAROL}, "+79005550000"),
        ({"chat": LENA}, LENA),
    ],
)
async def test_name_is_what_was_typed_else_the_contact_else_the_number(
    hass: HomeAssistant, form: SubentryFlowResult, typed: dict[str, str], title: str
) -> None:
    result = await submit(hass, form, **typed)
    assert result["title"] == title


async def test_two_chats_do_not_have_one_name(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance
) -> None:
    result = await submit(hass, await start(hass, loaded), chat=CAROL, name="ANNA")
    assert result["errors"] == {"name": "name_in_use"}
    assert checked(instance) == []
    result = await submit(hass, result, chat=CAROL, name="Carol")
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_name_of_a_contact_may_be_in_use(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance
) -> None:
    instance.contacts.append(Contact(id=CAROL, name="Anna"))
    result = await submit(hass, await start(hass, loaded), chat=CAROL)
    assert result["errors"] == {"name": "name_in_use"}


# --- the check ----------------------------------------------------------------------------------


async def test_number_is_checked_once(
    hass: HomeAssistant, form: SubentryFlowResult, instance: Instance
) -> None:
    await submit(hass, form, chat=CAROL, name="Carol")
    await settle(hass)
    await notify(hass, "notify.carol")
    assert checked(instance) == [CAROL]


@pytest.mark.parametrize("chat_id", [FAMILY, "79001234567-1587570015@g.us", LENA])
async def test_what_is_no_number_is_not_checked(
    hass: HomeAssistant, form: SubentryFlowResult, instance: Instance, chat_id: str
) -> None:
    await submit(hass, form, chat=chat_id)
    assert checked(instance) == []


async def test_number_without_whatsapp_is_refused(
    hass: HomeAssistant, form: SubentryFlowResult, instance: Instance
) -> None:
    instance.not_on_whatsapp.add("79005550000")
    result = await submit(hass, form, chat=CAROL)
    assert result["errors"] == {"chat": "not_on_whatsapp"}
    result = await submit(hass, result, chat=CAROL)
    assert result["errors"] == {"chat": "not_on_whatsapp"}
    result = await submit(hass, result, chat=DAVID)
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_checks_that_are_used_up_are_said_and_passed(
    hass: HomeAssistant, form: SubentryFlowResult, instance: Instance
) -> None:
    instance.plan = Plan.DEVELOPER
    instance.quota.used["checkWhatsapp"] = 100
    result = await submit(hass, form, chat=CAROL, name="Carol")
    assert result["errors"] == {"base": "check_quota_exceeded"}
    assert suggested(result) == {"chat": CAROL, "name": "Carol"}
    result = await submit(hass, result, chat=CAROL, name="Carol")
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert checked(instance) == [CAROL]


@pytest.mark.parametrize(
    "kind",
    [
        FaultKind.INTERNAL_ERROR,
        FaultKind.BAD_GATEWAY,
        FaultKind.RATE_LIMITED,
        FaultKind.UNAUTHORIZED,
        FaultKind.FOREIGN_PAGE,
    ],
)
async def test_check_that_fails_is_said_and_passed(
    hass: HomeAssistant,
    form: SubentryFlowResult,
    instance: Instance,
    kind: FaultKind,
) -> None:
    instance.faults.add(kind, method="checkWhatsapp", times=None)
    result = await submit(hass, form, chat=CAROL)
    assert result["errors"] == {"base": "check_failed"}
    result = await submit(hass, result, chat="+7 900 555-00-00")
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert checked(instance) == [CAROL]


async def test_check_that_is_refused_is_said_and_passed(
    hass: HomeAssistant, form: SubentryFlowResult
) -> None:
    # GREEN-API checks numbers of 11 to 16 digits; Estonia has shorter ones.
    result = await submit(hass, form, chat="+372 512 3456", name="Tallinn")
    assert result["errors"] == {"base": "check_failed"}
    result = await submit(hass, result, chat="+372 512 3456", name="Tallinn")
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_instance_that_is_not_linked_can_not_check(
    hass: HomeAssistant, form: SubentryFlowResult, instance: Instance
) -> None:
    instance.unlink()
    result = await submit(hass, form, chat=CAROL)
    assert result["errors"] == {"base": "check_failed"}
    result = await submit(hass, result, chat=CAROL)
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_another_number_is_checked_anew(
    hass: HomeAssistant, form: SubentryFlowResult, instance: Instance
) -> None:
    instance.faults.add(FaultKind.RATE_LIMITED, method="checkWhatsapp")
    result = await submit(hass, form, chat=CAROL)
    assert result["errors"] == {"base": "check_failed"}
    result = await submit(hass, result, chat=DAVID)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert checked(instance) == [CAROL, DAVID]


# --- editing ------------------------------------------------------------------------------------


async def test_form_shows_the_chat_as_it_is(
    hass: HomeAssistant, anna: SubentryFlowResult
) -> None:
    assert anna["step_id"] == "reconfigure"
    assert suggested(anna) == {"chat": ANNA, "name": "Anna"}
    assert list(listed(anna)) == [ANNA]


async def test_editing_changes_number_and_name(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    anna: SubentryFlowResult,
    instance: Instance,
) -> None:
    subentry_id = chat_of(loaded, ANNA)
    result = await submit(hass, anna, chat="+7 900 555-00-00", name="Carol")
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "reconfigure_successful"
    chat = loaded.subentries[subentry_id]
    assert (chat.title, chat.unique_id, dict(chat.data)) == (
        "Carol",
        CAROL,
        {"chat": CAROL, "lid": lid(instance, CAROL)},
    )


@pytest.mark.parametrize(
    ("typed", "data"),
    [
        (ANNA, {"chat": ANNA, "lid": "123456789012345@lid"}),
        (FAMILY, {"chat": FAMILY}),
        (LENA, {"chat": LENA}),
    ],
)
async def test_the_other_id_stays_with_the_person(
    hass: HomeAssistant, loaded: MockConfigEntry, typed: str, data: dict[str, str]
) -> None:
    hass.config_entries.async_remove_subentry(loaded, chat_of(loaded, FAMILY))
    subentry_id = chat_of(loaded, ANNA)
    hass.config_entries.async_update_subentry(
        loaded,
        loaded.subentries[subentry_id],
        data={"chat": ANNA, "lid": "123456789012345@lid"},
    )
    await submit(hass, await edit(hass, loaded, ANNA), chat=typed, name="Anna K")
    chat = loaded.subentries[subentry_id]
    assert (chat.title, dict(chat.data)) == ("Anna K", data)


async def test_edited_chat_keeps_its_entity(
    hass: HomeAssistant,
    entity_registry: er.EntityRegistry,
    anna: SubentryFlowResult,
) -> None:
    before = entity_registry.async_get("notify.anna")
    assert before
    await submit(hass, anna, chat=CAROL, name="Carol")
    await settle(hass)
    after = entity_registry.async_get("notify.anna")
    assert after
    assert (after.unique_id, after.id) == (before.unique_id, before.id)
    state = hass.states.get("notify.anna")
    assert state
    assert state.name == "Carol"


async def test_edited_chat_is_written_to_at_its_new_number(
    hass: HomeAssistant, anna: SubentryFlowResult, instance: Instance
) -> None:
    await submit(hass, anna, chat=CAROL, name="Anna")
    await settle(hass)
    await notify(hass, "notify.anna")
    assert [message.chat_id for message in instance.messages] == [CAROL]


async def test_edited_chat_gets_what_its_old_actions_send(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance
) -> None:
    actions = {"green_api": [], "alarm": [ANNA, BORIS], "door": [BORIS]}
    hass.config_entries.async_update_entry(
        loaded, data={**loaded.data, "actions": actions}
    )
    await settle(hass)
    form = await edit(hass, loaded, ANNA)
    await submit(hass, form, chat=CAROL, name="Carol")
    await settle(hass)
    await legacy_notify(hass, "alarm")
    assert sorted(message.chat_id for message in instance.messages) == [CAROL, BORIS]
    assert loaded.data["actions"]["door"] == [BORIS]


async def test_same_number_is_not_checked_again(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    anna: SubentryFlowResult,
    instance: Instance,
) -> None:
    result = await submit(hass, anna, chat="+7 900 123-45-67", name="Mum")
    assert result["reason"] == "reconfigure_successful"
    assert loaded.subentries[chat_of(loaded, ANNA)].title == "Mum"
    assert checked(instance) == []


async def test_new_number_is_checked(
    hass: HomeAssistant, anna: SubentryFlowResult, instance: Instance
) -> None:
    instance.not_on_whatsapp.add("79005550000")
    result = await submit(hass, anna, chat=CAROL, name="Anna")
    assert result["errors"] == {"chat": "not_on_whatsapp"}
    result = await submit(hass, result, chat=DAVID, name="Anna")
    assert result["reason"] == "reconfigure_successful"
    assert checked(instance) == [CAROL, DAVID]


@pytest.mark.parametrize(
    ("typed", "title"),
    [({"chat": ANNA}, "Anna"), ({"chat": CAROL, "name": ""}, "+79005550000")],
)
async def test_editing_without_a_name_takes_that_of_the_contact(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    anna: SubentryFlowResult,
    typed: dict[str, str],
    title: str,
) -> None:
    subentry_id = chat_of(loaded, ANNA)
    await submit(hass, anna, **typed)
    assert loaded.subentries[subentry_id].title == title


async def test_editing_does_not_make_two_of_one_chat(
    hass: HomeAssistant, loaded: MockConfigEntry, anna: SubentryFlowResult
) -> None:
    result = await submit(hass, anna, chat=BORIS, name="Anna")
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "already_configured"
    assert chat_of(loaded, ANNA)


async def test_an_old_number_is_no_name_for_a_new_one(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    [chat] = [each for each in loaded.subentries.values() if each.unique_id == ANNA]
    hass.config_entries.async_update_subentry(loaded, chat, title="+79001234567")
    form = await edit(hass, loaded, ANNA)
    result = await submit(hass, form, chat=CAROL, name="+79001234567")
    assert result["reason"] == "reconfigure_successful"
    assert loaded.subentries[chat.subentry_id].title == "+79005550000"


async def test_names_of_emoji_are_told_apart_by_their_numbers(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance
) -> None:
    for chat, name in ((CAROL, "👪"), (LENA, "🏠")):
        result = await submit(hass, await start(hass, loaded), chat=chat, name=name)
        assert result["type"] is FlowResultType.CREATE_ENTRY
    await settle(hass)

    await legacy_notify(hass, f"green_api_{LENA.partition('@')[0]}")

    assert [each.chat_id for each in instance.messages] == [LENA]


async def test_names_that_make_the_same_action_are_told_apart(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    result = await submit(hass, await start(hass, loaded), chat=CAROL, name="Ánna!")
    assert result["errors"] == {"name": "name_in_use"}


async def test_editing_does_not_take_the_name_of_another_chat(
    hass: HomeAssistant, anna: SubentryFlowResult
) -> None:
    result = await submit(hass, anna, chat=ANNA, name="boris")
    assert result["errors"] == {"name": "name_in_use"}
    result = await submit(hass, result, chat=ANNA, name="Anna")
    assert result["reason"] == "reconfigure_successful"


async def test_chat_can_be_edited_without_a_list(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance
) -> None:
    instance.faults.add(FaultKind.REFUSE, method="getContacts", times=None)
    form = await edit(hass, loaded, FAMILY)
    assert form["errors"] == {"base": "contacts_unavailable"}
    assert suggested(form) == {"chat": FAMILY, "name": "Family"}
    result = await submit(hass, form, chat=FAMILY, name="All of us")
    assert result["reason"] == "reconfigure_successful"
