"""How messages leave.

What is sent to one chat together is a parcel. Somebody waits for it, or, with
`on_outage: queue`, it is on the disk before they go on:

                       the request goes out
    async_send ──► WAITING ───────────────► LEAVING ──► gone: its message ids are known
                    ▲  ▲                    │     │
                    │  └────────────────────┘     │ no answer, or none that makes sense
                    │   certainly not taken       ▼
                    └─────────────────────── DOUBTFUL ──► gone: found at GREEN-API
                        surely absent

    WAITING ──► gone: refused, expired, cancelled, or who waits for it has lost patience
    DOUBTFUL ─► gone: nobody can tell; "it may have been sent"

A parcel on the disk is noted as leaving before its request goes out. What is found so
when Home Assistant starts, is DOUBTFUL.

terms       what people choose: fail, retry or queue, for how long, how urgently
parcel      what leaves for one chat together, and how far it is
line, lines what waits for a chat, and the worker that empties it
departure   one parcel: edit what it replaces, upload, send, delete
outage      what an error means, and when it is tried again
reconciler  what became of a request without an answer, by the evidence that GREEN-API
            has; matching: whether that says the same
gap         the pause between chats (the pace of the API is the client's)
slots       how many requests are on their way at once
kept        what is on the disk, and for how long (expiry)
database    the file; store: parcels in it; duplicates: what was said already
content     messages as they are on the disk; spool: files that wait to be uploaded
changes     what may be done twice: edit, delete, mark as read, upload
announcer   what is told of those that waited
outbox      all of it together
"""

from .database import outbox_path
from .kept import SIGNAL_OUTBOX
from .outbox import Outbox
from .parcel import Parcel, Result, State, Status
from .remove import async_remove_outbox
from .spool import SpooledFile
from .terms import OnOutage, Priority, Terms

__all__ = [
    "SIGNAL_OUTBOX",
    "OnOutage",
    "Outbox",
    "Parcel",
    "Priority",
    "Result",
    "SpooledFile",
    "State",
    "Status",
    "Terms",
    "async_remove_outbox",
    "outbox_path",
]
