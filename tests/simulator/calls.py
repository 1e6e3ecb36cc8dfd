"""What a method of the API is, and what a call of it carries."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .bodies import BodyKind

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from .bodies import SentFile
    from .instance import Instance
    from .models import Json
    from .validation import Fields, Query


@dataclass(slots=True)
class Call:
    """A call of a method that got past the door."""

    instance: Instance
    method: str
    fields: Fields
    query: Query
    now: float
    file: SentFile | None = None
    # The chat the call spends quota on, known once the method has read it.
    chat_id: str | None = None
    # What stands behind the token in the path.
    receipt: str = ""

    def afford(self, chat_id: str | None = None) -> None:
        """Refuse the call when the plan does not cover it."""
        self.instance.quota.check(self.method, chat_id)
        self.chat_id = chat_id


@dataclass(frozen=True, slots=True)
class Method:
    """A method: its name, verb, calls per second, what it does, and what it takes.

    A method that is `silent` answers with an empty body. One that may `wait` does so first, and one
    with a `receipt` has it in its path.
    """

    name: str
    verb: str
    rate: float
    run: Callable[[Call], Json]
    takes: BodyKind = BodyKind.JSON
    silent: bool = False
    wait: Callable[[Call], Awaitable[None]] | None = None
    receipt: bool = False
