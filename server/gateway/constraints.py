"""Checks messages against the `buf.validate` options of the contract.

A checker is compiled for each message type from its descriptor, once; nothing about a field is
written down a second time. Timestamps and durations must also be well formed, as their own
documentation says.

Source: https://protovalidate.com/reference/rules/
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import Any, TypeAlias, cast

from google.protobuf.descriptor import Descriptor, FieldDescriptor, OneofDescriptor
from google.protobuf.message import Message

from server.core.errors import FieldViolation, InvalidRequestError
from server.gateway.value_rules import Rule, UnsupportedConstraintError, compile_rules
from server.gen.buf.validate import validate_pb2

# A message, or part of one, of whatever type; fields are read by their names.
Part: TypeAlias = Any
Check: TypeAlias = Callable[[Part, str, list[FieldViolation]], None]
"""Checks one part of a message; the string is the path of the message that holds it."""

_ABSENT = "is required"
_FIELD_RULES = frozenset({"required", "ignore"})
_YEAR_1_S, _YEAR_10000_S = -62_135_596_800, 253_402_300_800
_DURATION_LIMIT_S = 315_576_000_000
_NANOS = 1_000_000_000
# Of a map's key, in the place that a violation names: longer ones are none that may be used.
MAX_KEY = 80
# A request that is refused anyway must not take long: so many entries beyond a limit are looked at,
# and entries until so much is wrong.
_SPARE_ENTRIES = 200
_ENOUGH = 1_000


class Constraints:
    """Compiled checkers by message type."""

    def __init__(self) -> None:
        self._checks: dict[str, list[Check]] = {
            "google.protobuf.Timestamp": [_check_timestamp],
            "google.protobuf.Duration": [_check_duration],
        }
        self._open: set[str] = set()

    def prepare(self, message: type[Message]) -> None:
        """Compile the checkers of a message type and all it contains.

        Raises:
            UnsupportedConstraintError: an option outside the subset is used.
        """
        self._checks_of(cast(Descriptor, message.DESCRIPTOR))

    def violations(self, message: Message, path: str = "") -> list[FieldViolation]:
        """Return everything that is wrong, in field order; `path` leads to the message."""
        found: list[FieldViolation] = []
        for check in self._checks_of(cast(Descriptor, message.DESCRIPTOR)):
            check(message, path, found)
        return found

    def require(self, message: Message, path: str = "") -> None:
        """Raise if anything is wrong.

        Raises:
            InvalidRequestError: with all the violations.
        """
        if found := self.violations(message, path):
            first = found[0]
            place = f"{first.field}: " if first.field else ""
            more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
            raise InvalidRequestError(f"{place}{first.description}{more}", found)

    def _checks_of(self, descriptor: Descriptor) -> list[Check]:
        checks = self._checks.get(descriptor.full_name)
        if checks is None:
            # Entered before it is filled, for messages that contain themselves.
            checks = self._checks[descriptor.full_name] = []
            self._open.add(descriptor.full_name)
            for oneof in descriptor.oneofs:
                if oneof.GetOptions().Extensions[validate_pb2.oneof].required:
                    checks.append(_required_oneof(oneof))
            for field in descriptor.fields:
                checks += self._field_checks(field)
            self._open.discard(descriptor.full_name)
        return checks

    def _field_checks(self, field: FieldDescriptor) -> list[Check]:
        rules = field.GetOptions().Extensions[validate_pb2.field]
        if rules.ignore == validate_pb2.IGNORE_ALWAYS:
            return []
        kind = rules.WhichOneof("type")
        unsupported = {f.name for f, _ in rules.ListFields()} - _FIELD_RULES - {kind}
        if unsupported or rules.ignore not in (validate_pb2.IGNORE_UNSPECIFIED,):
            raise UnsupportedConstraintError(
                f"{field.full_name}: {min(unsupported, default='ignore')}"
            )
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            checks = self._map_checks(field, rules)
        elif field.is_repeated:
            checks = self._repeated_checks(field, rules)
        else:
            checks = self._singular_checks(field, rules, kind)
        return [_required(field, checks)] if rules.required else checks

    def _singular_checks(
        self, field: FieldDescriptor, rules: validate_pb2.FieldRules, kind: str | None
    ) -> list[Check]:
        value_rules = compile_rules(kind, getattr(rules, kind), field) if kind else []
        nested = self._nested(field)
        if not value_rules and nested is None:
            return []
        return [_singular(field, value_rules, nested)]

    def _repeated_checks(
        self, field: FieldDescriptor, rules: validate_pb2.FieldRules
    ) -> list[Check]:
        repeated = rules.repeated
        _reject_rest(repeated, {"min_items", "max_items", "items"}, field)
        item_kind = repeated.items.WhichOneof("type")
        _reject_rest(repeated.items, {item_kind}, field)
        item_rules = (
            compile_rules(item_kind, getattr(repeated.items, item_kind), field) if item_kind else []
        )
        most = _limit(repeated, "max_items")
        checks = [_count(field.name, repeated.min_items, most, "entries")]
        nested = self._nested(field)
        if item_rules or nested is not None:
            checks.append(_each(field.name, item_rules, nested, most))
        return checks

    def _map_checks(self, field: FieldDescriptor, rules: validate_pb2.FieldRules) -> list[Check]:
        pairs = rules.map
        _reject_rest(pairs, {"min_pairs", "max_pairs", "keys", "values"}, field)
        entry = field.message_type
        assert entry is not None
        parts: list[list[Rule]] = []
        for name, part in (("key", pairs.keys), ("value", pairs.values)):
            kind = part.WhichOneof("type")
            _reject_rest(part, {kind}, field)
            inner = entry.fields_by_name[name]
            parts.append(compile_rules(kind, getattr(part, kind), inner) if kind else [])
        nested = self._nested(entry.fields_by_name["value"])
        most = _limit(pairs, "max_pairs")
        checks = [_count(field.name, pairs.min_pairs, most, "entries")]
        if parts[0] or parts[1] or nested is not None:
            checks.append(_entries(field.name, parts, nested, most))
        return checks

    def _nested(self, field: FieldDescriptor) -> list[Check] | None:
        """Return the checks of the field's own message type; None if there are none."""
        if field.message_type is None:
            return None
        checks = self._checks_of(field.message_type)
        return checks if checks or field.message_type.full_name in self._open else None


