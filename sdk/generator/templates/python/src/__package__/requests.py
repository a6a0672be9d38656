"""Requests from what callers give: a message, or its fields."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import TypeVar

import betterproto2

MessageT = TypeVar("MessageT", bound=betterproto2.Message)


def request_of(
    kind: type[MessageT], request: MessageT | None, fields: Mapping[str, object]
) -> MessageT:
    """Return the request, made from fields if there is none.

    Raises:
        TypeError: both were given, or a field that there is not.
    """
    if request is None:
        return kind(**fields)
    if fields:
        raise TypeError(f"give a {kind.__name__} or its fields, not both")
    return request


async def single(message: MessageT) -> AsyncIterator[MessageT]:
    """Yield one message."""
    yield message
