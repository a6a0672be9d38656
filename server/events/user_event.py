"""The event as the rest of the server sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from server.core.event_type import EventType
from server.core.subject import Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class EventItem:
    """One item of an event; None means unknown."""

    item_id: str
    quantity: int | None = None
    price: float | None = None
    dwell_ms: int | None = None
    rating: float | None = None
    position: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UserEvent:
    """Something a subject did, or was shown; `time_ms` is corrected for the client's clock.

    `context` holds raw values by name without prefix (platform, device_class, country, locale and
    the surface attributes); `attribution_token` is kept as it came, and what it says of the slate
    is in `slate_request_id` and `slate_serving_config`.
    """

    event_id: str
    type: EventType
    subject: Subject
    items: tuple[EventItem, ...]
    time_ms: int
    session_id: str = ""
    attribution_token: str = ""
    slate_request_id: str = ""
    slate_serving_config: str = ""
    context: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEvent:
    """An event on its way into the log.

    `digest` identifies the payload as the client sent it, before any correction: the same id with
    another digest is a conflict.
    """

    event: UserEvent
    digest: bytes
    is_imported: bool = False
    traceparent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedEvent:
    """A record of the log."""

    offset: int
    received_ms: int
    event: UserEvent
    is_imported: bool = False
