"""The outbox against a plain model, whatever happens, in whatever order.

Always the same runs. For longer: `OUTBOX_EXAMPLES=5000 .venv/bin/python -m pytest
tests/outbox/test_model.py` makes new ones, for about twenty seconds per thousand.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
import logging
import os
from pathlib import Path
import tempfile
from typing import Final, override

from hypothesis import HealthCheck, Phase, settings, strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    precondition,
    rule,
    run_state_machine_as_test,
)
import pytest

from custom_components.green_api.outbox import OnOutage, Priority, Result, Status, Terms
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util
from tests.conftest import ANNA, BORIS, FAMILY
from tests.simulator import InstanceState

from .fakes import Life, Trouble, World

EXAMPLES: Final = int(os.environ.get("OUTBOX_EXAMPLES", "0"))
CHATS = st.sampled_from((ANNA, BORIS, FAMILY))
LATE = {Trouble.LOST_SLOWLY, Trouble.TAKEN_SLOWLY, Trouble.TAKEN_LATE}
UNSURE = {"outcome_unknown", "partly_sent"}
DISK = Path("/dev/shm" if Path("/dev/shm").is_dir() else tempfile.gettempdir())  # noqa: S108


@dataclass(eq=False)
class Wish:
    """A text that somebody sent, and what they were told."""

    number: int
    chat_id: str
    text: str
    terms: Terms
    task: asyncio.Task[Result]
    killed: bool = False
    cancelled: bool = False
    given_up: bool = False
    outbox_id: str | None = None

    @property
    def line(self) -> tuple[str, Priority]:
        """Return with what it keeps its order."""
        return self.chat_id, self.terms.priority


class Promises(RuleBasedStateMachine):
    """Send, break things, and see whether each promise is kept."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(dir=DISK)
        self.world = World(Path(self.folder.name))
        dt_util.utcnow = self.world.utcnow  # type: ignore[assignment]
        self.life = Life.begin(self.world)
        self.wishes: list[Wish] = []

    # What people do

    def _send(self, chat_id: str, text: str, terms: Terms) -> None:
        number = len(self.wishes)
        task = self.life.send(chat_id, text or f"Text {number}", terms)
        self.wishes.append(Wish(number, chat_id, text or f"Text {number}", terms, task))

    @rule(
        chat_id=CHATS,
        policy=st.sampled_from(OnOutage),
        priority=st.sampled_from((Priority.NORMAL, Priority.NORMAL, Priority.HIGH)),
        same=st.booleans(),
    )
    def send(
        self, chat_id: str, policy: OnOutage, priority: Priority, *, same: bool
    ) -> None:
        text = "The same" if same else ""
        self._send(chat_id, text, Terms(on_outage=policy, priority=priority))

    @rule(chat_id=CHATS, count=st.integers(2, 4))
    def send_several(self, chat_id: str, count: int) -> None:
        for _ in range(count):
            self._send(chat_id, "", Terms(on_outage=OnOutage.QUEUE))

    @rule(chat_id=CHATS)
    def send_what_expires(self, chat_id: str) -> None:
        expires_after = timedelta(seconds=90)
        terms = Terms(on_outage=OnOutage.QUEUE, expires_after=expires_after)
        self._send(chat_id, "", terms)

    @precondition(lambda self: any(not each.task.done() for each in self.alive))
    @rule(which=st.integers(0, 9))
    def cancel_a_script(self, which: int) -> None:
        pending = [each for each in self.alive if not each.task.done()]
        wish = pending[which % len(pending)]
        wish.given_up = True
        wish.task.cancel()
        self.life.wait(0.001)

    @precondition(lambda self: bool(self.life.waiting))
    @rule(which=st.integers(0, 9))
    def cancel(self, which: int) -> None:
        parcel = self.life.waiting[which % len(self.life.waiting)]
        wish = self._wish_of(parcel.kept.outbox_id if parcel.kept else None)
        if self.life.cancel(parcel) and wish:
            wish.cancelled = True

    # What happens

    @rule(trouble=st.sampled_from(Trouble), times=st.integers(1, 3))
    def trouble(self, trouble: Trouble, times: int) -> None:
        self.world.troubles.extend([trouble] * times)

    @rule(connected=st.booleans())
    def connection(self, *, connected: bool) -> None:
        self.world.connected = connected

    @rule(
        state=st.sampled_from(
            (
                InstanceState.AUTHORIZED,
                InstanceState.STARTING,
                InstanceState.NOT_AUTHORIZED,
            )
        )
    )
    def state(self, state: InstanceState) -> None:
        self.world.instance.state = state

    @rule()
    def ask_for_the_state(self) -> None:
        self.life.run(self.life.coordinator.async_ask())

    @rule(seconds=st.sampled_from((0.01, 0.05, 0.3, 2, 7, 40, 100)))
    def wait(self, seconds: float) -> None:
        self.life.wait(seconds)

    @rule()
    def kill(self) -> None:
        self._note()
        for each in self.alive:
            each.killed = not each.task.done()
        self.life.kill()
        self.life = Life.begin(self.world)

    @rule()
    def restart(self) -> None:
        self._note()
        self.life.stop()
        for each in self.alive:
            each.killed = not each.task.done()
        self.life.kill()
        self.life = Life.begin(self.world)

    # What has to be true

    @property
    def alive(self) -> list[Wish]:
        """Return those who wait for an answer of this run."""
        return [
            each
            for each in self.wishes
            if not each.killed and each.task.get_loop() is self.life.loop
        ]

    def _wish_of(self, outbox_id: str | None) -> Wish | None:
        self._note()
        return next((each for each in self.wishes if each.outbox_id == outbox_id), None)

    def _note(self) -> None:
        """Note the ids of what is queued, also of what nobody has an answer for yet."""
        for each in self.wishes:
            if answer := self._answer(each):
                each.outbox_id = answer.outbox_id or each.outbox_id
        for parcel in self.life.waiting:
            text = getattr((parcel.messages or [""])[0], "text", None)  # type: ignore[list-item]
            for each in self.wishes:
                if (
                    each.outbox_id is None
                    and parcel.kept
                    and each.text == text != "The same"
                ):
                    each.outbox_id = parcel.kept.outbox_id

    @staticmethod
    def _answer(wish: Wish) -> Result | None:
        task = wish.task
        if not task.done() or task.cancelled() or task.exception():
            return None
        return task.result()

    def no_more_than_was_sent(self) -> None:
        """No text is there more often than somebody sent it."""
        arrived = self._arrived()
        for chat_id, text in set(arrived):
            most = [w for w in self.wishes if (w.chat_id, w.text) == (chat_id, text)]
            assert arrived.count((chat_id, text)) <= len(most), (chat_id, text)

    @override
    def teardown(self) -> None:
        """Let all be well, wait until it stands still, and look."""
        try:
            self.world.connected = True
            self.world.troubles.clear()
            self.world.instance.link()
            self.life.wait(400)
            self._note()
            assert self.life.waiting == ()
            self._look()
        finally:
            self.life.kill()
            self.folder.cleanup()

    def _look(self) -> None:
        """See whether each promise was kept, once, and in order."""
        arrived = self._arrived()
        self.no_more_than_was_sent()
        for text in {(each.chat_id, each.text) for each in self.wishes}:
            wishes = [w for w in self.wishes if (w.chat_id, w.text) == text]
            bounds = [self._bounds(each) for each in wishes]
            least, most = (sum(each) for each in zip(*bounds, strict=True))
            assert least <= arrived.count(text) <= most, (text, least, most)
        places = {text: place for place, text in enumerate(arrived)}
        for line in {each.line for each in self.wishes}:
            order = [
                places[each.chat_id, each.text]
                for each in self.wishes
                if each.line == line
                and each.text != "The same"
                and (each.chat_id, each.text) in places
            ]
            assert order == sorted(order), (line, arrived)

    def _bounds(self, wish: Wish) -> tuple[int, int]:
        """Return how often a wish has to be there at least, and at most."""
        told = [
            str(each.status)
            for each in self.world.told
            if each.outbox_id == wish.outbox_id and wish.outbox_id
        ]
        if wish.cancelled or "expired" in told:
            assert "sent" not in told
            return 0, 0
        if "failed" in told:
            # All is asked for, and GREEN-API knows all, unless there is no time for it.
            assert wish.terms.expires_after
            return 0, 1
        if "sent" in told:
            return 1, 1
        if wish.killed or wish.given_up:
            return 0, 1
        try:
            result = wish.task.result()
        except HomeAssistantError as err:
            return 0, int(err.translation_key in UNSURE)
        # What is queued is told of in the end.
        assert result.status is Status.SENT, wish
        return 1, 1

    def _arrived(self) -> list[tuple[str, str]]:
        return [(one.chat_id, one.text) for one, _ in self.world.instance.journal]


# Who is killed, closes nothing.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.usefixtures("real_pace", "socket_enabled")
def test_each_promise_is_kept_once_and_in_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    restore: Callable[..., object] = dt_util.utcnow
    monkeypatch.setattr(dt_util, "utcnow", restore)
    logging.getLogger("custom_components.green_api").setLevel(logging.CRITICAL)
    try:
        run_state_machine_as_test(
            Promises,
            settings=settings(
                max_examples=EXAMPLES or 120,
                stateful_step_count=int(os.environ.get("OUTBOX_STEPS", "30")),
                derandomize=not EXAMPLES,
                phases=[Phase.generate, *([Phase.shrink] if EXAMPLES else [])],
                deadline=None,
                database=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
    finally:
        logging.getLogger("custom_components.green_api").setLevel(logging.NOTSET)
