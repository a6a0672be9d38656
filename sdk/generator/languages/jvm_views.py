"""Methods, slates and event queues as the templates of Java and Kotlin print them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sdk.generator.api_model import Api, EventQueue, Field, Kind, Method, Service
from sdk.generator.languages.jvm import Imports, capitalized, decapitalized
from sdk.generator.naming import accessor, camel, pascal, upper_snake

EMPTY = "google.protobuf.Empty"
_BOXED = {
    Kind.BOOL: "Boolean",
    Kind.INT32: "Integer",
    Kind.UINT32: "Integer",
    Kind.INT64: "Long",
    Kind.UINT64: "Long",
    Kind.FLOAT: "Float",
    Kind.DOUBLE: "Double",
    Kind.STRING: "String",
    Kind.BYTES: "com.google.protobuf.ByteString",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PagingView:
    """How a list is paged: the type of its items, and the ends of getters and setters."""

    item: str
    items: str
    token: str
    next_token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodView:
    """An RPC; `request` and `reply` are how the file names the classes."""

    model: Method
    name: str
    constant: str
    rpc_name: str
    kind: str
    request: str
    reply: str
    paging: PagingView | None
    operation_response: str
    operation_metadata: str
    request_id: str

    @property
    def is_unary(self) -> bool:
        """Whether one request has one reply."""
        return self.kind == "UNARY"

    @property
    def replies_nothing(self) -> bool:
        """Whether the reply is google.protobuf.Empty."""
        return self.model.output == EMPTY

    def codes(self, prefix: str) -> str:
        """Return the retryable codes as arguments."""
        return ", ".join(f"{prefix}{code}" for code in self.model.retryable_codes)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceView:
    """A service, under its name in the client."""

    model: Service
    accessor: str
    class_name: str
    methods: tuple[MethodView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SlateView:
    """A reply whose impressions are tracked."""

    reply: str
    item: str
    items: str
    item_id: str
    position: str
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueView:
    """The method that the event queue flushes to."""

    service_class: str
    constant: str
    request: str
    reply: str
    event: str
    events: str
    event_id: str
    event_time: str
    sent_time: str
    result: str
    results: str
    error: str
    max_events: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectView:
    """A field that says for whom an event is: the factory's name and the setter's end."""

    name: str
    setter: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImpressionsView:
    """The event of an impression."""

    event: str
    type: str
    type_field: str
    impression: str
    click: str
    item: str
    items: str
    item_id: str
    position: str
    token: str
    subjects: tuple[SubjectView, ...]


class Views:
    """Makes the views of one API; class names by full proto name."""

    def __init__(
        self, api: Api, classes: Mapping[str, str], boxed: Mapping[str, str] | None = None
    ) -> None:
        """`boxed`: what the language calls the classes of scalars, where it is not as in Java."""
        self._api = api
        self._classes = classes
        self._boxed = boxed or {}

    def service(self, service: Service, imports: Imports) -> ServiceView:
        """Return a service; what it names is imported."""
        return ServiceView(
            model=service,
            accessor=decapitalized(camel(accessor(service.name))),
            class_name=service_class(service),
            methods=tuple(self._method(service, each, imports) for each in service.methods),
        )

    def _method(self, service: Service, method: Method, imports: Imports) -> MethodView:
        return MethodView(
            model=method,
            name=decapitalized(method.name),
            constant=upper_snake(method.name),
            rpc_name=f"{service.full_name}/{method.name}",
            kind=_kind(method),
            request=self._use(method.input, imports),
            reply=self._use(method.output, imports),
            paging=self._paging(method, imports),
            operation_response=self._use(method.operation_response, imports),
            operation_metadata=self._use(method.operation_metadata, imports),
            request_id=capitalized(method.request_id_field),
        )

    def _paging(self, method: Method, imports: Imports) -> PagingView | None:
        if method.paging is None:
            return None
        items = self._api.message(method.output).field(method.paging.items_field)
        return PagingView(
            item=self._element(items, imports),
            items=capitalized(items.name),
            token=capitalized(method.paging.page_token_field),
            next_token=capitalized(method.paging.next_page_token_field),
        )

    def slates(self, imports: Imports) -> tuple[SlateView, ...]:
        """Return the distinct replies that are slates."""
        found: dict[str, SlateView] = {}
        for _, method in self._api.methods():
            if method.slate is None or method.output in found:
                continue
            items = self._api.message(method.output).field(method.slate.items_field)
            found[method.output] = SlateView(
                reply=self._use(method.output, imports),
                item=self._use(items.type_name, imports),
                items=capitalized(items.name),
                item_id=capitalized(method.slate.item_id_field),
                position=capitalized(method.slate.position_field),
                token=capitalized(method.slate.attribution_token_field),
            )
        return tuple(found.values())

    def queue(self, imports: Imports) -> QueueView | None:
        """Return the first method that takes batches of events."""
        for service, method in self._api.methods():
            if method.event_queue is not None:
                return self._queue(service, method, method.event_queue, imports)
        return None

    def _queue(
        self, service: Service, method: Method, queue: EventQueue, imports: Imports
    ) -> QueueView:
        events = self._api.message(method.input).field(queue.events_field)
        results = self._api.message(method.output).field(queue.results_field)
        return QueueView(
            service_class=service_class(service),
            constant=upper_snake(method.name),
            request=self._use(method.input, imports),
            reply=self._use(method.output, imports),
            event=self._use(events.type_name, imports),
            events=capitalized(events.name),
            event_id=capitalized(queue.event_id_field),
            event_time=capitalized(queue.event_time_field),
            sent_time=capitalized(queue.sent_time_field),
            result=self._use(results.type_name, imports),
            results=capitalized(results.name),
            error=capitalized(queue.error_field),
            max_events=queue.max_events,
        )

    def impressions(self, imports: Imports) -> ImpressionsView | None:
        """Return how an event says that an item was shown."""
        found = self._api.impressions
        if found is None:
            return None
        event = self._api.message(found.event)
        return ImpressionsView(
            event=self._use(found.event, imports),
            type=self._use(event.field(found.type_field).type_name, imports),
            type_field=capitalized(found.type_field),
            impression=found.impression_type,
            click=found.click_type,
            item=self._use(found.item, imports),
            items=capitalized(found.items_field),
            item_id=capitalized(found.item_id_field),
            position=capitalized(found.position_field),
            token=capitalized(found.attribution_token_field),
            subjects=tuple(
                SubjectView(name=decapitalized(camel(each)), setter=capitalized(each))
                for each in found.subject_fields
                if event.field(each).kind is Kind.STRING
            ),
        )

    def _use(self, full_name: str, imports: Imports) -> str:
        return imports.use(self._classes[full_name]) if full_name else ""

    def _element(self, field: Field, imports: Imports) -> str:
        if field.type_name:
            return self._use(field.type_name, imports)
        boxed = _BOXED[field.kind]
        return self._boxed.get(boxed, boxed)


def service_class(service: Service) -> str:
    """Return the class of a service in the client: `RecommendationsClient`."""
    return f"{pascal(accessor(service.name))}Client"


def _kind(method: Method) -> str:
    if method.is_client_streaming:
        return "BIDI_STREAMING" if method.is_server_streaming else "CLIENT_STREAMING"
    return "SERVER_STREAMING" if method.is_server_streaming else "UNARY"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuickstartView:
    """A paged slate for a subject: enough for an example of everything."""

    accessor: str
    method: MethodView
    subject: SubjectView
    items: str
    item: str
    item_id: str
    page_size: str


def quickstart(api: Api, views: Views, imports: Imports) -> QuickstartView | None:
    """Return what the quickstart shows, or None if the API has no paged slate of a subject."""
    impressions = views.impressions(Imports(imports.package))
    subjects = {each.setter: each for each in impressions.subjects} if impressions else {}
    for service in api.services:
        view = views.service(service, Imports(imports.package))
        for method in view.methods:
            model = method.model
            setters = (capitalized(path) for path in model.subject_fields if "." not in path)
            subject = next((subjects[each] for each in setters if each in subjects), None)
            if model.paging and model.slate and subject and model.paging.page_size_field:
                used = next(m for m in views.service(service, imports).methods if m == method)
                slate = next(s for s in views.slates(imports) if s.reply == used.reply)
                return QuickstartView(
                    accessor=view.accessor,
                    method=used,
                    subject=subject,
                    items=slate.items,
                    item=slate.item,
                    item_id=slate.item_id,
                    page_size=capitalized(model.paging.page_size_field),
                )
    return None
