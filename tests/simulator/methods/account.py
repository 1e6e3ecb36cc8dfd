"""Methods about the instance itself."""

from typing import TYPE_CHECKING

from ..models import InstanceState
from ..validation import invalid

if TYPE_CHECKING:
    from ..calls import Call
    from ..models import Json

SEND_DELAY = (500, 600_000)


def get_state_instance(call: Call) -> Json:
    """Tell the state; nothing while the instance is being created."""
    state = call.instance.state
    return None if state is None else {"stateInstance": state}


def get_settings(call: Call) -> Json:
    """Tell the settings."""
    linked = call.instance.state is InstanceState.AUTHORIZED
    wid = f"{call.instance.phone}@c.us" if linked else ""
    return {"wid": wid, **call.instance.settings}


def set_settings(call: Call) -> Json:
    """Change settings and start anew."""
    settings = call.instance.settings
    changes: dict[str, Json] = {}
    for name in settings:
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
    settings.update(changes)
    call.instance.restart()
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
