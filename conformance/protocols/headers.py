"""Header fields: repeated ones as one, bytes as text."""

from __future__ import annotations

import base64
from collections.abc import Iterable


def joined(fields: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return fields by lower-case name; values of a repeated one are joined by commas."""
    found: dict[str, str] = {}
    for name, value in fields:
        key = name.lower()
        found[key] = f"{found[key]}, {value}" if key in found else value
    return found


def text_of(raw: bytes) -> str:
    """Return bytes as gRPC and Connect write them: base64 without padding."""
    return base64.b64encode(raw).decode().rstrip("=")


def bytes_of(text: str) -> bytes:
    """Return the bytes of base64, with padding or without.

    Raises:
        binascii.Error: it is none.
    """
    return base64.b64decode(text + "=" * (-len(text) % 4))
