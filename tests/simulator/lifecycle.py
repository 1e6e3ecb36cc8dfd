"""The life of an instance: its state, its settings and the phone it is linked to."""

from http import HTTPStatus
from typing import TYPE_CHECKING

from .account import Account
from .answers import ApiError
from .linking import Linking
from .models import InstanceState
from .settings import DEFAULT_SETTINGS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .models import Clock, Contact, Json

STARTING = "instance in starting process try later"
NOT_AUTHORIZED = "instance is starting or not authorized"
SUSPENDED = "Your account is suspended"


class Lifecycle(Account):
    """What an instance is. Time is read when someone looks, never waited for: no timers."""

    def __init__(
        self, instance_id: str, phone: str, contacts: Iterable[Contact], clock: Clock
    ) -> None:
        """Create a linked instance."""
        super().__init__(instance_id, contacts)
        self.id = instance_id
        self.phone = phone
        self.settings = dict(DEFAULT_SETTINGS)
        self.suspended_until: int | None = None
        self.starting_seconds = 0.0
        self.linking = Linking(clock)
        # What the real server may do one way or the other.
        self.refuse_when_suspended = False
        self.settings_delay = 0.0
        self.settings_shown_late = False
        self._clock = clock
        self._advancing = False
        self._state: InstanceState | None = InstanceState.AUTHORIZED
        self._state_since = clock()
        self._starts_into: tuple[float, InstanceState | None] | None = None
        self._settings_before = self.settings
        self._settings_change = 0.0

    # Time

    def advance(self) -> None:
        """Do what has become due since someone last looked."""
        if self._advancing:
            return
        self._advancing = True
        try:
            self._catch_up(self._clock())
        finally:
            self._advancing = False

    def _catch_up(self, now: float) -> None:
        if self._starts_into and self._starts_into[0] <= now:
            moment, state = self._starts_into
            self._starts_into = None
            self._enter(state, moment)

    # State

    @property
    def state(self) -> InstanceState | None:
        """Return the state; None while the instance is being created."""
        self.advance()
        return self._state

    @state.setter
    def state(self, state: InstanceState | None) -> None:
        self.advance()
        self._starts_into = None
        self._enter(state, self._clock())

    def _enter(self, state: InstanceState | None, moment: float) -> None:
        self._state, self._state_since = state, moment

    @property
    def linked(self) -> bool:
        """Tell whether there is a phone, be it that the instance is only starting."""
        state = self._starts_into[1] if self._starts_into else self._state
        return state not in (None, InstanceState.NOT_AUTHORIZED)

    @property
    def own_id(self) -> str:
        """Return the account's own chat id."""
        return f"{self.phone}@c.us"

    def restart(self) -> None:
        """Be starting for `starting_seconds`, then in the state of before."""
        state = self.state
        if not self.starting_seconds or self._starts_into:
            return
        self.state = InstanceState.STARTING
        self._starts_into = (self._clock() + self.starting_seconds, state)

    def require_started(self) -> None:
        """Refuse what a starting instance cannot take."""
        if self.state in (None, InstanceState.STARTING):
            raise ApiError(HTTPStatus.BAD_REQUEST, STARTING)
        if self.state is InstanceState.SUSPENDED and self.refuse_when_suspended:
            raise ApiError(HTTPStatus.FORBIDDEN, SUSPENDED)

    def require_linked(self) -> None:
        """Refuse what only a linked instance can answer."""
        self.require_started()
        if self.state is InstanceState.NOT_AUTHORIZED:
            raise ApiError(HTTPStatus.BAD_REQUEST, NOT_AUTHORIZED)

    # Settings

    @property
    def in_force(self) -> Mapping[str, Json]:
        """Return the settings the instance follows, for `settings_delay` still those of before."""
        late = self._clock() < self._settings_change + self.settings_delay
        return self._settings_before if late else self.settings

    def change_settings(self, changes: Mapping[str, Json]) -> None:
        """Change settings and start anew."""
        self._settings_before = dict(self.in_force)
        self._settings_change = self._clock()
        self.settings.update(changes)
        self.restart()

    # Linking

    def link(self) -> None:
        """Link the instance to the phone: what waits in the queue goes out."""
        self.linking.renew()
        self.state = InstanceState.AUTHORIZED

    def unlink(self) -> None:
        """Unlink the instance, as the phone's owner or a logout does."""
        self.linking.renew()
        self.state = InstanceState.NOT_AUTHORIZED

    def scan(self, content: str | None = None, *, phone: str | None = None) -> bool:
        """Scan a QR code with a phone, the current one of the instance unless told otherwise."""
        good = content is None or content == self.linking.qr
        return self._link_phone((phone or self.phone) if good else None)

    def enter_code(self, code: str) -> bool:
        """Type a code on the phone it was made for."""
        return self._link_phone(self.linking.phone(code))

    def _link_phone(self, phone: str | None) -> bool:
        if phone is None or self.state is not InstanceState.NOT_AUTHORIZED:
            return False
        self.phone = phone
        self.link()
        return True
