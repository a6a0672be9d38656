"""The rule for ids, and how foreign ids are made to follow it."""

from __future__ import annotations

import re

MAX_LENGTH = 128
_VALID = re.compile(r"[!-.0-~]{1,128}")
_ALLOWED = frozenset(chr(code) for code in range(0x21, 0x7F)) - {"/"}


def is_valid_id(text: str) -> bool:
    """Tell whether a text is 1 to 128 characters of printable ASCII without space and `/`."""
    return _VALID.fullmatch(text) is not None


def encode_id(raw: str) -> str | None:
    """Return the id for a raw value: itself if valid, else percent-encoded UTF-8.

    None if the value is empty, or too long even so. In a value that must be encoded, `%` is too.
    """
    if is_valid_id(raw):
        return raw
    encoded = "".join(char if char in _ALLOWED and char != "%" else _percent(char) for char in raw)
    return encoded if is_valid_id(encoded) else None


def _percent(char: str) -> str:
    return "".join(f"%{byte:02X}" for byte in char.encode("utf-8", errors="surrogatepass"))
