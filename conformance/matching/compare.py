"""Matches what came with what a case expects: what is not named may be anything.

| expected | matches |
|---|---|
| an object | an object that has each of its members, matching |
| a list | a list of the same length, element by element |
| a number | the same number, also where JSON carries it as text (int64) |
| anything else | the same |
| `{$any: true}`, `{$any: false}` | anything that is there and not empty; empty or not there |
| `{$approx: 0.5, $within: 0.01}` | a number that near (1e-6 without `$within`) |
| `{$matches: "^a+$"}` | text in which the pattern is found |
| `{$same_as: name}` | the value captured or given under that name |
| `{$in: [..]}`, `{$not: x}` | one of them; anything that does not match x |
| `{$gt: 1}`, `$gte`, `$lt`, `$lte` | numbers and times |
| `{$length: 3}`, `{$length: {$lte: 3}}` | lists and texts of that length |
| `{$each: x}` | a list all of whose elements match x |
| `{$contains: x}`, `{$lacks: x}` | a list with an element like x, without any; text too |
| `{$set: [..]}` | a list with these elements in any order, each once |
| `{$subset_of: [..]}` | a list of some of these |
| `{$all: [x, y]}`, `{$either: [x, y]}` | what matches each; what matches one |
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Mapping

from conformance.case import JSON
from conformance.paths import NoSuchPathError, at

_MISSING = object()
_TIME = re.compile(r"\d{4}-\d\d-\d\dT")


def differences(
    expected: JSON, actual: JSON, scope: Mapping[str, JSON], path: str = ""
) -> list[str]:
    """Return what does not match, a line each; empty: it matches."""
    if isinstance(expected, dict):
        if any(key.startswith("$") for key in expected):
            return _operators(expected, actual, scope, path)
        return _members(expected, actual, scope, path)
    if actual is _MISSING:
        return [f"{path}: not there, expected {short(expected)}"]
    if isinstance(expected, list):
        return _elements(expected, actual, scope, path)
    if _equal(expected, actual):
        return []
    return [f"{path}: {short(actual)}, expected {short(expected)}"]


def short(value: JSON, limit: int = 200) -> str:
    """Return a value as text of a bearable length."""
    text = "nothing" if value is _MISSING else repr(value)
    return text if len(text) <= limit else f"{text[:limit]}... ({len(text)} characters)"


def number(value: JSON) -> float | None:
    """Return a number, also of text that is one (`"5"`, `"NaN"`); None: it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except ValueError:
        return None


def _equal(expected: JSON, actual: JSON) -> bool:
    if isinstance(expected, bool) or isinstance(actual, bool):
        return expected is actual
    if isinstance(expected, int | float):
        if isinstance(actual, str) and isinstance(expected, int):
            return actual == str(expected)
        return isinstance(actual, int | float) and expected == actual
    return bool(expected == actual)


def _members(
    expected: Mapping[str, JSON], actual: JSON, scope: Mapping[str, JSON], path: str
) -> list[str]:
    if not isinstance(actual, dict):
        return [f"{path}: {short(actual)}, expected an object"]
    found = []
    for name, value in expected.items():
        found += differences(value, actual.get(name, _MISSING), scope, f"{path}.{name}".lstrip("."))
    return found


def _elements(
    expected: list[JSON], actual: JSON, scope: Mapping[str, JSON], path: str
) -> list[str]:
    if not isinstance(actual, list):
        return [f"{path}: {short(actual)}, expected a list"]
    if len(actual) != len(expected):
        return [f"{path}: {len(actual)} elements {short(actual)}, expected {short(expected)}"]
    pairs = enumerate(zip(expected, actual, strict=True))
    return [
        line for place, (e, a) in pairs for line in differences(e, a, scope, f"{path}[{place}]")
    ]


def _operators(
    expected: Mapping[str, JSON], actual: JSON, scope: Mapping[str, JSON], path: str
) -> list[str]:
    found = []
    for name, argument in expected.items():
        if name == "$within" and "$approx" in expected:
            continue
        if name == "$any":
            is_there = actual is not _MISSING and actual not in (None, "", [], {}, 0, "0", False)
            if is_there is not bool(argument):
                found.append(
                    f"{path}: {short(actual)}, expected {'something' if argument else 'nothing'}"
                )
            continue
        if actual is _MISSING and name not in ("$not", "$either"):
            found.append(f"{path}: not there, expected {name} {short(argument)}")
            continue
        if name == "$approx":
            argument = (argument, expected.get("$within", 1e-6))
        if name not in _OPERATORS:
            found.append(f"{path}: there is no matcher {name}")
            continue
        found += _OPERATORS[name](argument, actual, scope, path)
    return found


Operator = Callable[[JSON, JSON, Mapping[str, JSON], str], list[str]]


def _when(holds: bool, name: str, argument: JSON, actual: JSON, path: str) -> list[str]:
    return [] if holds else [f"{path}: {short(actual)}, expected {name} {short(argument)}"]