def _singular(field: FieldDescriptor, rules: list[Rule], nested: list[Check] | None) -> Check:
    name = field.name
    if not field.has_presence:
        accepts_zero = all(rule(field.default_value) is None for rule in rules)

        def check_plain(message: Part, path: str, found: list[FieldViolation]) -> None:
            value = getattr(message, name)
            if value or not accepts_zero:
                _apply(rules, value, path + name, found)

        return check_plain

    def check(message: Part, path: str, found: list[FieldViolation]) -> None:
        if message.HasField(name):
            value = getattr(message, name)
            _apply(rules, value, path + name, found)
            for each in nested or ():
                each(value, f"{path}{name}.", found)

    return check


def _each(name: str, rules: list[Rule], nested: list[Check] | None, most: int | None) -> Check:
    looked_at = None if most is None else most + _SPARE_ENTRIES

    def check(message: Part, path: str, found: list[FieldViolation]) -> None:
        for index, value in enumerate(islice(getattr(message, name), looked_at)):
            if len(found) >= _ENOUGH:
                return
            for rule in rules:
                problem = rule(value)
                if problem is not None:
                    found.append(FieldViolation(f"{path}{name}[{index}]", problem))
            for each in nested or ():
                each(value, f"{path}{name}[{index}].", found)

    return check


def _entries(
    name: str, rules: list[list[Rule]], nested: list[Check] | None, most: int | None
) -> Check:
    key_rules, value_rules = rules
    looked_at = None if most is None else most + _SPARE_ENTRIES

    def check(message: Part, path: str, found: list[FieldViolation]) -> None:
        entries = getattr(message, name)
        for key in islice(entries, looked_at):
            if len(found) >= _ENOUGH:
                return
            place = f'{path}{name}["{key[:MAX_KEY] if isinstance(key, str) else key}"]'
            _apply(key_rules, key, place, found)
            value = entries[key]
            _apply(value_rules, value, place, found)
            for each in nested or ():
                each(value, f"{place}.", found)

    return check


def _apply(rules: list[Rule], value: Part, place: str, found: list[FieldViolation]) -> None:
    for rule in rules:
        problem = rule(value)
        if problem is not None:
            found.append(FieldViolation(place, problem))


def _count(name: str, least: int, most: int | None, noun: str) -> Check:
    def check(message: Part, path: str, found: list[FieldViolation]) -> None:
        count = len(getattr(message, name))
        if count < least:
            found.append(FieldViolation(path + name, f"must have at least {least} {noun}"))
        if most is not None and count > most:
            found.append(FieldViolation(path + name, f"must have at most {most} {noun}"))

    return check


def _required(field: FieldDescriptor, checks: list[Check]) -> Check:
    name, has_presence = field.name, field.has_presence

    def check(message: Part, path: str, found: list[FieldViolation]) -> None:
        if not (message.HasField(name) if has_presence else getattr(message, name)):
            found.append(FieldViolation(path + name, _ABSENT))
            return
        for each in checks:
            each(message, path, found)

    return check


def _required_oneof(oneof: OneofDescriptor) -> Check:
    name = oneof.name

    def check(message: Part, path: str, found: list[FieldViolation]) -> None:
        if message.WhichOneof(name) is None:
            found.append(FieldViolation(path + name, _ABSENT))

    return check


def _limit(rules: Part, name: str) -> int | None:
    return int(getattr(rules, name)) if rules.HasField(name) else None


def _reject_rest(rules: Part, supported: set[str | None], field: FieldDescriptor) -> None:
    if rest := {each.name for each, _ in rules.ListFields()} - supported:
        raise UnsupportedConstraintError(f"{field.full_name}: constraint {min(rest)!r}")


def _check_timestamp(message: Part, path: str, found: list[FieldViolation]) -> None:
    if not (_YEAR_1_S <= message.seconds < _YEAR_10000_S and 0 <= message.nanos < _NANOS):
        found.append(FieldViolation(path.removesuffix("."), "is not a valid timestamp"))


def _check_duration(message: Part, path: str, found: list[FieldViolation]) -> None:
    seconds, nanos = message.seconds, message.nanos
    is_valid = abs(seconds) <= _DURATION_LIMIT_S and abs(nanos) < _NANOS and seconds * nanos >= 0
    if not is_valid:
        found.append(FieldViolation(path.removesuffix("."), "is not a valid duration"))
