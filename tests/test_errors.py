"""What a person is told when GREEN-API does not do what it should, in every language."""

from collections.abc import Callable
from dataclasses import replace

from aiohttp import ClientTimeout
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.green_api.api import transport
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError

from .actions import (
    ACCEPTED,
    LANGUAGES,
    LOST,
    failures,
    go_away,
    notify,
    send_message,
    sent,
    text,
    told,
)
from .conftest import ANNA, BORIS, FAMILY, TOKEN
from .simulator import FaultKind, Instance, InstanceState, Plan, Simulator
from .simulator.answers import ApiError
from .simulator.calls import Call
from .simulator.methods import METHODS
from .simulator.models import Json

type Trouble = Callable[[Instance, pytest.MonkeyPatch], None]


async def told_in_all(hass: HomeAssistant, error: HomeAssistantError) -> list[str]:
    """Return what people read of an error, each in their language."""
    return [await told(hass, error, language) for language in LANGUAGES]


def in_all(key: str, **placeholders: str) -> list[str]:
    """Return what they should read."""
    return [text(key, language, **placeholders) for language in LANGUAGES]


def fault(kind: FaultKind) -> Trouble:
    """Let a fault meet every message."""

    def cause(instance: Instance, _: pytest.MonkeyPatch) -> None:
        instance.faults.add(kind, method="sendMessage", times=None)

    return cause


