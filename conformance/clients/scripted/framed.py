"""Calls in frames: unary calls and streams of gRPC and gRPC-Web, streams of Connect."""

from __future__ import annotations

import gzip
from collections import deque
from collections.abc import AsyncIterator

from google.protobuf.message import Message

from conformance.clients.scripted.codecs import Codec, UnreadableRequestError
from conformance.clients.scripted.errors import Status
from conformance.clients.scripted.framings import Framing
from conformance.clients.scripted.scripting import Fault
from conformance.clients.scripted.turn import Turn
from conformance.protocols.frames import COMPRESSED, first_frame


async def answer_in_frames(turn: Turn, framing: Framing, codec: Codec) -> None:
    """Answer a call."""
    requests = _requests(turn, framing, codec)
    try:
        first = await anext(requests, None)
        if first is None and not turn.method.client_streaming:
            raise UnreadableRequestError("there is no message")
    except UnreadableRequestError as error:
        await _fail(turn, framing, turn.unreadable(error))
        return
    if await turn.is_over_early():
        return
    status = turn.error
    has_replies = status is None or turn.behaviour.reply is not None
    if status is not None and not has_replies and not turn.behaviour.has_early_headers:
        await _fail(turn, framing, status)
        return
    await turn.exchange.send_headers(200, turn.fields(framing.content_type))
    if await turn.is_over_after_headers():
        return
    if has_replies and await _is_cut(turn, framing, codec, _replies(turn, first, requests)):
        return
    await _end(turn, framing, status)


async def _is_cut(
    turn: Turn, framing: Framing, codec: Codec, replies: AsyncIterator[Message]
) -> bool:
    """Send the replies; say whether the connection was ended in the middle of one."""
    async for reply in replies:
        raw = codec.encode(reply, turn.behaviour.unknown_fields)
        if turn.behaviour.fault is Fault.GARBAGE:
            raw = codec.garbage
        data = framing.frame(raw)
        if turn.behaviour.fault is Fault.TRUNCATED:
            await turn.exchange.send(data[: len(data) // 2])
            await turn.exchange.cut()
            return True
        await turn.exchange.send(data)
    return False


async def _fail(turn: Turn, framing: Framing, status: Status) -> None:
    """Tell an error that comes before anything else."""
    alone = framing.headers_alone(status, turn.behaviour.trailers)
    if alone is None:
        await turn.exchange.send_headers(200, turn.fields(framing.content_type))
        await _end(turn, framing, status)
        return
    fields = turn.fields(framing.content_type, alone)
    await turn.exchange.send_headers(200, fields, is_all=True)


async def _end(turn: Turn, framing: Framing, status: Status | None) -> None:
    data, trailers = framing.end(status, turn.behaviour.trailers)
    if data:
        await turn.exchange.send(data)
    await turn.exchange.end(trailers)


async def _replies(
    turn: Turn, first: Message | None, requests: AsyncIterator[Message]
) -> AsyncIterator[Message]:
    """Yield what answers each request of a stream.

    A scripted list is sent one for each request as it arrives, what is left of it at the end; if
    the script also has an error, the list's end is the call's.
    """
    scripted = turn.behaviour.reply
    left = deque(scripted) if isinstance(scripted, list) else None
    request = first
    latest = first
    while request is not None:
        if left is None:
            yield turn.replies.reply(turn.method, request, scripted)
        elif left:
            yield turn.replies.reply(turn.method, request, left.popleft())
        if not left and turn.behaviour.error is not None:
            return
        latest = request
        request = await anext(requests, None)
    while left and latest is not None:
        yield turn.replies.reply(turn.method, latest, left.popleft())


async def _requests(turn: Turn, framing: Framing, codec: Codec) -> AsyncIterator[Message]:
    """Yield the request's messages as they arrive, each recorded."""
    buffer = b""
    async for chunk in framing.chunks(turn.exchange):
        buffer += chunk
        while (first := first_frame(buffer)) is not None:
            flags, raw, buffer = first
            if flags & COMPRESSED:
                raw = gzip.decompress(raw)
            message = codec.decode(turn.method.input_type, raw)
            turn.note(message)
            yield message
    if buffer:
        raise UnreadableRequestError("the last frame is cut off")
