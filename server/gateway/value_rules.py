"""Rules for one value, compiled from `buf.validate` options.

Source: https://protovalidate.com/reference/rules/, the subset that the contract uses.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any, TypeAlias

from google.protobuf.descriptor import EnumDescriptor, FieldDescriptor
from google.protobuf.message import Message

# A value of whatever type its field has.
Value: TypeAlias = Any
Rule: TypeAlias = Callable[[Value], str | None]
"""Returns what is wrong with a value, or None."""

_NANOS = 1_000_000_000
_RANGE = frozenset({"gte", "gt", "lte", "lt"})
_INTEGERS = ("int32", "int64", "uint32", "uint64")
_SUPPORTED = {
    "string": frozenset({"pattern", "min_len", "max_len"}),
    "enum": frozenset({"defined_only", "not_in"}),
    "duration": _RANGE,
    "double": _RANGE | {"finite"},
    "float": _RANGE | {"finite"},
    **dict.fromkeys(_INTEGERS, _RANGE),
}


class UnsupportedConstraintError(Exception):
    """The contract uses a constraint that the edge cannot check yet: a fault of the build."""


def compile_rules(kind: str, rules: Message, field: FieldDescriptor) -> list[Rule]:
    """Return the rules of a `StringRules`, `Int32Rules`, `EnumRules` ... message.

    Raises:
        UnsupportedConstraintError: an option outside the subset is set.
    """
    options = {option.name: value for option, value in rules.ListFields()}
    if rest := options.keys() - _SUPPORTED.get(kind, frozenset()):
        raise UnsupportedConstraintError(f"{field.full_name}: constraint {kind}.{min(rest)}")
    if kind == "string":
        return _string_rules(options)
    if kind == "enum" and field.enum_type is not None:
        return _enum_rules(options, field.enum_type)
    if kind == "duration":
        limits = {name: _nanos(limit) for name, limit in options.items()}
        return [_within(limits, _nanos, lambda limit: f"{limit / _NANOS:g} s")]
    return _number_rules(options)


def _string_rules(options: dict[str, Value]) -> list[Rule]:
    rules: list[Rule] = []
    if (pattern := options.get("pattern")) is not None:
        rules.append(_matches(pattern))
    if (least := options.get("min_len")) is not None:
        rules.append(lambda v: f"must have at least {least} characters" if len(v) < least else None)
    if (most := options.get("max_len")) is not None:
        rules.append(lambda v: f"must have at most {most} characters" if len(v) > most else None)
    return rules


def _matches(pattern: str) -> Rule:
    # RE2's $ is the end of the text; Python's also matches before a final line feed.
    search = re.compile(re.sub(r"(?<!\\)\$(?![^\[]*\])", r"\\Z", pattern), re.ASCII).search
    problem = f"must match {pattern}"
    return lambda value: None if search(value) else problem


def _enum_rules(options: dict[str, Value], enum: EnumDescriptor) -> list[Rule]:
    rules: list[Rule] = []
    if options.get("defined_only"):
        defined = frozenset(enum.values_by_number)
        rules.append(lambda v: None if v in defined else f"{v} is not a value of {enum.name}")
    if refused := frozenset(options.get("not_in", ())):
        names = ", ".join(
            enum.values_by_number[n].name if n in enum.values_by_number else str(n)
            for n in sorted(refused)
        )
        rules.append(lambda v: f"must not be {names}" if v in refused else None)
    return rules


def _number_rules(options: dict[str, Value]) -> list[Rule]:
    rules: list[Rule] = []
    if options.get("finite"):
        rules.append(lambda value: None if math.isfinite(value) else "must be finite")
    if options.keys() & _RANGE:
        rules.append(_within(options, lambda value: value, lambda limit: f"{limit:g}"))
    return rules


def _within(
    limits: dict[str, Value], measure: Callable[[Value], Value], show: Callable[[Value], str]
) -> Rule:
    """Check a range; NaN is outside of every range.

    A lower bound above the upper one would mean "outside of", which the contract doesn't use.
    """
    signs = {"gte": ">=", "gt": ">", "lte": "<=", "lt": "<"}
    problem = "must be " + " and ".join(
        f"{sign} {show(limits[name])}" for name, sign in signs.items() if name in limits
    )
    gte, gt = limits.get("gte", -math.inf), limits.get("gt")
    lte, lt = limits.get("lte", math.inf), limits.get("lt")
    if max(gte, gt if gt is not None else gte) > min(lte, lt if lt is not None else lte):
        raise UnsupportedConstraintError(f"a range from above to below: {problem}")

    def rule(value: Value) -> str | None:
        measured = measure(value)
        if not gte <= measured <= lte:
            return problem
        if (gt is not None and not measured > gt) or (lt is not None and not measured < lt):
            return problem
        return None

    return rule


def _nanos(duration: Value) -> int:
    return int(duration.seconds) * _NANOS + int(duration.nanos)
