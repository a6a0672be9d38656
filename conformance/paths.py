"""Looks things up in JSON by path: `recommendations[*].item_id`, `results[0].error`, `x.y-z`."""

from __future__ import annotations

import re

from conformance.case import JSON

_PART = re.compile(r"([^.\[\]]+)|\[(\*|-?\d+)\]")


class NoSuchPathError(LookupError):
    """There is nothing at the path."""


def at(path: str, value: JSON) -> JSON:
    """Return what is at a path; `[*]` gives the list of what every element has, flat.

    Raises:
        NoSuchPathError: a part of the path is not there.
    """
    parts = [name or f"[{index}]" for name, index in _PART.findall(path)]
    return _walk(parts, value, path)


def _walk(parts: list[str], value: JSON, path: str) -> JSON:
    for place, part in enumerate(parts):
        if part == "[*]":
            if not isinstance(value, list):
                raise NoSuchPathError(f"{path}: not a list before [*]")
            found = [_walk(parts[place + 1 :], each, path) for each in value]
            nested = "[*]" in parts[place + 1 :]
            return [each for inner in found for each in inner] if nested else found
        value = _step(part, value, path)
    return value


def _step(part: str, value: JSON, path: str) -> JSON:
    try:
        if part.startswith("["):
            return value[int(part[1:-1])]
        return value[part]
    except (LookupError, TypeError):
        raise NoSuchPathError(f"{path}: nothing at {part!r}") from None