def answer(status: int, message: str) -> Trouble:
    """Let the API refuse every message with its own words."""

    def refuse(_: Call) -> Json:
        raise ApiError(status, message)

    def cause(_: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
        method = replace(METHODS["sendmessage"], run=refuse)
        monkeypatch.setitem(METHODS, "sendmessage", method)

    return cause


def state(name: str, until: int | None = None) -> Trouble:
    """Let the instance be in a state; also in one that the simulator does not know."""

    def cause(instance: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
        instance.suspended_until = until
        # For what else depends on the state, other states are like this one.
        instance.state = InstanceState.SUSPENDED
        method = replace(
            METHODS["getstateinstance"], run=lambda _: {"stateInstance": name}
        )
        monkeypatch.setitem(METHODS, "getstateinstance", method)

    return cause


def starting(instance: Instance, _: pytest.MonkeyPatch) -> None:
    instance.state = InstanceState.STARTING


def suspended_by_answer(instance: Instance, _: pytest.MonkeyPatch) -> None:
    instance.state = InstanceState.SUSPENDED
    instance.refuse_when_suspended = True


def three_chats(instance: Instance, _: pytest.MonkeyPatch) -> None:
    instance.plan = Plan.DEVELOPER
    # The last one is WhatsApp itself, to which nobody writes.
    instance.quota.chats.extend([BORIS, FAMILY, "447911123456@c.us", "0@c.us"])


@pytest.mark.parametrize(
    ("trouble", "key", "placeholders"),
    [
        (fault(FaultKind.UNAUTHORIZED), "invalid_auth", {}),
        (fault(FaultKind.FORBIDDEN), "wrong_server", {}),
        (starting, "starting", {}),
        (fault(FaultKind.RATE_LIMITED), "rate_limited", {}),
        (
            answer(400, "instance is starting or not authorized"),
            "not_linked",
            {},
        ),
        (suspended_by_answer, "suspended", {}),
        (fault(FaultKind.QUOTA_EXCEEDED), "quota_exceeded", {}),
        (
            three_chats,
            "quota_exceeded_chats",
            {"chats": "Boris, Family, +447911123456"},
        ),
        (
            answer(400, "Validation failed. Details: 'chatId' is required"),
            "rejected",
            {"reason": "Validation failed. Details: 'chatId' is required"},
        ),
        (
            answer(500, "request entity too large"),
            "rejected",
            {"reason": "request entity too large"},
        ),
        (
            answer(400, "Instance account is expired. Renew your instance"),
            "instance_gone",
            {},
        ),
        (answer(400, "Instance is deleted"), "instance_gone", {}),
        (answer(404, "Cannot POST"), "unexpected_answer", {"status": "HTTP 404"}),
    ],
)
async def test_a_refused_message_says_why(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    instance: Instance,
    monkeypatch: pytest.MonkeyPatch,
    trouble: Trouble,
    key: str,
    placeholders: dict[str, str],
) -> None:
    trouble(instance, monkeypatch)
    with pytest.raises(HomeAssistantError) as raised:
        await notify(hass, "notify.anna")
    assert await told_in_all(hass, raised.value) == in_all(key, **placeholders)
    assert TOKEN not in str(raised.value)
    assert instance.messages == []


@pytest.mark.usefixtures("loaded")
async def test_a_refused_connection_says_so(
    hass: HomeAssistant, simulator: Simulator
) -> None:
    await go_away(simulator)
    with pytest.raises(HomeAssistantError) as raised:
        await notify(hass, "notify.anna")
    assert await told_in_all(hass, raised.value) == in_all("cannot_connect")


@pytest.mark.parametrize(
    ("trouble", "key", "placeholders"),
    [
        (state("notAuthorized"), "not_linked", {}),
        (state("blocked"), "blocked", {}),
        (state("suspended"), "suspended", {}),
        (
            state("suspended", until=1_900_000_000),
            "suspended_until",
            {"until": "2030-03-17 10:46"},
        ),
        (state("yellowCard"), "suspended", {}),
        (
            state("yellowCard", until=1_900_000_000),
            "suspended_until",
            {"until": "2030-03-17 10:46"},
        ),
    ],
)
async def test_what_green_api_would_keep_silently_is_not_sent(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    instance: Instance,
    monkeypatch: pytest.MonkeyPatch,
    trouble: Trouble,
    key: str,
    placeholders: dict[str, str],
) -> None:
    trouble(instance, monkeypatch)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    with pytest.raises(HomeAssistantError) as raised:
        await notify(hass, "notify.anna")
    assert await told_in_all(hass, raised.value) == in_all(key, **placeholders)
    assert sent(instance) == []


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for an answer no longer than a test likes to."""
    monkeypatch.setattr(transport, "_TIMEOUT", ClientTimeout(total=0.3))


@pytest.mark.usefixtures("_impatient", "loaded")
@pytest.mark.parametrize("kind", ACCEPTED)
async def test_an_accepted_message_without_an_answer_is_found_at_green_api(
    hass: HomeAssistant, instance: Instance, kind: FaultKind
) -> None:
    instance.faults.add(kind, method="sendMessage", times=None)
    response = await send_message(hass, entity_id="notify.anna")
    assert len(sent(instance)) == 1
    assert [each.text for each in instance.messages] == ["Hi"]
    assert response["messages"] == [
        {
            "chat_id": ANNA,
            "entity_id": "notify.anna",
            "message_id": instance.messages[0].id,
        }
    ]


@pytest.mark.usefixtures("_impatient", "loaded")
@pytest.mark.parametrize("kind", ACCEPTED[::3])
async def test_what_green_api_cannot_tell_either_is_never_sent_again(
    hass: HomeAssistant, instance: Instance, kind: FaultKind
) -> None:
    instance.faults.add(kind, method="sendMessage", times=None)
    instance.faults.add(
        FaultKind.QUOTA_EXCEEDED, method="lastOutgoingMessages", times=None
    )
    with pytest.raises(HomeAssistantError) as raised:
        await notify(hass, "notify.anna")
    assert await told_in_all(hass, raised.value) == in_all("outcome_unknown")
    assert len(sent(instance)) == 1
    assert [each.text for each in instance.messages] == ["Hi"]


@pytest.mark.usefixtures("_impatient", "loaded")
@pytest.mark.parametrize("kind", LOST)
async def test_a_lost_message_is_sent_again_once_that_is_sure(
    hass: HomeAssistant, instance: Instance, kind: FaultKind
) -> None:
    instance.settings["outgoingAPIMessageWebhook"] = "yes"
    instance.faults.add(kind, method="sendMessage")
    await notify(hass, "notify.anna")
    assert len(sent(instance)) == 2
    assert [each.text for each in instance.messages] == ["Hi"]


@pytest.mark.usefixtures("_impatient", "loaded")
@pytest.mark.parametrize("kind", LOST[::4])
async def test_a_lost_message_is_not_sent_again_if_the_journal_keeps_nothing(
    hass: HomeAssistant, instance: Instance, kind: FaultKind
) -> None:
    instance.settings["outgoingAPIMessageWebhook"] = "no"
    instance.faults.add(kind, method="sendMessage")
    with pytest.raises(HomeAssistantError) as raised:
        await notify(hass, "notify.anna")
    assert raised.value.translation_key == "outcome_unknown"
    assert len(sent(instance)) == 1


@pytest.mark.usefixtures("loaded")
async def test_the_reason_does_not_quote_the_address(
    hass: HomeAssistant, instance: Instance
) -> None:
    """An invalid request is answered with its path, and so with the token."""
    with pytest.raises(HomeAssistantError) as raised:
        await send_message(hass, chat_id="12345@lid")
    assert await told(hass, raised.value) == text(
        "rejected",
        reason="Validation failed. Details: 'chatId' must be one of the next formats: "
        "'phone_number@c.us' or 'group_id@g.us'",
    )


@pytest.mark.usefixtures("loaded")
async def test_a_body_too_large_for_green_api(
    hass: HomeAssistant, instance: Instance
) -> None:
    with pytest.raises(HomeAssistantError) as raised:
        await send_message(hass, chat_id=ANNA, quoted_message_id="3" * 110_000)
    assert await told(hass, raised.value) == text(
        "rejected", reason="request entity too large"
    )
    assert len(sent(instance)) == 1


@pytest.mark.parametrize("language", LANGUAGES)
async def test_errors_within_an_error_are_in_the_language_of_the_house(
    hass: HomeAssistant, entry: MockConfigEntry, instance: Instance, language: str
) -> None:
    hass.config.language = language
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    instance.fail_chat(BORIS, FaultKind.UNAUTHORIZED)
    with pytest.raises(HomeAssistantError) as raised:
        await send_message(hass, entity_id=["notify.anna", "notify.boris"])
    assert await told(hass, raised.value, language) == text(
        "some_failed",
        language,
        failed="1",
        total="2",
        reasons=failures(Boris=text("invalid_auth", language)),
    )


@pytest.mark.usefixtures("loaded")
async def test_a_language_that_is_not_loaded_yet(
    hass: HomeAssistant, instance: Instance
) -> None:
    hass.config.language = "eo"
    instance.fail_chat(BORIS, FaultKind.UNAUTHORIZED)
    with pytest.raises(HomeAssistantError) as raised:
        await send_message(hass, entity_id=["notify.anna", "notify.boris"])
    placeholders = raised.value.translation_placeholders
    assert placeholders is not None
    assert placeholders["reasons"] == failures(Boris=text("invalid_auth").rstrip("."))
