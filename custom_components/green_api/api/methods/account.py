"""The instance and the account behind it."""

from collections.abc import Mapping
from contextlib import suppress
from http import HTTPMethod

from ..exceptions import GreenApiOutcomeUnknownError, GreenApiResponseError
from ..models import InstanceState, Json, JsonObject, QrCode, WaSettings
from .base import Methods, fields, is_object, unexpected


class AccountMethods(Methods):
    """Look after the instance and the account behind it.

    https://green-api.com/en/docs/api/account/
    """

    async def get_state_instance(self) -> InstanceState:
        """Ask what the instance is doing; once a second.

        https://green-api.com/en/docs/api/account/GetStateInstance/
        """
        answer = await self._ask_slowly(HTTPMethod.GET, "getStateInstance")
        if answer is not None and not (is_object(answer) and "stateInstance" in answer):
            raise unexpected()
        return InstanceState.from_answer(answer)

    async def get_wa_settings(self) -> WaSettings:
        """Ask for the WhatsApp account behind the instance; once a second.

        https://green-api.com/en/docs/api/account/GetWaSettings/
        """
        answer = await self._ask_slowly(HTTPMethod.GET, "getWaSettings")
        if not is_object(answer):
            raise unexpected()
        return WaSettings.from_answer(answer)

    async def get_settings(self) -> JsonObject:
        """Ask for the settings of the instance, by the API's names; once a second.

        https://green-api.com/en/docs/api/account/GetSettings/
        """
        answer = await self._ask_slowly(HTTPMethod.GET, "getSettings")
        if not is_object(answer):
            raise unexpected()
        return answer

    async def set_settings(self, settings: Mapping[str, Json]) -> None:
        """Change settings, which restarts the instance; once a second.

        It takes up to 5 minutes until they are in force. To set the same twice does no
        harm.

        https://green-api.com/en/docs/api/account/SetSettings/
        """
        answer = await self._ask_slowly(HTTPMethod.POST, "setSettings", dict(settings))
        if not is_object(answer) or answer.get("saveSettings") is not True:
            raise unexpected()

    async def get_qr(self) -> QrCode | None:
        """Ask for the QR code that links a phone; None when one is linked already.

        There is a new code every 20 s; 3 calls a second.

        https://green-api.com/en/docs/api/account/QR/
        """
        answer = await self._transport.request(HTTPMethod.GET, "qr")
        if not is_object(answer):
            raise unexpected()
        with suppress(ValueError):
            return QrCode.from_answer(answer)
        raise unexpected()

    async def get_authorization_code(self, phone_number: int) -> str:
        """Ask for the code of 8 characters that links the phone with a number.

        To ask again makes a new code. Raises GreenApiValidationError for a number that
        is none, or when a phone is linked already.

        https://green-api.com/en/docs/api/account/GetAuthorizationCode/
        """
        answer = await self._ask_slowly(
            HTTPMethod.POST, "getAuthorizationCode", fields(phoneNumber=phone_number)
        )
        if (
            not is_object(answer)
            or answer.get("status") is not True
            or not (code := answer.get("code"))
        ):
            raise GreenApiResponseError("no code")
        return str(code)

    async def reboot(self) -> None:
        """Restart the instance, which takes up to 5 minutes; once a second.

        https://green-api.com/en/docs/api/account/Reboot/
        """
        answer = await self._ask_slowly(HTTPMethod.GET, "reboot")
        if not is_object(answer) or answer.get("isReboot") is not True:
            raise GreenApiOutcomeUnknownError("not confirmed")

    async def logout(self) -> None:
        """Unlink the phone; once a second.

        https://green-api.com/en/docs/api/account/Logout/
        """
        answer = await self._ask_slowly(HTTPMethod.GET, "logout")
        if not is_object(answer) or answer.get("isLogout") is not True:
            raise GreenApiOutcomeUnknownError("not confirmed")
