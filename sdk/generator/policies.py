"""Methods with their policies, each checked against the messages that it names fields of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeAlias

from google.protobuf import descriptor_pb2 as pb

from sdk.generator.api_model import (
    Cache,
    Enum,
    EventQueue,
    Field,
    HttpBinding,
    Kind,
    Message,
    Method,
    Paging,
    Scope,
    Slate,
)
from sdk.generator.proto_options import HTTP, METHOD, OPERATION, DescriptorReader, OptionsPool

_SCOPES = {1: Scope.CLIENT, 2: Scope.PARTNER, 3: Scope.ADMIN}
_VERBS = ("get", "post", "put", "patch", "delete")
_OPERATION = "google.longrunning.Operation"
_TIMESTAMP, _STATUS = "google.protobuf.Timestamp", "google.rpc.Status"
_VARIABLE = re.compile(r"\{([^}=]+)(=[^}]+)?\}")
_REQUEST_ID = "request_id"


# A message of shortlist.options.v1, whose class comes from the descriptors read.
_Options: TypeAlias = Any


class _FaultError(Exception):
    """What is wrong with a method, without its place."""


class Policies:
    """Builds methods from descriptors and options."""

    def __init__(self, options: OptionsPool, types: Mapping[str, Message | Enum]) -> None:
        self._options = options
        self._types = types

    def method(
        self,
        file: pb.FileDescriptorProto,
        service: pb.ServiceDescriptorProto,
        method: pb.MethodDescriptorProto,
        reader: DescriptorReader,
        path: tuple[int, ...],
    ) -> Method:
        """Return a method.

        Raises:
            UnservableError: it, or what its policy says, can't be served.
        """
        try:
            return self._method(file, service, method, reader.docs(path))
        except _FaultError as fault:
            name = f"{service.name}.{method.name}"
            raise reader.error(path, f"{name}: {fault}") from fault

    def _method(
        self,
        file: pb.FileDescriptorProto,
        service: pb.ServiceDescriptorProto,
        method: pb.MethodDescriptorProto,
        docs: str,
    ) -> Method:
        if method.client_streaming and not method.server_streaming:
            raise _FaultError("a stream of requests with one reply is not served: stream both ways")
        policy = self._options.read(method.options, METHOD)
        if policy is None:
            raise _FaultError(f"needs the option ({METHOD})")
        if policy.scope not in _SCOPES:
            raise _FaultError("its policy needs a scope")
        request = self._message(method.input_type)
        reply = self._message(method.output_type)
        self._check_streaming(method, policy)
        response, metadata = self._operation(file, method)
        return Method(
            name=method.name,
            path=f"/{file.package}.{service.name}/{method.name}",
            input=request.full_name,
            output=reply.full_name,
            is_client_streaming=method.client_streaming,
            is_server_streaming=method.server_streaming,
            scope=_SCOPES[policy.scope],
            is_idempotent=policy.idempotent,
            retryable_codes=self._codes(policy),
            default_deadline_ms=_milliseconds(policy.default_deadline),
            paging=self._paging(policy, request, reply),
            cache=self._cache(policy),
            slate=self._slate(policy, reply),
            event_queue=self._event_queue(policy, request, reply),
            http=self._http(method, request),
            request_id_field=_REQUEST_ID if _has_string(request, _REQUEST_ID) else "",
            subject_fields=self._subject_fields(policy, request),
            operation_response=response,
            operation_metadata=metadata,
            is_deprecated=method.options.deprecated,
            docs=docs,
        )

    def _check_streaming(self, method: pb.MethodDescriptorProto, policy: _Options) -> None:
        if not method.client_streaming and not method.server_streaming:
            return
        for name in ("paging", "cache", "slate", "event_queue"):
            if policy.HasField(name):
                raise _FaultError(f"{name} is for methods that don't stream")

    def _codes(self, policy: _Options) -> tuple[str, ...]:
        names = tuple(
            self._options.enum_name("google.rpc.Code", code) for code in policy.retryable_codes
        )
        if names and not policy.idempotent:
            raise _FaultError("retryable_codes needs idempotent: true")
        if "" in names or "OK" in names:
            raise _FaultError("retryable_codes has a code that is none")
        return names

    def _paging(self, policy: _Options, request: Message, reply: Message) -> Paging | None:
        if not policy.HasField("paging"):
            return None
        paging = policy.paging
        self._repeated(reply, paging.items_field, "paging.items_field")
        _scalar(request, paging.page_size_field, "paging.page_size_field", Kind.INT32)
        _scalar(request, paging.page_token_field, "paging.page_token_field", Kind.STRING)
        _scalar(reply, paging.next_page_token_field, "paging.next_page_token_field", Kind.STRING)
        return Paging(
            items_field=paging.items_field,
            page_size_field=paging.page_size_field,
            page_token_field=paging.page_token_field,
            next_page_token_field=paging.next_page_token_field,
        )

    @staticmethod
    def _cache(policy: _Options) -> Cache | None:
        if not policy.HasField("cache"):
            return None
        if not policy.idempotent:
            raise _FaultError("cache needs idempotent: true")
        max_age = _milliseconds(policy.cache.max_age)
        if max_age <= 0:
            raise _FaultError("cache.max_age must be longer than 0")
        return Cache(
            max_age_ms=max_age,
            stale_if_error_ms=_milliseconds(policy.cache.stale_if_error),
            is_shared=policy.cache.is_shared,
        )

    def _slate(self, policy: _Options, reply: Message) -> Slate | None:
        if not policy.HasField("slate"):
            return None
        slate = policy.slate
        item = self._items(reply, slate.items_field, "slate.items_field")
        _scalar(item, slate.item_id_field, "slate.item_id_field", Kind.STRING)
        _scalar(item, slate.position_field, "slate.position_field", Kind.INT32)
        _scalar(reply, slate.attribution_token_field, "slate.attribution_token_field", Kind.STRING)
        return Slate(
            items_field=slate.items_field,
            item_id_field=slate.item_id_field,
            position_field=slate.position_field,
            attribution_token_field=slate.attribution_token_field,
        )

    def _event_queue(self, policy: _Options, request: Message, reply: Message) -> EventQueue | None:
        if not policy.HasField("event_queue"):
            return None
        queue = policy.event_queue
        if not policy.idempotent:
            raise _FaultError("event_queue needs idempotent: true: events are sent until answered")
        if queue.max_events <= 0:
            raise _FaultError("event_queue.max_events must be at least 1")
        event = self._items(request, queue.events_field, "event_queue.events_field")
        result = self._items(reply, queue.results_field, "event_queue.results_field")
        _scalar(event, queue.event_id_field, "event_queue.event_id_field", Kind.STRING)
        _typed(event, queue.event_time_field, "event_queue.event_time_field", _TIMESTAMP)
        _typed(request, queue.sent_time_field, "event_queue.sent_time_field", _TIMESTAMP)
        _typed(result, queue.error_field, "event_queue.error_field", _STATUS)
        return EventQueue(
            events_field=queue.events_field,
            event_id_field=queue.event_id_field,
            event_time_field=queue.event_time_field,
            sent_time_field=queue.sent_time_field,
            results_field=queue.results_field,
            error_field=queue.error_field,
            max_events=queue.max_events,
        )

    def _http(self, method: pb.MethodDescriptorProto, request: Message) -> HttpBinding | None:
        rule = self._options.read(method.options, HTTP)
        if rule is None:
            return None
        verb = rule.WhichOneof("pattern") or ""
        if verb not in _VERBS:
            raise _FaultError(f"google.api.http needs one of {', '.join(_VERBS)}")
        path = getattr(rule, verb)
        variables = tuple(match.group(1) for match in _VARIABLE.finditer(path))
        for variable in variables:
            field = self._at(request, variable, "google.api.http")
            if field.is_repeated or field.is_map or field.kind in (Kind.MESSAGE, Kind.BYTES):
                raise _FaultError(
                    f"google.api.http: {variable} is no plain value to put into a path"
                )
        if rule.body not in ("", "*"):
            _field(request, rule.body, "google.api.http: body")
        if rule.body and verb in ("get", "delete"):
            raise _FaultError(f"google.api.http: {verb} takes no body")
        return HttpBinding(verb=verb.upper(), path=path, path_fields=variables, body=rule.body)

    def _subject_fields(self, policy: _Options, request: Message) -> tuple[str, ...]:
        for path in policy.subject_fields:
            field = self._at(request, path, "subject_fields")
            if field.kind is not Kind.STRING or field.is_map:
                raise _FaultError(f"subject_fields: {path} is not a string")
        return tuple(policy.subject_fields)

    def _operation(
        self, file: pb.FileDescriptorProto, method: pb.MethodDescriptorProto
    ) -> tuple[str, str]:
        if method.output_type.removeprefix(".") != _OPERATION:
            return "", ""
        info = self._options.read(method.options, OPERATION)
        if info is None:
            raise _FaultError(f"returns an operation and needs the option ({OPERATION})")
        named = ("response_type", info.response_type), ("metadata_type", info.metadata_type)
        found = [self._resolve(file.package, name, f"operation_info.{of}") for of, name in named]
        return found[0], found[1]

    def _resolve(self, package: str, name: str, where: str) -> str:
        for candidate in (f"{package}.{name}", name):
            if name and isinstance(self._types.get(candidate), Message):
                return candidate
        raise _FaultError(f'{where} "{name}" is no message')

    def _message(self, name: str) -> Message:
        found = self._types[name.removeprefix(".")]
        if not isinstance(found, Message):
            raise _FaultError(f"{found.full_name} is no message")
        return found

    def _at(self, message: Message, path: str, where: str) -> Field:
        *outer, last = path.split(".")
        for name in outer:
            field = _field(message, name, where)
            if field.kind is not Kind.MESSAGE or field.is_map:
                raise _FaultError(f'{where}: "{name}" of {message.name} has no fields')
            message = self._message(field.type_name)
        return _field(message, last, where)

    def _repeated(self, message: Message, name: str, where: str) -> Field:
        field = _field(message, name, where)
        if not field.is_repeated:
            raise _FaultError(f'{where} "{name}" of {message.name} is not repeated')
        return field

    def _items(self, message: Message, name: str, where: str) -> Message:
        field = self._repeated(message, name, where)
        if field.kind is not Kind.MESSAGE:
            raise _FaultError(f'{where} "{name}" of {message.name} holds no messages')
        return self._message(field.type_name)


def _field(message: Message, name: str, where: str) -> Field:
    try:
        return message.field(name)
    except KeyError:
        raise _FaultError(f'{where} "{name}" is not a field of {message.name}') from None


def _scalar(message: Message, name: str, where: str, kind: Kind) -> None:
    field = _field(message, name, where)
    if field.kind is not kind or field.is_repeated or field.is_map:
        raise _FaultError(f'{where} "{name}" of {message.name} is not of type {kind}')


def _typed(message: Message, name: str, where: str, type_name: str) -> None:
    field = _field(message, name, where)
    if field.type_name != type_name or field.is_repeated or field.is_map:
        raise _FaultError(f'{where} "{name}" of {message.name} is not of type {type_name}')


def _has_string(message: Message, name: str) -> bool:
    return any(
        each.name == name and each.kind is Kind.STRING and not each.is_repeated and not each.is_map
        for each in message.fields
    )


def _milliseconds(duration: _Options) -> int:
    return int(duration.seconds) * 1000 + int(duration.nanos) // 1_000_000
