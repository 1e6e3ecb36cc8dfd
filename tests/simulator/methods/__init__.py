"""The methods of the API, one function each: check what was said, then do it."""

from ..bodies import BodyKind
from ..calls import Method
from .account import (
    get_authorization_code,
    get_settings,
    get_state_instance,
    get_wa_settings,
    logout,
    qr,
    reboot,
    set_settings,
)
from .buttons import send_interactive_buttons, send_interactive_buttons_reply
from .changing import delete_message, edit_message, send_typing
from .files import send_file_by_upload, send_file_by_url, upload_file
from .journals import (
    get_chat_history,
    get_message,
    get_messages_count,
    last_incoming_messages,
    last_outgoing_messages,
    show_messages_queue,
)
from .people import (
    archive_chat,
    check_whatsapp,
    get_chats,
    get_contacts,
    read_chat,
    unarchive_chat,
)
from .receiving import (
    clear_webhooks_queue,
    delete_notification,
    download_file,
    get_webhooks_count,
    receive_notification,
    wait_for_notification,
)
from .sending import (
    forward_messages,
    send_contact,
    send_location,
    send_message,
    send_poll,
)

__all__ = ["METHODS"]

FORM, FILE = BodyKind.FORM, BodyKind.FILE

# The number is how many calls a second the API takes.
METHODS = {
    method.name.lower(): method
    for method in (
        Method("getStateInstance", "GET", 1, get_state_instance),
        Method("getSettings", "GET", 1, get_settings),
        Method("setSettings", "POST", 1, set_settings),
        Method("getWaSettings", "GET", 1, get_wa_settings),
        Method("reboot", "GET", 1, reboot),
        Method("logout", "GET", 1, logout),
        Method("qr", "GET", 3, qr),
        Method("getAuthorizationCode", "POST", 1, get_authorization_code),
        Method(
            "receiveNotification",
            "GET",
            100,
            receive_notification,
            wait=wait_for_notification,
        ),
        Method("deleteNotification", "DELETE", 100, delete_notification, receipt=True),
        Method("downloadFile", "POST", 5, download_file),
        Method("getWebhooksCount", "GET", 1, get_webhooks_count),
        Method("clearWebhooksQueue", "DELETE", 1, clear_webhooks_queue),
        Method("sendMessage", "POST", 50, send_message),
        Method("sendFileByUrl", "POST", 50, send_file_by_url),
        Method("sendFileByUpload", "POST", 50, send_file_by_upload, takes=FORM),
        Method("uploadFile", "POST", 50, upload_file, takes=FILE),
        Method("sendPoll", "POST", 50, send_poll),
        Method("sendLocation", "POST", 50, send_location),
        Method("sendContact", "POST", 50, send_contact),
        Method("forwardMessages", "POST", 50, forward_messages),
        Method("sendInteractiveButtons", "POST", 50, send_interactive_buttons),
        Method(
            "sendInteractiveButtonsReply", "POST", 50, send_interactive_buttons_reply
        ),
        Method("editMessage", "POST", 1, edit_message),
        Method("deleteMessage", "POST", 10, delete_message, silent=True),
        Method("sendTyping", "POST", 50, send_typing, silent=True),
        Method("showMessagesQueue", "GET", 1, show_messages_queue),
        Method("getMessagesCount", "GET", 1, get_messages_count),
        Method("lastOutgoingMessages", "GET", 1, last_outgoing_messages),
        Method("lastIncomingMessages", "GET", 1, last_incoming_messages),
        Method("getChatHistory", "POST", 1, get_chat_history),
        Method("getMessage", "POST", 10, get_message),
        Method("checkWhatsapp", "POST", 10, check_whatsapp),
        Method("getContacts", "GET", 1, get_contacts),
        Method("getChats", "GET", 1, get_chats),
        Method("readChat", "POST", 10, read_chat),
        Method("archiveChat", "POST", 10, archive_chat, silent=True),
        Method("unarchiveChat", "POST", 10, unarchive_chat, silent=True),
    )
}
