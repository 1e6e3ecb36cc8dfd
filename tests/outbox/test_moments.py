"""What happens in the very moment in which a message is leaving; in virtual time."""

import asyncio
from collections.abc import Generator
from datetime import timedelta
from pathlib import Path
from typing import Any, override

import pytest

from custom_components.green_api.api import (
    ChatId,
    GreenApiConnectionError,
    GreenApiError,
    GreenApiOutcomeUnknownError,
    GreenApiValidationError,
)
from custom_components.green_api.api.models import Json
from custom_components.green_api.outbox import OnOutage, State, Status, Terms
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util
from tests.conftest import ANNA, BORIS

from .fakes import Life, World

QUEUE = OnOutage.QUEUE

pytestmark = [
    # Who is killed, closes nothing.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.usefixtures("real_pace", "socket_enabled"),
]


class SlowWorld(World):
    """A world in which the calls of one method take a while, and then fail."""

    method = ""
    seconds = 0.0
    error: GreenApiError
    calls = 0

    def hinder(self, method: str, seconds: float, error: GreenApiError) -> None:
        """Let a method do so from now on."""
        self.method, self.seconds, self.error = method, seconds, error

    @override
    async def carry_out(self, method: str, *arguments: Any, carries_out: bool) -> Json:
        if method == self.method:
            self.calls += 1
            await asyncio.sleep(self.seconds)
            raise self.error
        return await super().carry_out(method, *arguments, carries_out=carries_out)

    @property
    def texts(self) -> list[str]:
        """Return what was sent."""
        return [message.text for message, _ in self.instance.journal]


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SlowWorld:
    """Have such a world."""
    folder = tmp_path / "world"
    folder.mkdir()
    world = SlowWorld(folder)
    monkeypatch.setattr(dt_util, "utcnow", world.utcnow)
    return world


@pytest.fixture
def life(world: SlowWorld) -> Generator[Life]:
    """Have Home Assistant run in it."""
    life = Life.begin(world)
    yield life
    life.kill()


def keep(life: Life, text: str, **terms: Any) -> asyncio.Task[Any]:
    """Send a text to Anna that is kept, and let its request go out."""
    sending = life.send(ANNA, text, Terms(on_outage=QUEUE, **terms))
    life.wait(0.1)
    return sending


def has_sent(life: Life, text: str, **terms: Any) -> None:
    """Have sent a text a while ago."""
    keep(life, text, **terms)
    life.wait(5)


def keep_apart(life: Life, seconds: float) -> None:
    """Have a pause between chats, and somebody else to whom was just written."""
    gap = life.outbox._gap
    gap._seconds = lambda: seconds
    gap._last, gap._last_at = ChatId.parse(BORIS), life.loop.now


def test_an_edit_without_an_answer_is_not_tried_for_ever(
    world: SlowWorld, life: Life
) -> None:
    has_sent(life, "Open", tag="door")
    world.hinder("editMessage", 60, GreenApiOutcomeUnknownError("no answer"))
    keep(life, "Closed", tag="door", replace=True, expires_after=timedelta(seconds=90))
    keep(life, "Next")
    life.wait(300)
    assert world.texts == ["Open", "Next"]
    assert world.calls == 2
    assert [each.status for each in world.told] == ["expired", "sent"]


def test_who_wants_to_fail_does_not_wait_for_an_edit(
    world: SlowWorld, life: Life
) -> None:
    has_sent(life, "Open", tag="door")
    world.hinder("editMessage", 1, GreenApiOutcomeUnknownError("no answer"))
    terms = Terms(on_outage=OnOutage.FAIL, tag="door", replace=True)
    sending = life.send(ANNA, "Closed", terms)
    # For so long an edit is tried again by itself.
    life.wait(20)
    with pytest.raises(HomeAssistantError, match="change_unknown"):
        sending.result()


def test_what_expires_while_it_edits_does_not_leave_after_the_pause(
    world: SlowWorld, life: Life
) -> None:
    has_sent(life, "Open", tag="door")
    world.hinder("editMessage", 3, GreenApiValidationError("message not found"))
    keep_apart(life, 120)
    keep(life, "Closed", tag="door", replace=True, expires_after=timedelta(seconds=2))
    life.wait(300)
    assert world.texts == ["Open"]
    assert [each.status for each in world.told] == ["expired"]


def test_what_expires_while_it_leaves_is_told_with_its_reason(
    world: SlowWorld, life: Life
) -> None:
    world.hinder("sendMessage", 20, GreenApiConnectionError("no connection"))
    keep(life, "Fire", expires_after=timedelta(seconds=12))
    life.wait(60)
    assert world.calls == 1
    (told,) = world.told
    assert told.status == "expired"
    # The text, or its key where no texts are loaded.
    assert told.description


def test_a_cancel_that_is_cancelled_cancels_nothing(
    world: SlowWorld, life: Life
) -> None:
    world.hinder("sendMessage", 20, GreenApiConnectionError("no connection"))
    keep(life, "Fire")
    (parcel,) = life.waiting
    cancelling = life.loop.create_task(life.outbox.async_cancel(parcel))
    life.wait(1)
    cancelling.cancel()
    life.wait(1)
    world.method = ""
    life.wait(120)
    assert world.texts == ["Fire"]


def test_two_cancel_the_same(world: SlowWorld, life: Life) -> None:
    world.hinder("sendMessage", 4, GreenApiConnectionError("no connection"))
    keep(life, "Fire")
    (parcel,) = life.waiting
    first = life.loop.create_task(life.outbox.async_cancel(parcel))
    life.wait(2)
    second = life.loop.create_task(life.outbox.async_cancel(parcel))
    life.wait(4)
    assert (first.result(), second.result()) == (False, True)
    assert life.waiting == ()


def test_what_waits_for_the_pause_when_its_edit_is_refused_is_cancelled(
    world: SlowWorld, life: Life
) -> None:
    has_sent(life, "Open", tag="door")
    world.hinder("editMessage", 1, GreenApiValidationError("message not found"))
    keep_apart(life, 60)
    keep(life, "Closed", tag="door", replace=True)
    (parcel,) = life.waiting
    assert parcel.state is State.LEAVING
    assert life.cancel(parcel)
    life.wait(200)
    assert world.texts == ["Open"]


def test_who_is_overtaken_while_it_is_written_waits(
    world: SlowWorld, life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = type(life.outbox._database)
    write = database.async_do

    async def slowly(self: Any, work: Any) -> Any:
        await asyncio.sleep(0.05)
        return await write(self, work)

    monkeypatch.setattr(database, "async_do", slowly)
    world.hinder("sendMessage", 0.1, GreenApiConnectionError("no connection"))
    terms = Terms(on_outage=QUEUE, tag="fire", deduplicate=timedelta(hours=1))
    life.send(ANNA, "Fire", terms)
    life.send(ANNA, "Smoke", Terms(on_outage=OnOutage.RETRY))
    life.wait(1)
    (parcel,) = life.waiting
    assert parcel.state is State.WAITING
    assert life.cancel(parcel)
    world.method = ""
    again = life.send(ANNA, "Fire", terms)
    life.wait(60)
    assert again.result().status is not Status.DUPLICATE
    assert world.texts.count("Fire") == 1
