"""How old or how far ahead an event may be, and what its time is by the server's clock."""

from __future__ import annotations

from typing import Final

from server.core.errors import EventFromFutureError, EventTooOldError

MAX_AHEAD_MS: Final = 5 * 60 * 1000
MAX_AGE_MS: Final = 30 * 24 * 3600 * 1000
FIELD: Final = "event.event_time"


def corrected_time_ms(event_ms: int | None, sent_ms: int | None, received_ms: int) -> int:
    """Return an event's time by the server's clock.

    Args:
        event_ms: by the client's clock; None: when it was received.
        sent_ms: the client's clock when it sent the request; the difference to `received_ms`
            is taken as its error. None: the client's clock is right.
    """
    if event_ms is None:
        return received_ms
    return event_ms if sent_ms is None else event_ms + received_ms - sent_ms


def check_age(event_ms: int, now_ms: int, is_imported: bool) -> None:
    """Accept an event by its corrected time; both limits are inclusive.

    Raises:
        EventFromFutureError: more than 5 minutes ahead; imports too.
        EventTooOldError: more than 30 days old; imports are exempt.
    """
    if event_ms > now_ms + MAX_AHEAD_MS:
        raise EventFromFutureError.of(
            FIELD, f"{(event_ms - now_ms) / 1000:.0f} s ahead; at most 300 s are allowed"
        )
    if not is_imported and event_ms < now_ms - MAX_AGE_MS:
        raise EventTooOldError.of(
            FIELD, f"{(now_ms - event_ms) / 86_400_000:.1f} days old; at most 30 are allowed"
        )
