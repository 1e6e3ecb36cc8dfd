"""What GREEN-API may have taken: asked for, found, sent again, or told; never twice."""

from aiohttp import ClientTimeout
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.green_api.api import transport
from homeassistant.core import HomeAssistant
from tests.actions import ACCEPTED, LOST, asked, send_message, sent, text
from tests.calls import act, failed
from tests.conftest import ANNA, BORIS
from tests.simulator import FaultKind, Instance

from .helpers import ASKING, KINDS, News, lose_in_doubt, queue, settled, taken, texts


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch, instance: Instance) -> None:
    """Wait for an answer no longer than a test likes to; the journal keeps all."""
    monkeypatch.setattr(transport, "_TIMEOUT", ClientTimeout(total=0.3))
    instance.settings["outgoingAPIMessageWebhook"] = "yes"


@pytest.mark.parametrize(
    ("kind", "policy"),
    # Those who try again have all kinds in test_errors.
    [*((kind, "queue") for kind in ACCEPTED), (ACCEPTED[0], "retry")],
)
async def test_what_was_taken_without_an_answer_is_found(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    instance: Instance,
    news: News,
    kind: FaultKind,
    policy: str,
) -> None:
    instance.faults.add(kind, method="sendMessage", times=None)
    response = await send_message(hass, chat_id=ANNA, on_outage=policy)
    await settled(hass, loaded)
    (told,) = response["messages"]
    message_id = instance.messages[0].id
    if policy == "retry":
        assert told["message_id"] == message_id
    else:
        (event,) = news.all
        assert (event["type"], event["message_id"]) == ("sent", message_id)
        assert event["outbox_id"] == told["outbox_id"]
    assert len(sent(instance)) == 1


@pytest.mark.parametrize(
    ("kind", "policy"), [*((kind, "queue") for kind in LOST), (LOST[0], "retry")]
)
async def test_what_was_lost_is_sent_again_once_that_is_sure(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    instance: Instance,
    kind: FaultKind,
    policy: str,
) -> None:
    instance.faults.add(kind, method="sendMessage")
    await send_message(hass, chat_id=ANNA, on_outage=policy)
    await settled(hass, loaded)
    assert len(sent(instance)) == 2
    assert taken(instance) == ["Hi"]
    methods = asked(instance)
    last = len(methods) - 1 - methods[::-1].index("sendMessage")
    for method in ASKING:
        assert method in methods[:last]


@pytest.mark.parametrize("kind", [*ACCEPTED[::3], *LOST[::3]])
async def test_whoever_wants_to_fail_is_told_that_it_may_have_been_sent(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance, kind: FaultKind
) -> None:
    instance.faults.add(kind, method="sendMessage")
    reason = await failed(
        hass, "send_message", chat_id=ANNA, message="Hi", on_outage="fail"
    )
    assert reason == text("outcome_unknown")
    await send_message(hass, "Next", chat_id=BORIS)
    assert texts(instance, ANNA) == ["Hi"] * kind.accepted


@pytest.mark.parametrize(
    ("where", "policy"), [("queue", "retry"), ("journal", "queue")]
)
@pytest.mark.parametrize("method", KINDS)
async def test_every_kind_of_message_is_found(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    instance: Instance,
    method: str,
    where: str,
    policy: str,
) -> None:
    await send_message(hass, "Look", chat_id=BORIS)
    instance.requests.clear()
    data = {"chat_id": ANNA, "on_outage": policy, **KINDS[method]}
    # Else it waits for as long at GREEN-API.
    data.pop("typing_time", None)
    if method == "forwardMessages":
        data["message_id"] = [instance.messages[0].id]
    if where == "queue":
        instance.send_delay = 600
    instance.faults.add(FaultKind.RESET_ACCEPTED, method=method)
    await act(hass, **data)
    await settled(hass, loaded)
    assert asked(instance).count(method) == 1
    assert len(taken(instance)) == 2
    assert len(instance.queue) == (where == "queue")


@pytest.mark.parametrize("where", ["queue", "journal"])
async def test_the_same_text_several_times_is_never_confused(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    instance: Instance,
    news: News,
    where: str,
) -> None:
    if where == "queue":
        instance.send_delay = 600
    await send_message(hass, chat_id=ANNA)
    kinds = [
        FaultKind.RESET_ACCEPTED,
        # As long as GREEN-API is slow, it takes long to be sure of that.
        *([FaultKind.RESET] if where == "journal" else []),
        FaultKind.GARBAGE_ACCEPTED,
        *([FaultKind.BAD_GATEWAY] if where == "journal" else []),
    ]
    for kind in kinds:
        instance.faults.add(kind, method="sendMessage")
        await queue(hass)
        await settled(hass, loaded)
    assert taken(instance) == ["Hi"] * (1 + len(kinds))
    told = {each["message_id"] for each in news.all if each["type"] == "sent"}
    assert len(told) == len(kinds)


@pytest.mark.parametrize("hidden", ["no", "yes"])
async def test_the_same_text_to_others_is_not_taken_for_it(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance, hidden: str
) -> None:
    instance.settings["enableLidMode"] = hidden
    instance.fail_chat(ANNA, FaultKind.RESET, times=1)
    instance.fail_chat(BORIS, FaultKind.RESET_ACCEPTED, times=1)
    await send_message(hass, chat_id=[ANNA, BORIS], on_outage="queue")
    await settled(hass, loaded)
    assert (texts(instance, ANNA), texts(instance, BORIS)) == (["Hi"], ["Hi"])


async def test_the_same_text_that_left_before_a_restart_is_not_taken_for_it(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance
) -> None:
    await send_message(hass, chat_id=ANNA)
    await lose_in_doubt(hass, loaded, instance, FaultKind.RESET)
    assert await hass.config_entries.async_setup(loaded.entry_id)
    await settled(hass, loaded)
    assert texts(instance) == ["Hi", "Hi"]


async def test_what_the_owner_typed_is_not_taken_for_it(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance
) -> None:
    instance.send_from_phone(ANNA, "Hi")
    instance.faults.add(FaultKind.RESET, method="sendMessage")
    await queue(hass)
    await settled(hass, loaded)
    assert texts(instance) == ["Hi", "Hi"]


async def test_its_echo_is_enough_where_the_journal_is_out_of_quota(
    hass: HomeAssistant, polling: MockConfigEntry, instance: Instance, news: News
) -> None:
    instance.faults.add(
        FaultKind.QUOTA_EXCEEDED, method="lastOutgoingMessages", times=None
    )
    instance.faults.add(FaultKind.RESET_ACCEPTED, method="sendMessage")
    kept = (await queue(hass))["outbox_id"]
    await settled(hass, polling)
    assert len(sent(instance)) == 1
    assert "failed" not in news.types
    assert "sent" in news.of(kept)


@pytest.mark.parametrize("where", ["queue", "journal"])
async def test_it_is_found_under_the_id_that_hides_a_number(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance, where: str
) -> None:
    instance.settings["enableLidMode"] = "yes"
    if where == "queue":
        instance.send_delay = 600
    instance.faults.add(FaultKind.RESET_ACCEPTED, method="sendMessage")
    await queue(hass)
    await settled(hass, loaded)
    assert len(sent(instance)) == 1
