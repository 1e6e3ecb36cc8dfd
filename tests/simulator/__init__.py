"""A GREEN-API that runs on this machine: the API, its send queue, a phone page and faults."""

from .faults import Fault, FaultKind, Faults
from .instance import Instance
from .limits import Plan, Quota
from .models import Contact, ContactType, InstanceState, Message, MessageStatus, Request
from .server import Simulator

__all__ = [
    "Contact",
    "ContactType",
    "Fault",
    "FaultKind",
    "Faults",
    "Instance",
    "InstanceState",
    "Message",
    "MessageStatus",
    "Plan",
    "Quota",
    "Request",
    "Simulator",
]
