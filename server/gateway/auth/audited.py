"""Decorates servicers' methods so that each call leaves an audit line before it is answered."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from typing import Any

from google.protobuf.message import Message

from server.core.errors import ServerError
from server.gateway.auth.audit import Audit, AuditEntry, resources_of
from server.gateway.call import Call
from server.gateway.error_status import code_of
from server.gateway.routes import Route, StreamMethod, UnaryMethod


def audited(route: Route, audit: Audit) -> Route:
    """Return a route whose method leaves audit lines, if its policy asks for them."""
    if not route.policy.is_audited:
        return route
    decorate = _stream if route.is_stream else _unary
    return replace(route, method=decorate(route.method, route.path, audit))


def _unary(method: UnaryMethod, path: str, audit: Audit) -> UnaryMethod:
    """Return the method, with its audit line."""

    async def answer(request: Message, call: Call) -> Message:
        try:
            response = await method(request, call)
        except BaseException as error:
            await audit.record(_entry(path, call, error, resources_of(request)))
            raise
        await audit.record(_entry(path, call, None, resources_of(request, response)))
        return response

    return answer


def _stream(method: StreamMethod, path: str, audit: Audit) -> StreamMethod:
    """Return the method, with an audit line at the end of each stream."""

    async def answer(requests: AsyncIterator[Any], call: Call) -> AsyncIterator[Message]:
        try:
            async with aclosing(method(requests, call)) as responses:  # type: ignore[type-var]
                async for response in responses:
                    yield response
        except BaseException as error:
            await audit.record(_entry(path, call, error))
            raise
        await audit.record(_entry(path, call, None))

    return answer


def _entry(
    path: str, call: Call, error: BaseException | None, resources: tuple[str, ...] = ()
) -> AuditEntry:
    outcome, reason = "OK", ""
    if isinstance(error, asyncio.CancelledError | GeneratorExit):
        outcome = "CANCELLED"
    elif error is not None:
        outcome = code_of(error).name
        reason = error.reason if isinstance(error, ServerError) else "INTERNAL"
    return AuditEntry(
        caller=call.caller,
        method=path,
        request_id=call.request_id,
        outcome=outcome,
        reason=reason,
        resources=resources,
    )
