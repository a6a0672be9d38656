"""Computes the values of a case: `${name}` in strings, and functions such as `{$new_id: user}`."""

from __future__ import annotations

import itertools
import re
import secrets
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from conformance.case import JSON
from conformance.paths import NoSuchPathError, at

Scope = dict[str, JSON]

_REFERENCE = re.compile(r"\$\{([^}]+)\}")
_SPAN = re.compile(r"(-?\d+(?:\.\d+)?)(ms|s|m|h|d)")
_SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}
_counter = itertools.count()


class UnknownValueError(ValueError):
    """A case names a value or a function that there is not."""


def seconds(span: str) -> float:
    """Return the seconds of `1.5s`, `200ms`, `-31d`."""
    found = _SPAN.fullmatch(span)
    if found is None:
        raise UnknownValueError(f"not a time span: {span!r}")
    return float(found[1]) * _SECONDS[found[2]]


def compute(value: JSON, scope: Mapping[str, JSON]) -> JSON:
    """Return a value with all references and functions replaced; matchers stay as they are."""
    if isinstance(value, str):
        return _text(value, scope)
    if isinstance(value, list):
        return [compute(each, scope) for each in value]
    if isinstance(value, dict):
        if len(value) == 1:
            ((name, argument),) = value.items()
            if name == "$for":
                return _for(argument, scope)
            if name in FUNCTIONS:
                return FUNCTIONS[name](compute(argument, scope), scope)
        return {_text(key, scope): compute(each, scope) for key, each in value.items()}
    return value


def compute_all(named: Mapping[str, JSON], scope: Scope) -> None:
    """Compute values in their order and put them into the scope."""
    for name, value in named.items():
        scope[name] = compute(value, scope)


def _text(text: str, scope: Mapping[str, JSON]) -> JSON:
    whole = _REFERENCE.fullmatch(text)
    if whole:
        return _look_up(whole[1], scope)
    return _REFERENCE.sub(lambda found: str(_look_up(found[1], scope)), text)


def _look_up(path: str, scope: Mapping[str, JSON]) -> JSON:
    try:
        return at(path, scope)
    except NoSuchPathError as error:
        raise UnknownValueError(f"no value ${{{path}}}") from error


def _for(argument: Mapping[str, JSON], scope: Mapping[str, JSON]) -> list[JSON]:
    """`{$for: {in: list, as: name, give: value}}`: the value once for each element."""
    name, elements = argument["as"], compute(argument["in"], scope)
    return [compute(argument["give"], {**scope, name: each}) for each in elements]


def _new_id(prefix: JSON, scope: Mapping[str, JSON]) -> str:
    return f"{scope['run']}-{prefix}-{next(_counter)}-{secrets.token_hex(2)}"


def _now(span: JSON, _: Mapping[str, JSON]) -> str:
    moment = datetime.now(UTC) + timedelta(seconds=seconds(str(span)))
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _tampered(token: JSON, _: Mapping[str, JSON]) -> str:
    """Another character in the middle, of the same kind, so that only a signature can tell."""
    text = str(token)
    middle = len(text) // 2
    other = "A" if text[middle] != "A" else "B"
    return text[:middle] + other + text[middle + 1 :]


def _merged(parts: JSON, _: Mapping[str, JSON]) -> dict[str, JSON]:
    merged: dict[str, JSON] = {}
    for part in parts:
        merged |= part
    return merged


Function = Callable[[JSON, Mapping[str, JSON]], JSON]
FUNCTIONS: dict[str, Function] = {
    # An id of this run: `{$new_id: user}`.
    "$new_id": _new_id,
    # A timestamp: `{$now: -31d}`.
    "$now": _now,
    # Milliseconds since 1970.
    "$millis": lambda _, __: int(time.time() * 1000),
    # `{$range: 60}` or `{$range: [10, 20]}`.
    "$range": lambda ends, _: list(range(*ends) if isinstance(ends, list) else range(int(ends))),
    # `{$repeat: [x, 3]}`: xxx; `{$repeat: [[x], 3]}`: [x, x, x].
    "$repeat": lambda a, _: a[0] * int(a[1]),
    # `{$concat: [list, list]}`.
    "$concat": lambda lists, _: [each for part in lists for each in part],
    # `{$slice: [list, from, to]}`; of a string too.
    "$slice": lambda a, _: a[0][int(a[1]) : int(a[2])],
    # `{$minus: [list, list]}`: what the second does not have.
    "$minus": lambda lists, _: [each for each in lists[0] if each not in lists[1]],
    # `{$reversed: list}`.
    "$reversed": lambda values, _: list(reversed(values)),
    # `{$mod: [7, 3]}`.
    "$mod": lambda a, _: int(a[0]) % int(a[1]),
    # `{$times: [2, 3]}`.
    "$times": lambda a, _: int(a[0]) * int(a[1]),
    # `{$pick: [list, index]}`; the index counts round.
    "$pick": lambda a, _: a[0][int(a[1]) % len(a[0])],
    # `{$size: list}`.
    "$size": lambda values, _: len(values),
    # `{$tampered: token}`.
    "$tampered": _tampered,
    # `{$merge: [object, object]}`: later ones win.
    "$merge": _merged,
}
