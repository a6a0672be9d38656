"""User code around each call."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import betterproto2

from .call_options import CallOptions
from .method import Method


@dataclass
class CallContext:
    """A call on its way; interceptors may change what goes with it.

    Attributes:
        metadata: headers, those of the call's options included.
        options: as the caller gave them.
    """

    method: Method[Any, Any]
    options: CallOptions
    metadata: dict[str, str] = field(default_factory=dict)


Next = Callable[[betterproto2.Message, CallContext], Awaitable[betterproto2.Message]]


class Interceptor(Protocol):
    """Sees every call without streams, once however many attempts it takes."""

    async def __call__(
        self, request: betterproto2.Message, context: CallContext, proceed: Next
    ) -> betterproto2.Message:
        """Return the reply, by `await proceed(request, context)` or of one's own making."""
        ...


def chain(interceptors: tuple[Interceptor, ...], last: Next) -> Next:
    """Return a call through all interceptors, the first outermost."""
    for interceptor in reversed(interceptors):
        last = _around(interceptor, last)
    return last


def _around(interceptor: Interceptor, proceed: Next) -> Next:
    async def call(request: betterproto2.Message, context: CallContext) -> betterproto2.Message:
        return await interceptor(request, context, proceed)

    return call
