"""The way of notifications to webhooks: one after the other, and again until they are taken."""

import asyncio
from http import HTTPStatus
from typing import TYPE_CHECKING

import aiohttp
from yarl import URL

from .answers import encoded
from .models import WebhookDelivery
from .notifications import LOOK_UP

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .instance import Instance
    from .models import Clock
    from .notifications import Notification

TIMEOUT = 180
PAUSE = 60
HERE = ("127.0.0.1", "localhost", "::1")
_SCHEMES = ("basic ", "bearer ")


async def push_all(instances: Mapping[str, Instance], clock: Clock) -> None:
    """Push the notifications of these instances and of those added later, for ever."""
    known: set[Instance] = set()
    async with aiohttp.ClientSession() as session, asyncio.TaskGroup() as group:
        while True:
            for instance in set(instances.values()) - known:
                known.add(instance)
                group.create_task(Pusher(instance, session, clock).run())
            await asyncio.sleep(LOOK_UP)


class Pusher:
    """What pushes the notifications of one instance while it has a webhook."""

    def __init__(
        self, instance: Instance, session: aiohttp.ClientSession, clock: Clock
    ) -> None:
        """Push what this instance has to tell."""
        self._instance = instance
        self._session = session
        self._clock = clock

    async def run(self) -> None:
        """Push whatever is due, for ever."""
        while True:
            if notification := self._due():
                await self._push(notification)
            else:
                await asyncio.sleep(LOOK_UP)

    def _due(self) -> Notification | None:
        instance = self._instance
        if not instance.in_force["webhookUrl"]:
            return None
        instance.advance()
        waiting = instance.notifications.waiting
        if instance.webhooks_block:
            waiting = waiting[:1]
        now = asyncio.get_running_loop().time()
        return next((one for one in waiting if one.pause <= now), None)

    async def _push(self, notification: Notification) -> None:
        """Push a notification; what is not taken comes again after a while, unchanged."""
        instance = self._instance
        status = await self._post(encoded(notification.body))
        instance.webhook_deliveries.append(
            WebhookDelivery(time=self._clock(), status=status, body=notification.body)
        )
        if status == HTTPStatus.OK:
            instance.finish(notification)
            return
        now = asyncio.get_running_loop().time()
        notification.pause = now + PAUSE * instance.webhook_scale

    async def _post(self, body: bytes) -> int | None:
        """Return the status a server answers with; nothing if it does not, or must not be asked."""
        instance = self._instance
        url = str(instance.in_force["webhookUrl"])
        headers = {"Content-Type": "application/json; charset=utf-8"}
        if token := str(instance.in_force["webhookUrlToken"]):
            has_scheme = token.lower().startswith(_SCHEMES)
            headers["Authorization"] = token if has_scheme else f"Bearer {token}"
        try:
            if not instance.webhooks_anywhere and URL(url).host not in HERE:
                return None
            async with self._session.post(
                url,
                data=body,
                headers=headers,
                # Nobody knows what the real one calls itself.
                skip_auto_headers=("User-Agent",),
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=TIMEOUT * instance.webhook_scale),
            ) as response:
                return response.status
        except aiohttp.ClientError, TimeoutError, ValueError:
            return None
