"""Faults that can be switched on: a connection, a gateway or the API that misbehaves."""

from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase


class FaultKind(StrEnum):
    """What goes wrong. The kinds that end in ACCEPTED do so after the request was carried out."""

    REFUSE = "refuse"
    RESET = "reset"
    RESET_ACCEPTED = "resetAccepted"
    TIMEOUT = "timeout"
    TIMEOUT_ACCEPTED = "timeoutAccepted"
    BAD_GATEWAY = "badGateway"
    BAD_GATEWAY_ACCEPTED = "badGatewayAccepted"
    UNAVAILABLE = "unavailable"
    UNAVAILABLE_ACCEPTED = "unavailableAccepted"
    GATEWAY_TIMEOUT = "gatewayTimeout"
    GATEWAY_TIMEOUT_ACCEPTED = "gatewayTimeoutAccepted"
    INTERNAL_ERROR = "internalError"
    INTERNAL_ERROR_ACCEPTED = "internalErrorAccepted"
    UNAUTHORIZED = "unauthorized"
    FORBIDDEN = "forbidden"
    RATE_LIMITED = "rateLimited"
    QUOTA_EXCEEDED = "quotaExceeded"
    FOREIGN_PAGE = "foreignPage"
    BARE_STRING = "bareString"
    GARBAGE_ACCEPTED = "garbageAccepted"
    EMPTY_ACCEPTED = "emptyAccepted"

    @property
    def accepted(self) -> bool:
        """Tell whether the request is carried out nevertheless."""
        return self.value.endswith("Accepted")

    @property
    def description(self) -> str:
        """Return what a person reads about it."""
        return _DESCRIPTIONS[self]


_DESCRIPTIONS = {
    FaultKind.REFUSE: "Connection closed without an answer",
    FaultKind.RESET: "Connection reset, message lost",
    FaultKind.RESET_ACCEPTED: "Connection reset, message accepted",
    FaultKind.TIMEOUT: "No answer, message lost",
    FaultKind.TIMEOUT_ACCEPTED: "No answer, message accepted",
    FaultKind.BAD_GATEWAY: "502 from the gateway, message lost",
    FaultKind.BAD_GATEWAY_ACCEPTED: "502 from the gateway, message accepted",
    FaultKind.UNAVAILABLE: "503 from the gateway, message lost",
    FaultKind.UNAVAILABLE_ACCEPTED: "503 from the gateway, message accepted",
    FaultKind.GATEWAY_TIMEOUT: "504 from the gateway, message lost",
    FaultKind.GATEWAY_TIMEOUT_ACCEPTED: "504 from the gateway, message accepted",
    FaultKind.INTERNAL_ERROR: "500 from the API, message lost",
    FaultKind.INTERNAL_ERROR_ACCEPTED: "500 from the API, message accepted",
    FaultKind.UNAUTHORIZED: "401, the token is refused",
    FaultKind.FORBIDDEN: "403, wrong server or instance",
    FaultKind.RATE_LIMITED: "429, too many requests",
    FaultKind.QUOTA_EXCEEDED: "466, the plan's quota is used up",
    FaultKind.FOREIGN_PAGE: "200 with a stranger's web page, message lost",
    FaultKind.BARE_STRING: "200 with an error text, message lost",
    FaultKind.GARBAGE_ACCEPTED: "200 with half an answer, message accepted",
    FaultKind.EMPTY_ACCEPTED: "200 with an empty answer, message accepted",
}


@dataclass(slots=True, kw_only=True, eq=False)
class Fault:
    """A fault that is switched on, for all methods and chats or for some.

    The method may be a pattern: `send*`.
    """

    kind: FaultKind
    method: str | None = None
    chat_id: str | None = None
    times: int | None = 1
    delay: float = 0.0
    # How many requests ran into it.
    struck: int = 0

    def concerns(self, method: str, chat_id: str | None) -> bool:
        """Tell whether a request runs into it."""
        pattern = (self.method or "*").lower()
        return fnmatchcase(method.lower(), pattern) and (
            self.chat_id is None or self.chat_id == chat_id
        )


class Faults:
    """The faults of one instance. The one added first strikes first, so they can be lined up."""

    def __init__(self) -> None:
        """Start without any."""
        self._faults: list[Fault] = []

    @property
    def active(self) -> tuple[Fault, ...]:
        """Return the faults that are switched on."""
        return tuple(self._faults)

    def add(
        self,
        kind: FaultKind,
        *,
        method: str | None = None,
        chat_id: str | None = None,
        times: int | None = 1,
        delay: float = 0.0,
    ) -> Fault:
        """Switch a fault on, for a number of requests or (None) until it is cleared.

        `delay` is in seconds and comes before the answer. For the two timeouts it is how long
        the client waits for an answer or the end; 0 stands for as long as the simulator runs.
        """
        fault = Fault(
            kind=kind, method=method, chat_id=chat_id, times=times, delay=delay
        )
        self._faults.append(fault)
        return fault

    def clear(self, kind: FaultKind | None = None) -> None:
        """Switch all faults off, or those of one kind."""
        self._faults = [
            fault for fault in self._faults if kind not in (None, fault.kind)
        ]

    def remove(self, fault: Fault) -> None:
        """Switch one fault off, if it still is on."""
        if fault in self._faults:
            self._faults.remove(fault)

    def find(self, method: str, chat_id: str | None) -> Fault | None:
        """Return the fault a request runs into."""
        return next(
            (fault for fault in self._faults if fault.concerns(method, chat_id)), None
        )

    def spend(self, fault: Fault) -> None:
        """Count one request, and switch the fault off after the last."""
        fault.struck += 1
        if fault.times is None:
            return
        fault.times -= 1
        if fault.times <= 0:
            self.remove(fault)
