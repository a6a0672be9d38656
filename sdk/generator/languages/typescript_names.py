"""Names in TypeScript, as protoc-gen-es gives them to messages, fields and methods."""

from __future__ import annotations

from sdk.generator.api_model import Api, Enum, EnumValue, Field, Message, Method, Service
from sdk.generator.documentation import comment
from sdk.generator.naming import accessor, camel, pascal

# Properties that every object has; protoc-gen-es marks fields of such names with a dollar sign.
_OBJECT_PROPERTIES = {"constructor", "toString", "toJSON", "valueOf"}
# What protoc-gen-es will not name a type.
_IDENTIFIERS = frozenset(
    """
    break case catch class const continue debugger default delete do else enum export extends false
    finally for function if implements import in instanceof interface let new null package private
    protected public return static super switch this throw true try typeof var void while with yield
    Object Partial Uint8Array bigint boolean globalThis number object string
    """.split()  # noqa: SIM905 - a table of words
)
# Members of a service's class that are no methods of the contract.
_MEMBERS = {"queue", "impressions"}


def field_name(name: str) -> str:
    """Return the property of a field: `page_token` is `pageToken`."""
    first, *rest = name.split("_")
    made = first + "".join(part[:1].upper() + part[1:] for part in rest)
    return _safe(made)


def method_key(method: Method) -> str:
    """Return the key of a method in its service's descriptor: `ListItems` is `listItems`."""
    return _safe(method.name[:1].lower() + method.name[1:])


def method_name(method: Method) -> str:
    """Return the name of a method of a service's class."""
    key = method_key(method)
    return f"{key}_" if key in _MEMBERS else key


def type_name(found: Message | Enum) -> str:
    """Return the type of a message or an enum: `Outer.Inner` is `Outer_Inner`."""
    name = found.name.replace(".", "_")
    return f"{name}$" if name in _IDENTIFIERS else name


def schema_name(message: Message) -> str:
    """Return the value that describes a message."""
    return f"{message.name.replace('.', '_')}Schema"


def value_name(enum: Enum, value: EnumValue) -> str:
    """Return the member of an enum's value, without the prefix that all values share."""
    is_shared = all(
        each.short_name != each.name and not each.short_name[:1].isdigit() for each in enum.values
    )
    return _safe(value.short_name if is_shared else value.name)


def module_of(file: str) -> str:
    """Return what a file in `src/services` imports the types of a proto from."""
    if file.startswith("google/protobuf/"):
        return "@bufbuild/protobuf/wkt"
    return f"../gen/{file.removesuffix('.proto')}_pb.js"


def service_class(service: Service) -> str:
    """Return the name of a service's class: `CatalogService` is `CatalogClient`.

    A message may have the service's bare name.
    """
    return f"{pascal(accessor(service.name))}Client"


def service_accessor(service: Service) -> str:
    """Return the property of a client that holds a service."""
    name = camel(accessor(service.name))
    return f"{name}_" if name in {"channel", "close", "impressions"} else name


def service_module(service: Service) -> str:
    """Return the name of a service's file, without suffix."""
    return accessor(service.name)


def assignment(api: Api, message: str, path: str, value: str) -> str:
    """Return a member of an object literal that sets a field, as `subject: { case: "userId" }`."""
    field = api.message(message).field(path)
    name = field_name(field.name)
    if field.oneof:
        return f'{field_name(field.oneof)}: {{ case: "{name}", value: {value} }}'
    return f"{name}: {value}"


def read_optional(field: Field, owner: str) -> str:
    """Return an expression for a message field that may be unset: the message, or null."""
    name = field_name(field.name)
    if field.oneof:
        oneof = f"{owner}.{field_name(field.oneof)}"
        return f'({oneof}.case === "{name}" ? {oneof}.value : null)'
    return f"{owner}.{name} ?? null"


def jsdoc(docs: str, indent: int = 0) -> str:
    """Return a JSDoc comment; never empty: what has no comment is not described, but marked."""
    text = docs.replace("*/", "*\\/") or "The contract says no more of it."
    margin = " " * indent
    one_line = " ".join(text.split())
    if "\n\n" not in text and len(margin) + len(one_line) <= 92:
        return f"{margin}/** {one_line} */"
    return comment(text, " * ", indent=indent, width=100, opening="/**", closing=" */")


def _safe(name: str) -> str:
    return f"{name}$" if name in _OBJECT_PROPERTIES else name
