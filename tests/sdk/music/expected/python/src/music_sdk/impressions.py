"""Tells which items of a slate were shown, and what they led to."""

from __future__ import annotations

from typing import Any

import betterproto2

from music_sdk import v1

from .event_queue import EventQueue
from .method import SlateFields


class ImpressionTracker:
    """Makes the events of one slate, each with the slate's attribution token.

    An item counts as shown once, however often it comes into view.
    """

    def __init__(
        self,
        queue: EventQueue[v1.Play],
        slate: betterproto2.Message,
        fields: SlateFields,
        *,
        listener_id: str | None = None,
        device_id: str | None = None,
    ) -> None:
        self._queue = queue
        self._fields = fields
        self._subject: dict[str, str] = {
            name: value
            for name, value in {"listener_id": listener_id, "device_id": device_id}.items()
            if value is not None
        }
        self.attribution_token: str = getattr(slate, fields.attribution_token)
        # Items differ in type between slates; the fields say where id and place are.
        self._items: dict[str, Any] = {
            getattr(item, fields.item_id): item for item in getattr(slate, fields.items)
        }
        self._shown: set[str] = set()

    async def shown(self, item: betterproto2.Message | str) -> bool:
        """Tell that an item, or the item of an id, came into view; False if that is known."""
        item_id = self._id(item)
        if item_id in self._shown:
            return False
        self._shown.add(item_id)
        await self.event(v1.PlayKind.IMPRESSION, item_id)
        return True

    async def clicked(self, item: betterproto2.Message | str) -> str:
        """Tell that an item was opened; return the event's id."""
        return await self.event(v1.PlayKind.CLICK, item)

    async def event(self, kind: v1.PlayKind, item: betterproto2.Message | str) -> str:
        """Tell that something else happened with an item; return the event's id."""
        return await self._queue.enqueue(self.make_event(kind, item))

    def make_event(self, kind: v1.PlayKind, item: betterproto2.Message | str) -> v1.Play:
        """Return the event, to be added to and enqueued by the caller.

        Raises:
            KeyError: the slate has no such item.
        """
        item_id = self._id(item)
        position: int = getattr(self._items[item_id], self._fields.position)
        made = v1.Play(
            kind=kind,
            tracks=[v1.PlayedTrack(track_id=item_id, place=position)],
            radio_token=self.attribution_token,
        )
        for name, value in self._subject.items():
            setattr(made, name, value)
        return made

    def _id(self, item: betterproto2.Message | str) -> str:
        item_id = item if isinstance(item, str) else str(getattr(item, self._fields.item_id))
        if item_id not in self._items:
            raise KeyError(f"no item {item_id!r} in this slate")
        return item_id
