"""Reads what descriptors say beside their types: comments, places, and options by their names."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeAlias

from google.protobuf import descriptor_pb2 as pb
from google.protobuf import descriptor_pool, message_factory
from google.protobuf.message import Message as ProtoMessage

METHOD = "shortlist.options.v1.method"
ERROR = "shortlist.options.v1.error"
HTTP = "google.api.http"
OPERATION = "google.longrunning.operation_info"
_FIELD_BEHAVIOR = "google.api.field_behavior"
_REQUIRED = 2


# Its class comes from the descriptors read.
OptionValue: TypeAlias = Any


class UnservableError(Exception):
    """What protos ask for can't be served; one line, with the place where one is known."""


class OptionsPool:
    """Options of a descriptor set, whose extensions nothing in this process needs to know."""

    def __init__(self, files: Iterable[pb.FileDescriptorProto]) -> None:
        self._pool = descriptor_pool.DescriptorPool()
        for file in files:
            try:
                self._pool.Add(file)
            except TypeError as error:
                # It is stricter than compilers in what names may be alike.
                raise UnservableError(f"{file.name}: {error}") from error

    def read(self, options: ProtoMessage, name: str) -> OptionValue:
        """Return the value of an option, or None if it isn't set."""
        try:
            extension = self._pool.FindExtensionByName(name)
        except KeyError:
            return None
        made = message_factory.GetMessageClass(
            self._pool.FindMessageTypeByName(options.DESCRIPTOR.full_name)
        )
        # Parsed again: the class that it was parsed with doesn't know the extension.
        known: Any = made.FromString(options.SerializeToString())
        if extension.is_repeated:
            return list(known.Extensions[extension])
        return known.Extensions[extension] if known.HasExtension(extension) else None

    def enum_name(self, enum: str, number: int) -> str:
        """Return the name of a value of an enum, empty if it has none."""
        value = self._pool.FindEnumTypeByName(enum).values_by_number.get(number)
        return value.name if value else ""


class DescriptorReader:
    """Comments and places of one file.

    Paths are those of `SourceCodeInfo`: field numbers and indexes from the file down.
    """

    def __init__(self, file: pb.FileDescriptorProto, options: OptionsPool) -> None:
        self.file = file
        self._options = options
        self._places = {tuple(place.path): place for place in file.source_code_info.location}

    def docs(self, path: tuple[int, ...]) -> str:
        """Return the comment before (else behind) a declaration, without its margin."""
        place = self._places.get(path)
        if place is None:
            return ""
        text = place.leading_comments or place.trailing_comments
        return "\n".join(line.removeprefix(" ").rstrip() for line in text.split("\n")).strip()

    def error(self, path: tuple[int, ...], what: str) -> UnservableError:
        """Return an error that says where."""
        place = self._places.get(path)
        line = f":{place.span[0] + 1}" if place else ""
        return UnservableError(f"{self.file.name}{line}: {what}")

    def check_syntax(self) -> None:
        """Refuse anything but proto3.

        Raises:
            UnservableError: the file is proto2, of an edition, or has extensions.
        """
        if self.file.syntax != "proto3":
            found = self.file.syntax or "proto2"
            raise self.error((12,), f"{found} is not served: write it in proto3")
        if self.file.extension:
            raise self.error((7, 0), "extensions are not served")

    def is_required(self, field: pb.FieldDescriptorProto) -> bool:
        """Tell whether the field has the behaviour REQUIRED."""
        return _REQUIRED in (self._options.read(field.options, _FIELD_BEHAVIOR) or ())
