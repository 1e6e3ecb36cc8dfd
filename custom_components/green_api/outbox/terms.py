"""On which terms messages leave."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final, Self

from ..const import (
    ATTR_DEDUPLICATE,
    ATTR_EXPIRES_AFTER,
    ATTR_ON_OUTAGE,
    ATTR_PRIORITY,
    ATTR_REPLACE,
    ATTR_RETRY_FOR,
    ATTR_TAG,
)
from ..errors import invalid

RETRY_FOR: Final = timedelta(seconds=30)
EXPIRES_AFTER: Final = timedelta(hours=24)


class OnOutage(StrEnum):
    """What is done with a message that GREEN-API certainly did not take."""

    FAIL = "fail"
    RETRY = "retry"
    QUEUE = "queue"


class Priority(StrEnum):
    """What may overtake what waits."""

    NORMAL = "normal"
    HIGH = "high"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """On which terms messages leave; what is None, the options of the instance say."""

    tag: str | None = None
    replace: bool = False
    on_outage: OnOutage | None = None
    retry_for: timedelta | None = None
    expires_after: timedelta | None = None
    priority: Priority = Priority.NORMAL
    deduplicate: timedelta | None = None

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """Read them from the data of an action.

        Raises ServiceValidationError for what makes no sense without a tag.
        """
        tag = data.get(ATTR_TAG) or None
        replace, deduplicate = data.get(ATTR_REPLACE, False), data.get(ATTR_DEDUPLICATE)
        if tag is None and replace:
            raise invalid("replace_without_tag")
        if tag is None and deduplicate is not None:
            raise invalid("deduplicate_without_tag")
        return cls(
            tag=tag,
            replace=replace,
            on_outage=data.get(ATTR_ON_OUTAGE),
            retry_for=data.get(ATTR_RETRY_FOR),
            expires_after=data.get(ATTR_EXPIRES_AFTER),
            priority=data.get(ATTR_PRIORITY, Priority.NORMAL),
            deduplicate=deduplicate,
        )
