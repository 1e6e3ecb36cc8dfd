"""A GREEN-API that runs on this machine: the API, its send queue, a phone page and faults."""

from .faults import Fault, FaultKind, Faults
from .instance import Instance
from .limits import Plan, Quota
from .models import (
    Contact,
    ContactCard,
    ContactType,
    File,
    Host,
    InstanceState,
    Location,
    Message,
    MessageStatus,
    MessageType,
    Poll,
    Request,
    Upload,
)
from .server import Simulator

__all__ = [
    "Contact",
    "ContactCard",
    "ContactType",
    "Fault",
    "FaultKind",
    "Faults",
    "File",
    "Host",
    "Instance",
    "InstanceState",
    "Location",
    "Message",
    "MessageStatus",
    "MessageType",
    "Plan",
    "Poll",
    "Quota",
    "Request",
    "Simulator",
    "Upload",
]
