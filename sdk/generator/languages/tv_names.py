"""Names in the TV package: those of the JSON form."""

from __future__ import annotations

from sdk.generator.api_model import Api, Message
from sdk.generator.naming import accessor, camel


def accessor_name(service: str) -> str:
    """Return under which property a client offers a service: `servingConfigs`."""
    return camel(accessor(service))


def method_name(name: str) -> str:
    """Return the function of a method: its name with a small first letter, as the runtime does."""
    return name[:1].lower() + name[1:]


def json_name(message: Message, field: str) -> str:
    """Return the JSON name of a field."""
    return message.field(field).json_name


def json_path(api: Api, message: Message, path: str) -> str:
    """Return a dotted path of fields in JSON names: `user.display_name` is `user.displayName`."""
    names = []
    first, *rest = path.split(".")
    field = message.field(first)
    names.append(field.json_name)
    if rest:
        names.append(json_path(api, api.message(field.type_name), ".".join(rest)))
    return ".".join(names)
