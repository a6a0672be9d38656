"""Names in the cases that languages use, and the names that are the same in every language."""

from __future__ import annotations

import re

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z][a-z0-9]*|[a-z0-9]+")


def words(name: str) -> list[str]:
    """Split a name of any case into lower-case words; a run of capitals is one word.

    `ListItemsResponse` and `list_items_response` give the same; so do `HTTPRule` and `http_rule`.
    """
    return [word.lower() for word in _WORD.findall(name)]


def snake(name: str) -> str:
    """Return `list_items`."""
    return "_".join(words(name))


def upper_snake(name: str) -> str:
    """Return `LIST_ITEMS`."""
    return snake(name).upper()


def kebab(name: str) -> str:
    """Return `list-items`."""
    return "-".join(words(name))


def pascal(name: str) -> str:
    """Return `ListItems`."""
    return "".join(word.capitalize() for word in words(name))


def camel(name: str) -> str:
    """Return `listItems`."""
    first, *rest = words(name) or [""]
    return first + "".join(word.capitalize() for word in rest)


def accessor(service: str) -> str:
    """Return the words, in snake case, under which a client offers a service.

    The name without `Service`, in the plural: `RecommendationService` is `recommendations`; a name
    that ends in `s` or `log` stays (`CatalogService` is `catalog`).
    """
    name = snake(service.removesuffix("Service") or service)
    return name if name.endswith(("s", "log")) else f"{name}s"


def error_name(reason: str) -> str:
    """Return the name of the type of an error: `INVALID_FILTER` is `InvalidFilterError`."""
    return f"{pascal(reason.removesuffix('_ERROR'))}Error"
