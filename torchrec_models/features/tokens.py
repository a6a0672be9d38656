"""Words, value tokens and the murmur3 hash that encoders, crosses and content vectors share."""

from __future__ import annotations

import re
from collections.abc import Iterable

import mmh3

_WORD = re.compile(r"[^\W_]+")


def unique_words(text: str) -> tuple[str, ...]:
    """Return the distinct lower-case words of a text in order of first appearance."""
    return tuple(dict.fromkeys(_WORD.findall(text.lower())))


def value_token(attribute: str, value: str) -> str:
    """Return the content token of one attribute value."""
    return f"{attribute}={value}"


def murmur(text: str, seed: int) -> int:
    """Return the unsigned 32-bit murmur3 of the UTF-8 bytes.

    Source: Appleby, MurmurHash3_x86_32.
    """
    return mmh3.hash(text, seed, signed=False)


def hash_ids(values: Iterable[str], *, seed: int, buckets: int) -> list[int]:
    """Return 1 + murmur3 modulo `buckets` for each value; 0 stays free for missing."""
    return [1 + murmur(value, seed) % buckets for value in values]
