"""Methods about the instance itself."""

from typing import TYPE_CHECKING

from ..models import InstanceState
from ..qr import qr_png
from ..validation import invalid, refuse

if TYPE_CHECKING:
    from ..calls import Call
    from ..models import Json

SEND_DELAY = (500, 600_000)
PHONE_DIGITS = range(7, 17)
ALREADY_LINKED = {
    "alreadyLogged": "instance account already authorized",
    "error": "Instance has auth. You need to make log out",
}


def get_state_instance(call: Call) -> Json:
    """Tell the state; nothing while the instance is being created."""
    state = call.instance.state
    return None if state is None else {"stateInstance": state}


def get_settings(call: Call) -> Json:
    """Tell the settings."""
    instance = call.instance
    linked = instance.state is InstanceState.AUTHORIZED
    told = instance.in_force if instance.settings_shown_late else instance.settings
    return {"wid": instance.own_id if linked else "", **told}


def set_settings(call: Call) -> Json:
    """Change settings and start anew."""
    changes: dict[str, Json] = {}
    for name in call.instance.settings:
        value: Json
        if name in ("webhookUrl", "webhookUrlToken", "countryInstance", "typeAccount"):
            value = call.fields.text(name, empty=True)
        elif name == "delaySendMessagesMilliseconds":
            value = call.fields.integer(name, *SEND_DELAY)
        elif name == "autoTyping":
            value = call.fields.integer(name, 0, 10)
        else:
            value = call.fields.choice(name, ("yes", "no"))
        if value is not None:
            changes[name] = value
    if not changes:
        invalid("'value' must have at least 1 key")
    call.instance.change_settings(changes)
    return {"saveSettings": True}


def get_wa_settings(call: Call) -> Json:
    """Tell which phone the instance is linked to."""
    instance = call.instance
    state = instance.state
    linked = state in (InstanceState.AUTHORIZED, InstanceState.SUSPENDED)
    answer: dict[str, Json] = {
        "avatar": "",
        "phone": instance.phone if linked else "",
        "stateInstance": state,
        "deviceId": f"{instance.phone}:12@s.whatsapp.net" if linked else "",
    }
    if state is InstanceState.SUSPENDED and instance.suspended_until is not None:
        answer["suspendedUntil"] = instance.suspended_until
    return answer


def reboot(call: Call) -> Json:
    """Start anew."""
    call.instance.restart()
    return {"isReboot": True}


def logout(call: Call) -> Json:
    """Unlink the phone."""
    call.instance.unlink()
    return {"isLogout": True}


def qr(call: Call) -> Json:
    """Show the code a phone has to scan."""
    instance = call.instance
    instance.require_started()
    if instance.state is InstanceState.NOT_AUTHORIZED:
        return {"type": "qrCode", "message": qr_png(instance.linking.qr)}
    kind = "error" if instance.qr_error_when_linked else "alreadyLogged"
    return {"type": kind, "message": ALREADY_LINKED[kind]}


def get_authorization_code(call: Call) -> Json:
    """Make a code to type on a phone; for an instance that is linked there is none."""
    instance = call.instance
    phone = call.fields.integer("phoneNumber", 1)
    if phone is None:
        invalid("'phoneNumber' is required")
    if len(str(phone)) not in PHONE_DIGITS:
        refuse("Bad phone number")
    instance.require_started()
    if instance.state is not InstanceState.NOT_AUTHORIZED:
        return {"status": False, "code": ""}
    return {"status": True, "code": instance.linking.new_code(str(phone))}
