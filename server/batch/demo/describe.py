"""Items and reasons in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from server.batch.demo.steps import Reason
from server.catalog.item import Item
from server.catalog.ports import Catalog

_MAX_VALUES = 3
_PLAIN = {
    "matches_your_taste": "fits your taste",
    "trending": "trending now",
    "popular": "popular with many",
    "new": "new here",
    "exploration": "to learn what you like",
    "engaged_before": "you know it",
    "editorial": "chosen by the editors",
}


async def labels(catalog: Catalog, item_ids: Iterable[str]) -> dict[str, str]:
    """Return a label for each item id: its title, or what else is known of it."""
    ids = list(dict.fromkeys(item_ids))
    found = await catalog.get(ids)
    return {
        item_id: item_id if item is None else label(item)
        for item_id, item in zip(ids, found, strict=True)
    }


def label(item: Item) -> str:
    """Return the title; without one, the id and the first attributes."""
    if item.title:
        return item.title
    texts = []
    for name, value in item.attributes.items():
        if isinstance(value, tuple):
            texts.append(f"{name} {', '.join(value[:_MAX_VALUES])}")
        elif isinstance(value, str):
            texts.append(f"{name} {value}")
    return f"{item.item_id} ({'; '.join(texts[:_MAX_VALUES])})" if texts else item.item_id


def in_words(reason: Reason, label_of: Mapping[str, str]) -> str:
    """Return a reason as a phrase; an unknown code as it is."""
    items = ", ".join(f"“{label_of.get(item_id, item_id)}”" for item_id in reason.item_ids[:2])
    match reason.code:
        case "engaged_together":
            return f"goes together with {items}" if items else "goes together with what you chose"
        case "similar_content":
            return f"similar to {items}" if items else "similar to what you chose"
        case "shares_attribute":
            return f"{reason.attribute}: {reason.value}, as in what you chose"
    return _PLAIN.get(reason.code, reason.code.replace("_", " "))
