"""What the templates of Python's services print."""

from __future__ import annotations

from dataclasses import dataclass

from betterproto2_compiler.compile.naming import pythonize_method_name

from sdk.generator.api_model import Api, Kind, Message, Method, Service
from sdk.generator.language import UnsupportedApiError
from sdk.generator.languages.python_types import PythonTypes, docstring, field_name
from sdk.generator.naming import accessor, upper_snake

_EMPTY = "google.protobuf.Empty"
_OPTIONS = "call_options"
# Of the client itself; services are attributes beside them.
_CLIENT_NAMES = frozenset({"close", "event_queue", "impressions", "operation", "wait"})


@dataclass(frozen=True, slots=True)
class RequestField:
    """A field of a TypedDict."""

    name: str
    type: str


@dataclass(frozen=True, slots=True)
class RequestFields:
    """The TypedDict of a request's fields."""

    name: str
    message: str
    fields: tuple[RequestField, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PythonMethod:
    """A method as its template wants it; see `Method` of the model."""

    name: str
    constant: str
    kind: str
    path: str
    request: str
    reply: str
    is_empty: bool
    fields: str
    policy: tuple[str, ...]
    docstring: str
    item: str
    items_words: str
    response: str
    metadata: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PythonService:
    """A service as its template wants it."""

    service: Service
    accessor: str
    module: str
    class_name: str
    methods: tuple[PythonMethod, ...]
    field_types: tuple[RequestFields, ...]
    imports: str


def python_service(api: Api, types: PythonTypes, service: Service) -> PythonService:
    """Return a service.

    Raises:
        UnsupportedApiError: names would clash.
    """
    methods = tuple(_method(api, types, each) for each in service.methods)
    _check_names(service, methods)
    requests = {each.input: None for each in service.methods if not each.is_client_streaming}
    messages = [api.message(name) for name in requests]
    name = field_name(accessor(service.name))
    if name in _CLIENT_NAMES:
        raise UnsupportedApiError(f"{service.full_name}: Python's client needs the name {name}")
    return PythonService(
        service=service,
        accessor=name,
        module=name,
        class_name=service.name.removesuffix("Service") + "Service",
        methods=methods,
        field_types=tuple(_fields(types, each) for each in messages),
        imports=_imports(api, types, service, messages),
    )


def _method(api: Api, types: PythonTypes, method: Method) -> PythonMethod:
    name = pythonize_method_name(method.name)
    item = words = ""
    if method.paging is not None:
        items = api.message(method.output).field(method.paging.items_field)
        item = types.annotation(items).removeprefix("list[").removesuffix("]")
        words = method.paging.items_field.replace("_", " ")
    return PythonMethod(
        name=name,
        constant=upper_snake(method.name),
        kind=_kind(method),
        path=method.path,
        request=types.reference(method.input),
        reply=types.reference(method.output),
        is_empty=method.output == _EMPTY,
        fields=f"{types.name(method.input)}Fields",
        policy=tuple(_policy(method)),
        docstring=docstring(method.docs or method.name, 8),
        item=item,
        items_words=words,
        response=types.reference(method.operation_response) if method.operation_response else "",
        metadata=types.reference(method.operation_metadata) if method.operation_metadata else "",
    )


def _kind(method: Method) -> str:
    if method.is_client_streaming:
        return "stream"
    if method.is_server_streaming:
        return "server_stream"
    return "operation" if method.operation_response else "unary"


def _policy(method: Method) -> list[str]:
    """Return the arguments of a method's constant that are not the defaults."""
    found = []
    if method.is_idempotent:
        found.append("is_idempotent=True")
    if method.retryable_codes:
        codes = ", ".join(f"Code.{code}" for code in method.retryable_codes)
        found.append(f"retryable_codes=frozenset({{{codes}}})")
    if method.default_deadline_ms:
        found.append(f"deadline_s={method.default_deadline_ms / 1000}")
    if paging := method.paging:
        names = {
            "page_size": paging.page_size_field,
            "page_token": paging.page_token_field,
            "items": paging.items_field,
            "next_page_token": paging.next_page_token_field,
        }
        found.append(f"paging=PagingFields({_arguments(names)})")
    if cache := method.cache:
        seconds = f"max_age_s={cache.max_age_ms / 1000}"
        found.append(
            f"cache=CachePolicy({seconds}, stale_if_error_s={cache.stale_if_error_ms / 1000})"
        )
    if slate := method.slate:
        names = {
            "items": slate.items_field,
            "item_id": slate.item_id_field,
            "position": slate.position_field,
            "attribution_token": slate.attribution_token_field,
        }
        found.append(f"slate=SlateFields({_arguments(names)})")
    if method.request_id_field:
        found.append(f'request_id_field="{field_name(method.request_id_field)}"')
    return found


def _arguments(names: dict[str, str]) -> str:
    return ", ".join(f'{key}="{field_name(name)}"' for key, name in names.items())


def _fields(types: PythonTypes, message: Message) -> RequestFields:
    fields = tuple(
        RequestField(field_name(each.name), types.annotation(each)) for each in message.fields
    )
    if any(each.name == _OPTIONS for each in fields):
        raise UnsupportedApiError(f"{message.full_name}.{_OPTIONS}: Python needs that name")
    return RequestFields(f"{types.name(message.full_name)}Fields", message.name, fields)


def _check_names(service: Service, methods: tuple[PythonMethod, ...]) -> None:
    names = {each.name for each in methods}
    for method in methods:
        if method.item and f"{method.name}_pager" in names:
            raise UnsupportedApiError(
                f"{service.full_name}: {method.name}_pager is also the pager of {method.name}"
            )


def _imports(api: Api, types: PythonTypes, service: Service, requests: list[Message]) -> str:
    """Return all that a service's module might need; what it does not is taken out afterwards."""
    packages = types.packages_of(requests)
    for method in service.methods:
        names = (
            method.input,
            method.output,
            method.operation_response,
            method.operation_metadata,
        )
        packages |= {api.type(name).package for name in names if name}
        if method.paging is not None:
            items = api.message(method.output).field(method.paging.items_field)
            if items.kind in (Kind.MESSAGE, Kind.ENUM) and not types.is_unwrapped(items.type_name):
                packages.add(api.type(items.type_name).package)
    lines = [
        "import datetime",
        "from collections.abc import AsyncGenerator, AsyncIterator",
        "from typing_extensions import TypedDict, Unpack",
        f"from {types.package}.call_options import CallOptions",
        f"from {types.package}.caller import Caller",
        f"from {types.package}.codes import Code",
        f"from {types.package}.method import CachePolicy, Method, PagingFields, SlateFields",
        f"from {types.package}.operations import OperationHandle",
        f"from {types.package}.paging import Pager",
        f"from {types.package}.requests import request_of, single",
        *(types.import_of(package) for package in sorted(packages)),
    ]
    return "\n".join(lines)
