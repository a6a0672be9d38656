"""Reads the requests of methods that anyone may call: small ones only, and none is kept."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any, Final, TypeAlias, TypeVar

import grpc
from google.protobuf.message import DecodeError, Message

M = TypeVar("M", bound=Message)
Context: TypeAlias = grpc.aio.ServicerContext[Any, Any]

# The name of a service, a file or a type.
MAX_BYTES: Final = 4096


async def small_request(parse: Callable[[bytes], M], raw: bytes, context: Context) -> M:
    """Return the message in some bytes; the call ends if it is none, or a large one."""
    try:
        if len(raw) > MAX_BYTES:
            raise DecodeError("too large")
        message = parse(raw)
    except DecodeError:
        problem = f"the request is malformed, or larger than {MAX_BYTES} bytes"
        await context.abort(grpc.StatusCode.INVALID_ARGUMENT, problem)
    return message


async def small_requests(
    parse: Callable[[bytes], M], raws: AsyncIterator[bytes], context: Context
) -> AsyncIterator[M]:
    """Yield the messages of a stream; the call ends at the first that is none, or a large one."""
    async for raw in raws:
        yield await small_request(parse, raw, context)
