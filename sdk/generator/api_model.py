"""The API as client packages see it: services, methods with their policies, messages, enums.

Every language reads this one model, built from a descriptor set (`descriptors.load`); nothing else
knows protobuf descriptors or options. Names are those of the protos, untouched; a language module
turns them into its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """What a field holds."""

    BOOL = "bool"
    INT32 = "int32"
    UINT32 = "uint32"
    INT64 = "int64"
    UINT64 = "uint64"
    FLOAT = "float"
    DOUBLE = "double"
    STRING = "string"
    BYTES = "bytes"
    ENUM = "enum"
    MESSAGE = "message"


class Scope(StrEnum):
    """The least scope that a method needs."""

    CLIENT = "client"
    PARTNER = "partner"
    ADMIN = "admin"


class Retry(StrEnum):
    """When an error is worth another attempt."""

    NEVER = "never"
    IF_IDEMPOTENT = "if_idempotent"
    AFTER_DELAY = "after_delay"
    AFTER_REFRESH = "after_refresh"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field of a message.

    Attributes:
        name: as in the proto; json_name: lowerCamelCase.
        type_name: full name of the enum or message; empty for scalars.
        is_repeated: a list; of a map, the map itself.
        map_key, map_value: set for maps; `kind` is then that of the value.
        oneof: the (real) oneof it belongs to; empty: none.
        has_presence: whether unset differs from the default (messages, `optional`, oneofs).
        is_required: `google.api.field_behavior` REQUIRED.
        docs: the comment, without markers; paragraphs parted by empty lines.
    """

    name: str
    json_name: str
    number: int
    kind: Kind
    type_name: str = ""
    is_repeated: bool = False
    map_key: Kind | None = None
    oneof: str = ""
    has_presence: bool = False
    is_required: bool = False
    is_deprecated: bool = False
    docs: str = ""

    @property
    def is_map(self) -> bool:
        """Whether it is a map."""
        return self.map_key is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message. `name` is dotted for nested ones (`Outer.Inner`), `full_name` with the package.

    Messages of `google.protobuf` that have a JSON form of their own (Timestamp, Duration,
    FieldMask, Struct, Value, ListValue, Any, Empty, wrappers) have `is_well_known` set.
    """

    name: str
    full_name: str
    package: str
    file: str
    fields: tuple[Field, ...]
    is_well_known: bool = False
    docs: str = ""

    def field(self, name: str) -> Field:
        """Return the field of a name.

        Raises:
            KeyError: there is none.
        """
        for each in self.fields:
            if each.name == name:
                return each
        raise KeyError(f"{self.full_name} has no field {name}")


@dataclass(frozen=True, slots=True, kw_only=True)
class EnumValue:
    """A value of an enum; `short_name` is without the enum's prefix (`CLICK`)."""

    name: str
    short_name: str
    number: int
    is_deprecated: bool = False
    docs: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enum:
    """An enum."""

    name: str
    full_name: str
    package: str
    file: str
    values: tuple[EnumValue, ...]
    docs: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paging:
    """The fields that page a list; `item` is the listed field of the reply."""

    items_field: str
    page_size_field: str
    page_token_field: str
    next_page_token_field: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cache:
    """How long replies serve again."""

    max_age_ms: int
    stale_if_error_ms: int
    is_shared: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Slate:
    """The fields that impressions and later events are attributed by."""

    items_field: str
    item_id_field: str
    position_field: str
    attribution_token_field: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EventQueue:
    """The fields of a method that an event queue flushes to."""

    events_field: str
    event_id_field: str
    event_time_field: str
    sent_time_field: str
    results_field: str
    error_field: str
    max_events: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Impressions:
    """How an event of the event queue says that an item of a slate was shown, or clicked.

    Found by convention: the queue's event has an enum field with a value IMPRESSION, a repeated
    message that has the slates' item id field, and a string field named as the slates' attribution
    token.

    Attributes:
        event: full name of the event message.
        type_field: of the event, the enum; impression_type: name of its value IMPRESSION;
            click_type: of CLICK, empty if there is none.
        items_field: of the event; item: full name of the message of its items.
        item_id_field: of each item; position_field: of each item, empty if there is none.
        attribution_token_field: of the event.
        subject_fields: of the event, for whom it is (`user_id`, `visitor_id`).
    """

    event: str
    type_field: str
    impression_type: str
    click_type: str
    items_field: str
    item: str
    item_id_field: str
    position_field: str
    attribution_token_field: str
    subject_fields: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpBinding:
    """The REST form of a method.

    Attributes:
        verb: GET, POST, PATCH, PUT or DELETE.
        path: the template, such as `/v1/{name=items/*}:similar`.
        path_fields: dotted paths of the request's fields that the template takes, in order.
        body: `*`, a field's name, or empty: the rest goes into the query.
    """

    verb: str
    path: str
    path_fields: tuple[str, ...]
    body: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """An RPC with its policy.

    Attributes:
        path: `/package.Service/Method`.
        input, output: full names of the messages.
        retryable_codes: canonical names (`UNAVAILABLE`) after which an idempotent call is repeated.
        default_deadline_ms: total time of a call for callers that set none; 0: no limit.
        request_id_field: a request field for the caller's request id; empty: none.
        subject_fields: for whom the request is.
        operation_response, operation_metadata: full names, if it returns a long-running operation.
    """

    name: str
    path: str
    input: str
    output: str
    is_client_streaming: bool = False
    is_server_streaming: bool = False
    scope: Scope = Scope.CLIENT
    is_idempotent: bool = False
    retryable_codes: tuple[str, ...] = ()
    default_deadline_ms: int = 0
    paging: Paging | None = None
    cache: Cache | None = None
    slate: Slate | None = None
    event_queue: EventQueue | None = None
    http: HttpBinding | None = None
    request_id_field: str = ""
    subject_fields: tuple[str, ...] = ()
    operation_response: str = ""
    operation_metadata: str = ""
    is_deprecated: bool = False
    docs: str = ""

    @property
    def is_streaming(self) -> bool:
        """Whether it streams in either direction."""
        return self.is_client_streaming or self.is_server_streaming


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A service."""

    name: str
    full_name: str
    package: str
    file: str
    methods: tuple[Method, ...]
    docs: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorReason:
    """A reason that errors carry, such as `INVALID_FILTER`, with its code's canonical name."""

    name: str
    code: str
    retry: Retry
    docs: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """A whole API.

    Attributes:
        name: of the product (`shortlist`); packages, error domain and headers are named after it.
        version: of the client packages, semantic.
        digest: SHA-256 of the contract, hex; changes with every change that clients could see.
        packages: the proto packages generated for, sorted; the first part of each is `name`.
        changelog: Markdown, newest version first.
        impressions: how events tell of items shown; None: no tracker can be made.
    """

    name: str
    version: str
    digest: str
    packages: tuple[str, ...]
    services: tuple[Service, ...]
    messages: tuple[Message, ...]
    enums: tuple[Enum, ...]
    error_reasons: tuple[ErrorReason, ...] = ()
    docs: str = ""
    changelog: str = ""
    impressions: Impressions | None = None
    _by_name: dict[str, Message | Enum] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        types: tuple[Message | Enum, ...] = (*self.messages, *self.enums)
        self._by_name.update({each.full_name: each for each in types})

    def type(self, full_name: str) -> Message | Enum:
        """Return the message or enum of a full name.

        Raises:
            KeyError: there is none.
        """
        return self._by_name[full_name]

    def message(self, full_name: str) -> Message:
        """Return the message of a full name.

        Raises:
            KeyError: there is none.
        """
        found = self._by_name[full_name]
        if not isinstance(found, Message):
            raise KeyError(f"{full_name} is an enum")
        return found

    def types(self) -> tuple[Message | Enum, ...]:
        """Return the messages, then the enums."""
        return tuple(self._by_name.values())

    def methods(self) -> Iterator[tuple[Service, Method]]:
        """Yield every method with its service."""
        for service in self.services:
            for method in service.methods:
                yield service, method

    def reachable(self, methods: tuple[Method, ...]) -> tuple[Message | Enum, ...]:
        """Return every type that the requests and replies of some methods use, in proto order."""
        wanted: set[str] = set()
        pending = [name for method in methods for name in (method.input, method.output)]
        pending += [m.operation_response for m in methods if m.operation_response]
        pending += [m.operation_metadata for m in methods if m.operation_metadata]
        while pending:
            name = pending.pop()
            if name in wanted:
                continue
            wanted.add(name)
            found = self._by_name[name]
            if isinstance(found, Message):
                pending += [each.type_name for each in found.fields if each.type_name]
        return tuple(each for each in self._by_name.values() if each.full_name in wanted)
