"""The actions."""

from homeassistant.core import HomeAssistant, SupportsResponse, callback
from homeassistant.helpers.service import async_register_admin_service

from ..const import DOMAIN
from .afterwards import (
    DELETE_MESSAGE_SCHEMA,
    EDIT_MESSAGE_SCHEMA,
    FORWARD_MESSAGE_SCHEMA,
    MARK_READ_SCHEMA,
    async_delete_message,
    async_edit_message,
    async_forward_message,
    async_mark_read,
)
from .download import DOWNLOAD_MEDIA_SCHEMA, async_download_media
from .look_up import (
    CHECK_NUMBER_SCHEMA,
    GET_CHATS_SCHEMA,
    GET_MESSAGES_SCHEMA,
    async_check_number,
    async_get_chats,
    async_get_messages,
)
from .outbox import CANCEL_SCHEMA, GET_OUTBOX_SCHEMA, async_cancel, async_get_outbox
from .send import SEND_ACTIONS


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the actions."""
    register = hass.services.async_register
    for name, action in SEND_ACTIONS.items():
        register(
            DOMAIN, name, action.async_handle, action.schema, SupportsResponse.OPTIONAL
        )
    for name, handler, schema in (
        ("edit_message", async_edit_message, EDIT_MESSAGE_SCHEMA),
        ("delete_message", async_delete_message, DELETE_MESSAGE_SCHEMA),
        ("forward_message", async_forward_message, FORWARD_MESSAGE_SCHEMA),
        ("cancel", async_cancel, CANCEL_SCHEMA),
    ):
        register(DOMAIN, name, handler, schema, SupportsResponse.OPTIONAL)
    # It writes into the folders of the house.
    async_register_admin_service(
        hass,
        DOMAIN,
        "download_media",
        async_download_media,
        DOWNLOAD_MEDIA_SCHEMA,
        SupportsResponse.OPTIONAL,
    )
    register(DOMAIN, "mark_read", async_mark_read, MARK_READ_SCHEMA)
    for name, handler, schema in (
        ("check_number", async_check_number, CHECK_NUMBER_SCHEMA),
        ("get_chats", async_get_chats, GET_CHATS_SCHEMA),
        ("get_messages", async_get_messages, GET_MESSAGES_SCHEMA),
        ("get_outbox", async_get_outbox, GET_OUTBOX_SCHEMA),
    ):
        register(DOMAIN, name, handler, schema, SupportsResponse.ONLY)
