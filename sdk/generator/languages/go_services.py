"""What Go's service templates print of a service and its methods."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sdk.generator.api_model import Api, EventQueue, Method, Service
from sdk.generator.languages.go_names import Types, camel, field_name, package_alias
from sdk.generator.naming import accessor, pascal
from sdk.generator.naming import camel as lower_camel

_STREAM_TYPES = {
    (True, True): "grpc.BidiStreamingClient[{input}, {output}]",
    (False, True): "grpc.ServerStreamingClient[{output}]",
    (True, False): "grpc.ClientStreamingClient[{input}, {output}]",
}


def sentence(name: str, docs: str) -> str:
    """Return docs as Go wants them: `Returns ...` becomes `GetItem returns ...`."""
    if not docs:
        return f"{name} is a method of the API."
    return f"{name} {docs[0].lower()}{docs[1:]}"


def summary(name: str, docs: str) -> str:
    """Return the first sentence of the docs, on one line."""
    first = " ".join(docs.split("\n\n")[0].split())
    return sentence(name, first.split(". ")[0].rstrip(".") + "." if first else "")


def variable(service: Service, method: Method) -> str:
    """Return the name of the variable that holds a method's policy."""
    return f"{lower_camel(accessor(service.name))}{camel(method.name)}"


@dataclass(frozen=True, slots=True)
class ServiceView:
    """Makes the context of one service's template."""

    api: Api
    service: Service

    def context(self) -> dict[str, Any]:
        """Return the service with its methods and imports."""
        types = Types(self.api)
        methods = [self._method(method, types) for method in self.service.methods]
        name = pascal(accessor(self.service.name))
        imports = {("", path) for path in self._libraries()} | types.imports
        standard = {"context"}
        if any(method.paging for method in self.service.methods):
            standard.add("iter")
        if any(method.event_queue for method in self.service.methods):
            standard.add("time")
        return {
            "type": name,
            "accessor": name,
            "docs": sentence(name, self.service.docs),
            "summary": summary(name, self.service.docs),
            "methods": methods,
            "standard_imports": sorted(standard),
            "imports": sorted(imports, key=lambda each: each[1]),
        }

    def _libraries(self) -> set[str]:
        found: set[str] = set()
        methods = self.service.methods
        if any(method.is_streaming for method in methods):
            found.add("google.golang.org/grpc")
        if any(method.paging for method in methods):
            found.add("google.golang.org/protobuf/proto")
        if any(method.event_queue for method in methods):
            found.add("google.golang.org/protobuf/types/known/timestamppb")
        return found

    def _method(self, method: Method, types: Types) -> dict[str, Any]:
        name = camel(method.name)
        view: dict[str, Any] = {
            "name": name,
            "service_name": camel(self.service.name),
            "variable": variable(self.service, method),
            "docs": sentence(name, method.docs),
            "is_deprecated": method.is_deprecated,
            "is_streaming": method.is_streaming,
            "input": types.of(method.input),
            "output": types.of(method.output),
            "operation": None,
            "paging": None,
            "queue": None,
        }
        if method.is_streaming:
            view |= self._stream(method, view, types)
        if method.operation_response:
            view["operation"] = _operation(method, types)
        if method.paging:
            view["paging"] = self._paging(method, types)
        if method.event_queue:
            view["queue"] = self._queue(method, method.event_queue, types)
        return view

    def _stream(self, method: Method, view: dict[str, Any], types: Types) -> dict[str, Any]:
        kind = (method.is_client_streaming, method.is_server_streaming)
        # The stubs live beside the service's own messages, whatever package these are in.
        any_message = next(m for m in self.api.messages if m.package == self.service.package)
        types.of(any_message.full_name)
        takes_request = not method.is_client_streaming
        return {
            "alias": package_alias(self.service.package),
            "stream_type": _STREAM_TYPES[kind].format(**view),
            "stream_argument": f", request *{view['input']}" if takes_request else "",
            "stream_value": ", request" if takes_request else "",
        }

    def _paging(self, method: Method, types: Types) -> dict[str, str]:
        paging = method.paging
        assert paging is not None
        items = self.api.message(method.output).field(paging.items_field)
        return {
            "pager": f"{lower_camel(method.name)}Pager",
            "item": types.item(items),
            "listed": field_name(paging.items_field),
            "token": field_name(paging.page_token_field),
            "next": field_name(paging.next_page_token_field),
        }

    def _queue(self, method: Method, queue: EventQueue, types: Types) -> dict[str, Any]:
        events = self.api.message(method.input).field(queue.events_field)
        event = self.api.message(events.type_name)
        return {
            "name": camel(event.name),
            "event": types.of(event.full_name),
            "max_events": queue.max_events,
            "events": field_name(queue.events_field),
            "id": field_name(queue.event_id_field),
            "time": field_name(queue.event_time_field),
            "sent": field_name(queue.sent_time_field),
            "results": field_name(queue.results_field),
            "error": field_name(queue.error_field),
        }


def _operation(method: Method, types: Types) -> dict[str, str]:
    result = types.of(method.operation_response)
    metadata = types.of(method.operation_metadata)
    return {"result": result, "metadata": metadata, "type": f"Operation[*{result}, *{metadata}]"}
