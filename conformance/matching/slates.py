"""What replies list: slates, and pages of anything."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.case import JSON

Reply = Mapping[str, JSON]

_LISTS = ("recommendations", "items", "rules", "serving_configs", "operations")


def listed(page: Reply) -> list[Reply]:
    """Return what a page lists: its one list that is not about the reply itself."""
    return next((list(page[name]) for name in _LISTS if name in page), [])


def slates(reply: Reply) -> list[list[Reply]]:
    """Return the slates of a reply: one, or one for each shelf; pages make one slate."""
    if "pages" in reply:
        return [[each for page in reply["pages"] for slate in slates(page) for each in slate]]
    if "shelves" in reply:
        return [list(shelf["recommendations"]) for shelf in reply["shelves"]]
    return [list(reply.get("recommendations", ()))]


def item_ids(reply: Reply) -> list[str]:
    """Return the items of all slates of a reply, in display order."""
    return [str(each["item_id"]) for slate in slates(reply) for each in slate]
