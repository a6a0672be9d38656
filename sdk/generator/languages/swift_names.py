"""Swift's names for what protos hold."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from sdk.generator.api_model import Api, Enum, Kind, Message
from sdk.generator.naming import pascal, words

# Words that Swift writes in capitals, except at the start of a name.
_ACRONYMS = {"api", "html", "http", "id", "ip", "json", "uri", "url", "uuid"}
_KEYWORDS = frozenset(
    re.findall(
        r"\w+",
        """
        as associatedtype await break case catch class continue default defer deinit do else enum
        extension fallthrough false fileprivate for func guard if import in inout internal is let
        nil open operator package precedencegroup private protocol public repeat rethrows return
        static struct subscript super switch throw throws true try typealias var where while
        """,
    )
)
# Members that have a meaning of their own whatever marks surround them.
_MEANT = {"self", "Self", "Type", "Protocol", "init", "hashValue", "none", "some", "rawValue"}
_TAKEN = frozenset(
    re.findall(
        r"\w+",
        """
        Any Array Bool Character Codable Data Date Decoder Dictionary Double Encoder Error Float
        Foundation Hashable Int Int32 Int64 Never Optional Protocol Result Self Sendable Set String
        Task Type UInt32 UInt64 URL UUID Void
        """,
    )
)
_DECLARATION = re.compile(
    r"^(?:public |open |final |indirect )*(?:struct|class|enum|actor|protocol|typealias) (\w+)",
    re.MULTILINE,
)
_SCALARS = {
    Kind.BOOL: "Bool",
    Kind.INT32: "Int32",
    Kind.UINT32: "UInt32",
    Kind.INT64: "Int64",
    Kind.UINT64: "UInt64",
    Kind.FLOAT: "Float",
    Kind.DOUBLE: "Double",
    Kind.STRING: "String",
    Kind.BYTES: "Data",
}
_FORMS: Mapping[Kind, str] = {
    kind: f"{name if kind is not Kind.BYTES else 'Bytes'}Form"
    for kind, name in _SCALARS.items()
    if kind not in (Kind.BOOL, Kind.STRING)
}
_WELL_KNOWN = {
    "Any": "AnyMessage",
    "Duration": "TimeSpan",
    "Empty": "Empty",
    "FieldMask": "FieldMask",
    "ListValue": "JSONValue",
    "Struct": "JSONValue",
    "Timestamp": "Timestamp",
    "Value": "JSONValue",
}
_WRAPPERS = {
    "BoolValue": Kind.BOOL,
    "BytesValue": Kind.BYTES,
    "DoubleValue": Kind.DOUBLE,
    "FloatValue": Kind.FLOAT,
    "Int32Value": Kind.INT32,
    "Int64Value": Kind.INT64,
    "StringValue": Kind.STRING,
    "UInt32Value": Kind.UINT32,
    "UInt64Value": Kind.UINT64,
}


def plain(name: str) -> str:
    """Return `userID` for `user_id`, without marks around keywords."""
    first, *rest = words(name) or ["_"]
    made = first + "".join(w.upper() if w in _ACRONYMS else w.capitalize() for w in rest)
    return f"_{made}" if made[0].isdigit() else made


def member(name: str) -> str:
    """Return the name of a property, case or function: `userID`, `` `default` ``, `self_`."""
    made = plain(name)
    if made in _MEANT:
        return f"{made}_"
    return f"`{made}`" if made in _KEYWORDS else made


def scalar(kind: Kind) -> str:
    """Return the type of a scalar."""
    return _SCALARS[kind]


def form(kind: Kind) -> str:
    """Return the type that gives a scalar its JSON form; empty for those that need none."""
    return _FORMS.get(kind, "")


def wrapped(full_name: str) -> Kind | None:
    """Return the kind of scalar in a wrapper message; None for other messages."""
    return _WRAPPERS.get(full_name.removeprefix("google.protobuf."))


def declared_names(templates: Path) -> frozenset[str]:
    """Return the names of types at the top level of the package's own files."""
    found: set[str] = set()
    for path in templates.rglob("*.swift*"):
        if path.parent.name != "parts":
            found.update(_DECLARATION.findall(path.read_text()))
    return frozenset(found)


class TypeNames:
    """Names of the messages and enums of an API, none of which is that of another type."""

    def __init__(self, api: Api, own: frozenset[str]) -> None:
        """`own`: names of the package's own types."""
        self._api = api
        self._reserved = own | _TAKEN | {service.name for service in api.services}

    def of(self, full_name: str) -> str:
        """Return the name as other types use it: `Album.Record`."""
        found = self._api.type(full_name)
        short = full_name.removeprefix("google.protobuf.")
        if isinstance(found, Message) and found.is_well_known:
            kind = wrapped(full_name)
            return scalar(kind) if kind else _WELL_KNOWN[short]
        return ".".join(self._parts(found))

    def outer(self, found: Message | Enum) -> str:
        """Return the type that a nested one is in; empty for others."""
        return ".".join(self._parts(found)[:-1])

    def local(self, found: Message | Enum) -> str:
        """Return the last part of the name."""
        return self._parts(found)[-1]

    def _parts(self, found: Message | Enum) -> list[str]:
        first, *rest = found.name.split(".")
        if found.package not in self._api.packages:
            first = pascal(found.package.split(".")[-1]) + first
        suffix = "Enum" if isinstance(found, Enum) and not rest else "Message"
        if first in self._reserved:
            first += suffix
        return [first, *(f"{part}Message" if part in _TAKEN else part for part in rest)]
