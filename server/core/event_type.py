"""What events mean to the rest of the system."""

from __future__ import annotations

from enum import IntEnum


class EventType(IntEnum):
    """Numbers are those of `shortlist.v1.EventType`."""

    IMPRESSION = 1
    CLICK = 2
    VIEW = 3
    LONG_VIEW = 4
    LIKE = 5
    ADD_TO_CART = 6
    REMOVE_FROM_CART = 7
    PURCHASE = 8
    RATE = 9
    SHARE = 10
    FOLLOW = 11
    COMMENT = 12
    HIDE = 13


_NEUTRAL = frozenset({EventType.IMPRESSION, EventType.REMOVE_FROM_CART})
GOOD_RATING = 4.0
BAD_RATING = 2.0


def signal(event_type: EventType, rating: float | None = None) -> int:
    """Return +1 for a positive engagement, -1 for a negative one, 0 otherwise.

    A rating from 4 is positive, up to 2 negative; a RATE without a rating is neutral.
    """
    if event_type is EventType.RATE:
        if rating is None:
            return 0
        return 1 if rating >= GOOD_RATING else -1 if rating <= BAD_RATING else 0
    if event_type is EventType.HIDE:
        return -1
    return 0 if event_type in _NEUTRAL else 1
