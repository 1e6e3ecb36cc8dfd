"""What an instance tells: into its notification queue, and from there to polls and webhooks."""

from http import HTTPStatus
from typing import TYPE_CHECKING, override

from .answers import ApiError, json_answer
from .lifecycle import Lifecycle
from .models import InstanceState
from .notifications import NotificationQueue
from .payloads import state_body
from .settings import admits

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from aiohttp import web

    from .models import Clock, Contact, Json, WebhookDelivery
    from .notifications import Notification

COUNT_SECONDS = 10
CLEAR_SECONDS = 60
WEBHOOK_SET = (
    "Message cannot be received because custom webhook url is set. "
    "To receive messages by this method, clear webhookUrl"
)


class PollingError(ApiError):
    """Notifications go to a webhook, so nobody may ask for them."""

    def __init__(self) -> None:
        """Say what the API says."""
        super().__init__(HTTPStatus.BAD_REQUEST, WEBHOOK_SET)

    @override
    def answer(self, path: str, now: float) -> web.Response:
        """Return the answer, which has a shape of its own."""
        body: Json = {
            "code": "INVALID_PARAM",
            "message": self.message,
            "status": "error",
        }
        return json_answer(body, self.status)


class Notifying(Lifecycle):
    """An instance that tells what happens to it."""

    def __init__(
        self, instance_id: str, phone: str, contacts: Iterable[Contact], clock: Clock
    ) -> None:
        """Create an instance with nothing to tell."""
        super().__init__(instance_id, phone, contacts, clock)
        self.notifications = NotificationQueue(clock)
        self.webhook_deliveries: list[WebhookDelivery] = []
        # How much of the real waiting is waited: for polls, and between two tries of a webhook.
        self.poll_scale = 1.0
        self.webhook_scale = 1.0
        self.webhooks_anywhere = False
        # So many notifications come once more after they were deleted or acknowledged.
        self.deliver_twice = 0
        # What the real server may do one way or the other.
        self.strict_receiving = False
        self.delete_unknown_fails = False
        self.receipts_restart = True
        self.starting_told = True
        self.webhooks_block = True
        self._counted: tuple[float, int] | None = None
        self._cleared: float | None = None

    @property
    def told(self) -> list[Json]:
        """Return the notifications that wait, in order."""
        self.advance()
        return [notification.body for notification in self.notifications.waiting]

    def notify(self, body: Json) -> None:
        """Put any body into the queue, whatever the settings say."""
        self.advance()
        self.notifications.put(body, self._clock())

    def tell(self, body: Mapping[str, Json], moment: float | None = None) -> None:
        """Put a notification into the queue, if the settings let it in."""
        if admits(self.in_force, body):
            now = self._clock() if moment is None else moment
            self.notifications.put(dict(body), now)

    def hear(self, body: Mapping[str, Json]) -> None:
        """Tell what came over the phone, as long as there is one."""
        if self.linked:
            self.tell(body)

    @override
    def _enter(self, state: InstanceState | None, moment: float) -> None:
        changed = state is not self._state
        super()._enter(state, moment)
        told = self.starting_told or state is not InstanceState.STARTING
        if changed and told and state is not None:
            self.tell(state_body(self, state, moment), moment)

    @override
    def restart(self) -> None:
        """Start anew, which ends polls that wait and makes receipts worthless."""
        super().restart()
        if self.receipts_restart:
            self.notifications.restart_receipts()
        self.notifications.release()

    def require_polling(self) -> None:
        """Refuse a poll that can get nothing."""
        if self.strict_receiving:
            self.require_linked()
        if self.in_force["webhookUrl"]:
            raise PollingError

    def finish(self, notification: Notification) -> None:
        """Take a notification out of the queue, unless it is to come once more."""
        if self.deliver_twice:
            self.deliver_twice -= 1
            notification.receipt = None
            self.notifications.wake()
        else:
            self.notifications.remove(notification)

    def count_notifications(self) -> int:
        """Return how many notifications wait; like the API, look only now and then."""
        self.advance()
        now = self._clock()
        if self._counted is None or not 0 <= now - self._counted[0] < COUNT_SECONDS:
            self._counted = now, len(self.notifications.waiting)
        return self._counted[1]

    def clear_notifications(self) -> int:
        """Forget all notifications, once a minute; return for how long that is still too early."""
        self.advance()
        now = self._clock()
        if self._cleared is not None and 0 <= now - self._cleared < CLEAR_SECONDS:
            return CLEAR_SECONDS - int(now - self._cleared)
        self._cleared = now
        self.notifications.clear()
        return 0
