"""Go's names for what protos hold, as protoc-gen-go gives them, and where they live."""

from __future__ import annotations

from sdk.generator.api_model import Api, Enum, Field, Message
from sdk.generator.language import UnsupportedApiError

_WELL_KNOWN = "google.golang.org/protobuf/types/known"
_FOREIGN = {
    "google.longrunning": (
        "longrunningpb",
        "cloud.google.com/go/longrunning/autogen/longrunningpb",
    ),
    "google.rpc": ("statuspb", "google.golang.org/genproto/googleapis/rpc/status"),
}
_WELL_KNOWN_FILES = {
    "google/protobuf/any.proto": "anypb",
    "google/protobuf/duration.proto": "durationpb",
    "google/protobuf/empty.proto": "emptypb",
    "google/protobuf/field_mask.proto": "fieldmaskpb",
    "google/protobuf/struct.proto": "structpb",
    "google/protobuf/timestamp.proto": "timestamppb",
    "google/protobuf/wrappers.proto": "wrapperspb",
}
# Methods of every message; protoc-gen-go gives such fields a trailing underscore.
_TAKEN = {
    "Reset",
    "String",
    "ProtoMessage",
    "Marshal",
    "Unmarshal",
    "ExtensionRangeArray",
    "ExtensionMap",
    "Descriptor",
}


def go_module(api: Api) -> str:
    """Return the path of the module."""
    return f"github.com/{api.name}-rec/{api.name}-go"


def package_alias(package: str) -> str:
    """Return the name of a proto package's Go package: `shortlistv1`."""
    return package.replace(".", "").replace("_", "")


def package_path(api: Api, package: str) -> str:
    """Return the import path of a proto package's Go package."""
    return f"{go_module(api)}/{package.replace('.', '/')}"


def camel(name: str) -> str:
    """Return a name as protoc-gen-go has it: `user_id` is `UserId`, `a_1_b` is `A_1B`."""
    made: list[str] = []
    for index, char in enumerate(name):
        following = name[index + 1 : index + 2]
        if char == "_" and index == 0:
            made.append("X")
        elif char == "_" and "a" <= following <= "z":
            continue
        elif char.isdigit() or char == "_":
            made.append(char)
        elif (index == 0 or name[index - 1] == "_" or name[index - 1].isdigit()) and char.islower():
            made.append(char.upper())
        else:
            made.append(char)
    return "".join(made)


def field_name(name: str) -> str:
    """Return the name of a field in its struct."""
    made = camel(name)
    return f"{made}_" if made in _TAKEN else made


def local_name(found: Message | Enum) -> str:
    """Return the name of a message or enum within its package: `Album_Record`."""
    return "_".join(camel(part) for part in found.name.split("."))


class Types:
    """Names of types with the imports they need."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self.imports: set[tuple[str, str]] = set()

    def of(self, full_name: str) -> str:
        """Return `shortlistv1.Item`, and note its import.

        Raises:
            UnsupportedApiError: its package has no Go package that is known.
        """
        found = self._api.type(full_name)
        return f"{self._package(found)}.{local_name(found)}"

    def enum_value(self, full_name: str, value: str) -> str:
        """Return the constant of an enum's value; a nested enum's has the outer message's name."""
        found = self._api.type(full_name)
        outer = local_name(found).rpartition("_")[0] if "." in found.name else local_name(found)
        return f"{self._package(found)}.{outer}_{value}"

    def wrapper(self, message: Message, field: Field) -> str:
        """Return the struct that holds a field of a oneof."""
        return f"{self.of(message.full_name)}_{camel(field.name)}"

    def item(self, field: Field) -> str:
        """Return the type of an entry of a repeated field."""
        if not field.type_name:
            return {"bytes": "[]byte", "float": "float32", "double": "float64"}.get(
                field.kind, str(field.kind)
            )
        pointer = "*" if isinstance(self._api.type(field.type_name), Message) else ""
        return pointer + self.of(field.type_name)

    def _package(self, found: Message | Enum) -> str:
        if found.package in self._api.packages:
            alias, path = package_alias(found.package), package_path(self._api, found.package)
        elif found.file in _WELL_KNOWN_FILES:
            alias = _WELL_KNOWN_FILES[found.file]
            path = f"{_WELL_KNOWN}/{alias}"
        elif found.package in _FOREIGN:
            alias, path = _FOREIGN[found.package]
        else:
            raise UnsupportedApiError(f"go: {found.full_name}: no Go package is known for it")
        self.imports.add((alias, path))
        return alias