def _approx(argument: JSON, actual: JSON, scope: Mapping[str, JSON], path: str) -> list[str]:
    wanted, within = argument
    found = number(actual)
    holds = found is not None and math.isfinite(found) and abs(found - float(wanted)) <= within
    return _when(holds, "about", wanted, actual, path)


def _matches(argument: JSON, actual: JSON, scope: Mapping[str, JSON], path: str) -> list[str]:
    holds = isinstance(actual, str) and re.search(argument, actual) is not None
    return _when(holds, "text like", argument, actual, path)


def _same_as(argument: JSON, actual: JSON, scope: Mapping[str, JSON], path: str) -> list[str]:
    try:
        return differences(at(argument, scope), actual, scope, path)
    except NoSuchPathError:
        return [f"{path}: nothing was captured as {argument}"]


def _ordered(
    name: str, holds: Callable[[JSON, JSON], bool], argument: JSON, actual: JSON, path: str
) -> list[str]:
    left, right = _comparable(actual), _comparable(argument)
    same_kind = type(left) is type(right) and left is not None
    return _when(same_kind and holds(left, right), name, argument, actual, path)


def _comparable(value: JSON) -> float | str | None:
    if isinstance(value, str) and _TIME.match(value):
        return value.rstrip("Z")
    return number(value)


def _length(argument: JSON, actual: JSON, scope: Mapping[str, JSON], path: str) -> list[str]:
    if not isinstance(actual, list | str | dict):
        return [f"{path}: {short(actual)} has no length"]
    return differences(argument, len(actual), scope, f"{path} (its length)")


def _each(argument: JSON, actual: JSON, scope: Mapping[str, JSON], path: str) -> list[str]:
    if not isinstance(actual, list):
        return [f"{path}: {short(actual)}, expected a list"]
    rows = enumerate(actual)
    return [line for n, each in rows for line in differences(argument, each, scope, f"{path}[{n}]")]


def _holds(argument: JSON, actual: JSON, scope: Mapping[str, JSON]) -> bool:
    if isinstance(actual, str):
        return isinstance(argument, str) and argument in actual
    if isinstance(actual, dict):
        return argument in actual
    return isinstance(actual, list) and any(not differences(argument, a, scope) for a in actual)


def _contains(argument: JSON, actual: JSON, scope: Mapping[str, JSON], path: str) -> list[str]:
    return _when(_holds(argument, actual, scope), "to contain", argument, actual, path)


def _lacks(argument: JSON, actual: JSON, scope: Mapping[str, JSON], path: str) -> list[str]:
    # What can hold nothing lacks nothing: a number or null is not a list that was looked through.
    holds = isinstance(actual, list | str | dict) and not _holds(argument, actual, scope)
    return _when(holds, "to lack", argument, actual, path)


def _set(argument: JSON, actual: JSON, scope: Mapping[str, JSON], path: str) -> list[str]:
    if not isinstance(actual, list) or len(actual) != len(argument):
        return _when(False, "in any order", argument, actual, path)
    left = list(actual)
    for wanted in argument:
        found = next((each for each in left if not differences(wanted, each, scope)), _MISSING)
        if found is _MISSING:
            return _when(False, "in any order", argument, actual, path)
        left.remove(found)
    return []


def _subset_of(argument: JSON, actual: JSON, scope: Mapping[str, JSON], path: str) -> list[str]:
    if not isinstance(actual, list):
        return [f"{path}: {short(actual)}, expected a list"]
    foreign = [e for e in actual if all(differences(wanted, e, scope) for wanted in argument)]
    return _when(not foreign, "some of", argument, foreign, path)


def _all(argument: JSON, actual: JSON, scope: Mapping[str, JSON], path: str) -> list[str]:
    return [line for each in argument for line in differences(each, actual, scope, path)]


def _either(argument: JSON, actual: JSON, scope: Mapping[str, JSON], path: str) -> list[str]:
    tried = [differences(each, actual, scope, path) for each in argument]
    return [] if any(not lines for lines in tried) else [line for lines in tried for line in lines]


_OPERATORS: dict[str, Operator] = {
    "$approx": _approx,
    "$matches": _matches,
    "$same_as": _same_as,
    "$in": lambda x, a, s, p: _when(any(_equal(e, a) for e in x), "one of", x, a, p),
    "$not": lambda x, a, s, p: _when(bool(differences(x, a, s)), "anything but", x, a, p),
    "$gt": lambda x, a, s, p: _ordered("more than", operator.gt, x, a, p),
    "$gte": lambda x, a, s, p: _ordered("at least", operator.ge, x, a, p),
    "$lt": lambda x, a, s, p: _ordered("less than", operator.lt, x, a, p),
    "$lte": lambda x, a, s, p: _ordered("at most", operator.le, x, a, p),
    "$length": _length,
    "$each": _each,
    "$contains": _contains,
    "$lacks": _lacks,
    "$set": _set,
    "$subset_of": _subset_of,
    "$all": _all,
    "$either": _either,
}
