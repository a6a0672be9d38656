"""Messages in frames, as gRPC, gRPC-Web and Connect's streams have them.

A frame is a byte of flags, four of length, and as many of message.
"""

from __future__ import annotations

from collections.abc import Iterator

COMPRESSED = 0x01
CONNECT_END = 0x02
GRPC_WEB_TRAILERS = 0x80
_PREFIX_BYTES = 5


def frame(flags: int, raw: bytes) -> bytes:
    """Return a message with its prefix."""
    return bytes([flags]) + len(raw).to_bytes(4, "big") + raw


def first_frame(data: bytes) -> tuple[int, bytes, bytes] | None:
    """Return the first frame's flags and message, and what follows; None: it is not all there."""
    end = _PREFIX_BYTES + int.from_bytes(data[1:_PREFIX_BYTES], "big")
    if len(data) < _PREFIX_BYTES or len(data) < end:
        return None
    return data[0], data[_PREFIX_BYTES:end], data[end:]


def frames(body: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the flags and the message of each frame.

    Raises:
        ValueError: the last one is cut off.
    """
    while body:
        first = first_frame(body)
        if first is None:
            raise ValueError("the last frame is cut off")
        flags, raw, body = first
        yield flags, raw
