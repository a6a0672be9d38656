"""For whom a request is: the fields that the contract's `subject_fields` name, and whether they
name the caller's own subject."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from server.core.errors import BatchTooLargeError, SubjectMismatchError
from server.gateway.auth.caller import Caller
from server.gateway.auth.scope import Scope

Kind: TypeAlias = Literal["user", "visitor", "name"]
Refusals: TypeAlias = Mapping[int, SubjectMismatchError]

_COLLECTIONS: Final[Mapping[str, Kind]] = {"users": "user", "visitors": "visitor"}


class UnusablePolicyError(TypeError):
    """The contract's options of a method cannot be enforced; names method and option."""


@dataclass(frozen=True, slots=True)
class SubjectPath:
    """One of the fields.

    Attributes:
        text: the path as the contract has it.
        steps: the fields to go through, each with whether it is repeated.
        kind: what the last one holds; `name`: a resource name, whose collection says it.
        plain: the field, if it is one of the message itself; None: there are steps to go.
    """

    text: str
    steps: tuple[tuple[str, bool], ...]
    kind: Kind
    plain: str | None

    def values(self, message: Message) -> Iterator[str]:
        """Yield what the field says, wherever it is set."""
        found: list[Message] = [message]
        for name, is_repeated in self.steps[:-1]:
            below = (getattr(each, name) for each in found)
            found = [each for many in below for each in many] if is_repeated else list(below)
        name, is_repeated = self.steps[-1]
        for each in found:
            value = getattr(each, name)
            yield from value if is_repeated else (value,)

    def is_own(self, value: str, caller: Caller) -> bool:
        """Tell whether a value names the caller's own subject."""
        kind: Kind | None = self.kind
        if kind == "name":
            collection, _, value = value.partition("/")
            kind = _COLLECTIONS.get(collection)
        if kind is None or not value:
            return False
        return value == (caller.user_id if kind == "user" else caller.visitor_id)


@dataclass(frozen=True, slots=True)
class SubjectRule:
    """Holds client scope to its own subject; without paths anything is allowed.

    Attributes:
        paths: of the request, or of each entry.
        entries: name of the repeated field whose entries are answered one by one; empty: the
            request is answered as a whole.
        max_entries: so many are looked at; 0: any number.
    """

    paths: tuple[SubjectPath, ...] = ()
    entries: str = ""
    max_entries: int = 0

    def __bool__(self) -> bool:
        return bool(self.paths)

    def check(self, request: Message, caller: Caller) -> Refusals:
        """Return which entries the caller may not write; none for requests without entries.

        A field that is not set names nobody, which is allowed.

        Raises:
            SubjectMismatchError: the request is for someone else.
            BatchTooLargeError: it has too many entries to look at.
        """
        if not self.entries:
            stranger = self._stranger(request, caller)
            if stranger is not None:
                raise _mismatch(stranger)
            return {}
        found = getattr(request, self.entries)
        if 0 < self.max_entries < len(found):
            raise BatchTooLargeError.of(
                self.entries, f"must have at most {self.max_entries} entries"
            )
        strangers = [self._stranger(entry, caller) for entry in found]
        return {index: _mismatch(path) for index, path in enumerate(strangers) if path is not None}

    def _stranger(self, message: Message, caller: Caller) -> SubjectPath | None:
        """Return the path that names someone else, if there is one."""
        for path in self.paths:
            # Most are a field of the message itself, and a batch has hundreds of messages.
            if path.plain is not None:
                value = getattr(message, path.plain)
                if value and not path.is_own(value, caller):
                    return path
                continue
            for value in path.values(message):
                if value and not path.is_own(value, caller):
                    return path
        return None


def _mismatch(path: SubjectPath) -> SubjectMismatchError:
    return SubjectMismatchError(
        f"{path.text}: these credentials act for their own subject only", Scope.PARTNER.label
    )


ANY_SUBJECT: Final = SubjectRule()


def subject_rule(
    request: Descriptor, paths: Sequence[str], entries: str = "", max_entries: int = 0
) -> SubjectRule:
    """Return the rule of a method.

    Args:
        paths: of the request, as the contract's `subject_fields` have them.
        entries: the repeated field whose entries the method answers one by one; may be empty.
        max_entries: most that a request may have; 0: not limited.

    Raises:
        UnusablePolicyError: a path leads nowhere, or not to strings.
    """
    rooted, message = "", request
    if entries and paths:
        field = _field(request, entries, entries)
        if field.message_type is None or not field.is_repeated:
            raise UnusablePolicyError(f"{request.full_name}: {entries!r} has no entries")
        rooted, message = f"{entries}.", field.message_type
    if not all(path.startswith(rooted) for path in paths):
        raise UnusablePolicyError(f"{request.full_name}: subjects beside those of {entries!r}")
    return SubjectRule(
        tuple(_path(message, path.removeprefix(rooted), path) for path in paths),
        entries if paths else "",
        max_entries,
    )


def _path(message: Descriptor, path: str, text: str) -> SubjectPath:
    names = path.split(".")
    steps: list[tuple[str, bool]] = []
    for name in names[:-1]:
        field = _field(message, name, text)
        if field.message_type is None:
            raise UnusablePolicyError(f"{message.full_name}: {text!r}: {name!r} is no message")
        steps.append((name, field.is_repeated))
        message = field.message_type
    last = _field(message, names[-1], text)
    if last.type != FieldDescriptor.TYPE_STRING:
        raise UnusablePolicyError(f"{message.full_name}: {text!r} does not lead to a string")
    plain = None if steps or last.is_repeated else last.name
    return SubjectPath(text, (*steps, (last.name, last.is_repeated)), _kind(last.name), plain)


def _kind(name: str) -> Kind:
    kinds: Iterable[tuple[str, Kind]] = (("visitor_id", "visitor"), ("user_id", "user"))
    return next((kind for suffix, kind in kinds if name.endswith(suffix)), "name")


def _field(message: Descriptor, name: str, text: str) -> FieldDescriptor:
    field = message.fields_by_name.get(name)
    if field is None:
        raise UnusablePolicyError(f"{message.full_name}: {text!r} leads nowhere")
    return field
