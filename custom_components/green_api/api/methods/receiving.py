"""What happened to the instance."""

import asyncio
from datetime import timedelta
from http import HTTPMethod

from ..chat_id import ChatId
from ..exceptions import GreenApiConnectionError, GreenApiValidationError
from ..models import Receipt
from .base import Methods, fields, is_object, unexpected

# A gateway that gives up after so many seconds found a queue that is empty.
_LONG = 4


class ReceivingMethods(Methods):
    """Take notifications out of the queue, and files out of messages.

    https://green-api.com/en/docs/api/receiving/technology-http-api/
    """

    async def receive_notification(self, wait: timedelta) -> Receipt | None:
        """Wait for a notification; None when none came in 5 to 60 s.

        The same one comes again until it is deleted. 100 calls a second, but never two
        at once. Raises GreenApiWebhookSetError when notifications go to a webhook.

        https://green-api.com/en/docs/api/receiving/technology-http-api/ReceiveNotification/
        """
        seconds = round(wait.total_seconds())
        now = asyncio.get_running_loop().time
        begin = now()
        try:
            answer = await self._transport.request(
                HTTPMethod.GET,
                "receiveNotification",
                rest=f"?receiveTimeout={seconds}",
                patience=seconds + 15,
            )
        except GreenApiConnectionError as err:
            if err.gave_up and now() - begin >= _LONG:
                return None
            raise
        if answer is None:
            return None
        if not is_object(answer) or not (receipt := Receipt.from_answer(answer)):
            raise unexpected()
        return receipt

    async def delete_notification(self, receipt: Receipt) -> None:
        """Take a notification off the queue; 100 calls a second.

        That it is gone already is no error.

        https://green-api.com/en/docs/api/receiving/technology-http-api/DeleteNotification/
        """
        try:
            await self._transport.request(
                HTTPMethod.DELETE, "deleteNotification", rest=f"/{receipt.receipt_id}"
            )
        except GreenApiValidationError:
            return

    async def get_webhooks_count(self) -> int:
        """Ask how many notifications wait; once a second, counted every 10 s.

        https://green-api.com/en/docs/api/queues/GetWebhooksCount/
        """
        answer = await self._ask_slowly(HTTPMethod.GET, "getWebhooksCount")
        if not is_object(answer) or not isinstance(count := answer.get("count"), int):
            raise unexpected()
        return count

    async def download_file(self, chat_id: ChatId, message_id: str) -> str:
        """Ask where the file of a received message lies; 5 calls a second.

        Raises GreenApiValidationError when GREEN-API does not have it.

        https://green-api.com/en/docs/api/receiving/files/DownloadFile/
        """
        answer = await self._transport.request(
            HTTPMethod.POST,
            "downloadFile",
            fields(chatId=str(chat_id), idMessage=message_id),
        )
        if is_object(answer) and (
            url := answer.get("downloadUrl") or answer.get("urlFile")
        ):
            return str(url)
        raise unexpected()
