"""Reads requests from bytes: small ones at once, large ones piece by piece.

Parsing holds the interpreter lock, and sixteen mebibytes can hold millions of empty messages: half
a second in which nobody else is answered. Parts of a message may be parsed one after the other, and
with the same result.

Source: https://protobuf.dev/programming-guides/encoding/, "Last One Wins" and "Submessages".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final, NamedTuple, TypeAlias, cast

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import DecodeError, Message

from server.core.errors import BatchTooLargeError, FieldViolation, InvalidRequestError
from server.gateway.pace import Pace
from server.gateway.size_limits import size_limit
from server.gen.buf.validate import validate_pb2
from server.orchestrator.turns import Turns

# A message of whatever type; fields are read by their names.
Part: TypeAlias = Any

PIECE_BYTES: Final = 64 * 1024
# No field of the contract may have more; nor may a map's value be larger.
MAX_ENTRIES: Final = 10_000
# Each costs a microsecond or two; a batch that keeps to the contract has about half as many.
MAX_FIELDS: Final = 200_000
MAX_MAP_ENTRY_BYTES: Final = 1024 * 1024
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_LONGEST_VARINT: Final = 10


class _Field(NamedTuple):
    """One field of a message's bytes, which are those from `start` to `end`."""

    number: int
    is_text: bool
    start: int
    value: int
    end: int


class RequestReader:
    """Parses requests that are not larger than their method may need."""

    def __init__(self, max_request_bytes: int, turns: Turns) -> None:
        """`max_request_bytes`: of any method. `turns`: for the steps of large requests."""
        self._most = max_request_bytes
        self._turns = turns
        self._limits: dict[str, int] = {}

    def prepare(self, message: type[Message]) -> None:
        """Look up how large a type may be."""
        self._limit(message)

    async def read(self, message: type[Message], raw: bytes) -> Message:
        """Return the message in some bytes; fields of newer clients are kept aside.

        Raises:
            InvalidRequestError: these are not bytes of such a message, or too many.
        """
        limit = self._limit(message)
        if len(raw) > limit:
            raise _refusal(f"is larger than {limit} bytes")
        try:
            if len(raw) <= PIECE_BYTES:
                return message.FromString(raw)
            found = message()
            await _Pieces(raw, self._turns).merge(found, 0, len(raw))
        except DecodeError as error:
            name = message.DESCRIPTOR.full_name
            raise _refusal(f"is not a {name}: malformed, or text that is not UTF-8") from error
        return found

    def _limit(self, message: type[Message]) -> int:
        descriptor = cast(Descriptor, message.DESCRIPTOR)
        limit = self._limits.get(descriptor.full_name)
        if limit is None:
            limit = int(min(self._most, size_limit(descriptor)))
            self._limits[descriptor.full_name] = limit
        return limit


class _Pieces:
    """One large request; counts the fields that are looked at, in all of its parts."""

    def __init__(self, raw: bytes, turns: Turns) -> None:
        self._raw = raw
        self._pace = Pace(turns)
        self._field_count = 0

    async def merge(self, message: Part, begin: int, end: int) -> None:
        """Parse the bytes from `begin` to `end` into a message."""
        raw, by_number = self._raw, message.DESCRIPTOR.fields_by_number
        counts: Counter[int] = Counter()
        for found in _fields(raw, begin, end):
            if self._pace.is_due:
                await self._pace.rest()
            field = by_number.get(found.number)
            self._count(field, counts)
            if found.is_text and _is_large_message(field, found):
                message.MergeFromString(raw[begin : found.start])
                await self.merge(_below(message, field), found.value, found.end)
                begin = found.end
            elif found.end - begin >= PIECE_BYTES:
                message.MergeFromString(raw[begin : found.end])
                begin = found.end
        message.MergeFromString(raw[begin:end])

    def _count(self, field: FieldDescriptor | None, counts: Counter[int]) -> None:
        """Count a field of a message, those that are not known together."""
        number = 0 if field is None else field.number
        counts[number] += 1
        if counts[number] > MAX_ENTRIES:
            raise _too_many(field)
        self._field_count += 1
        if self._field_count > MAX_FIELDS:
            raise _refusal(f"has more than {MAX_FIELDS} fields")


def _fields(raw: bytes, at: int, end: int) -> Iterator[_Field]:
    """Yield the fields of a message.

    Raises:
        DecodeError: it is cut off, or has a group, which proto3 does not know.
    """
    while at < end:
        start = at
        tag, at = _varint(raw, at)
        value, kind = at, tag & 7
        if kind == _VARINT:
            _, at = _varint(raw, at)
        elif kind == _BYTES:
            length, value = _varint(raw, at)
            at = value + length
        elif kind in (_FIXED32, _FIXED64):
            at += 4 if kind == _FIXED32 else 8
        else:
            raise DecodeError("a group")
        if at > end:
            raise DecodeError("cut off")
        yield _Field(tag >> 3, kind == _BYTES, start, value, at)


def _varint(raw: bytes, at: int) -> tuple[int, int]:
    """Return a number and where it ends."""
    number = 0
    for place, byte in enumerate(raw[at : at + _LONGEST_VARINT]):
        number |= (byte & 0x7F) << 7 * place
        if byte < 0x80:
            return number, at + place + 1
    raise DecodeError("a number without an end")


def _is_large_message(field: FieldDescriptor | None, found: _Field) -> bool:
    """Tell whether a field is to be read in pieces itself."""
    size = found.end - found.value
    if size <= PIECE_BYTES or field is None or field.message_type is None:
        return False
    if not field.message_type.GetOptions().map_entry:
        return True
    if size > MAX_MAP_ENTRY_BYTES:
        raise InvalidRequestError.of(
            field.name, f"must not have an entry of more than {MAX_MAP_ENTRY_BYTES} bytes"
        )
    return False


def _below(message: Part, field: FieldDescriptor) -> Part:
    """Return the message that a field's bytes go to: another entry, or what is there."""
    below = getattr(message, field.name)
    return below.add() if field.is_repeated else below


def _too_many(field: FieldDescriptor | None) -> InvalidRequestError:
    problem = f"has more than {MAX_ENTRIES} entries"
    if field is None:
        return _refusal("has too many fields that are not known here")
    # Entries that are answered one by one: a batch.
    rules = field.GetOptions().Extensions[validate_pb2.field]
    is_batch = field.is_repeated and rules.ignore == validate_pb2.IGNORE_ALWAYS
    return (BatchTooLargeError if is_batch else InvalidRequestError).of(field.name, problem)


def _refusal(problem: str) -> InvalidRequestError:
    return InvalidRequestError(f"the request {problem}", [FieldViolation("", problem)])
