"""Small events for tests."""

from __future__ import annotations

import hashlib

from server.core.event_type import EventType
from server.core.subject import Subject
from server.events.user_event import EventItem, NewEvent, UserEvent

NOON_MS = 1_700_000_000_000
DAY_MS = 86_400_000


class SetClock:
    """A clock that stands still until it is set."""

    def __init__(self, now_ms: int = NOON_MS) -> None:
        self.ms = now_ms

    def now_ms(self) -> int:
        return self.ms


def user_event(
    event_id: str = "e1",
    user: str | Subject = "ann",
    *items: str | EventItem,
    type: EventType = EventType.CLICK,
    time_ms: int = NOON_MS,
    **fields: object,
) -> UserEvent:
    return UserEvent(
        event_id=event_id,
        type=type,
        subject=user if isinstance(user, Subject) else Subject(user),
        items=tuple(
            each if isinstance(each, EventItem) else EventItem(item_id=each)
            for each in items or ("book",)
        ),
        time_ms=time_ms,
        **fields,
    )


def new_event(event_id: str = "e1", *args, is_imported: bool = False, **fields) -> NewEvent:
    event = user_event(event_id, *args, **fields)
    digest = hashlib.sha256(repr(event).encode()).digest()
    return NewEvent(event=event, digest=digest, is_imported=is_imported)
