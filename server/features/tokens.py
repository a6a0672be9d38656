"""Words and the hash that encoders, crosses and content vectors share."""

from __future__ import annotations

import re

import mmh3

_WORD = re.compile(r"[^\W_]+")


def unique_words(text: str) -> tuple[str, ...]:
    """Return the distinct lower-case words in order of first appearance."""
    return tuple(dict.fromkeys(_WORD.findall(text.lower())))


def murmur(text: str, seed: int) -> int:
    """Return the unsigned 32-bit hash of the UTF-8 bytes.

    Source: Appleby, MurmurHash3_x86_32.
    """
    return int(mmh3.hash(text, seed, signed=False))
