"""What a method answers: what the script says, or what comes by itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from google.protobuf.descriptor import Descriptor, FieldDescriptor, MethodDescriptor
from google.protobuf.message import Message

from conformance.annotations import policy_of
from conformance.case import JSON
from conformance.clients.scripted.errors import status_json
from conformance.contract import Contract


@dataclass(frozen=True, slots=True)
class _Queue:
    """A method that takes batches of events, and what it answers for each."""

    method: MethodDescriptor
    events: FieldDescriptor
    event_id: str
    results: FieldDescriptor
    error: str


class Replies:
    """Makes replies."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._queues = list(_queues(contract))

    def reply(self, method: MethodDescriptor, request: Message, scripted: JSON) -> Message:
        """Return the reply to one request.

        Events are accepted, one result for each in their order. A script's results are for the
        first events, and may leave out ids; a list of none stays as it is.
        """
        made = self._parsed(method.output_type, scripted)
        for queue in self._queues:
            if queue.method.full_name == method.full_name:
                self._accept_batch(queue, request, made, is_scripted=scripted is not None)
            elif scripted is None:
                self._accept_one(queue, request, made)
        return made

    def _parsed(self, kind: Descriptor, scripted: JSON) -> Message:
        return self._contract.parse(kind, _with_statuses(kind, scripted, kind.full_name))

    def _accept_batch(
        self, queue: _Queue, request: JSON, reply: JSON, *, is_scripted: bool
    ) -> None:
        events = getattr(request, queue.events.name)
        results = getattr(reply, queue.results.name)
        if is_scripted and not results:
            return
        for place, event in enumerate(events):
            result = results[place] if place < len(results) else results.add()
            _accept(queue, event, result)

    def _accept_one(self, queue: _Queue, request: JSON, reply: JSON) -> None:
        """A method that takes one event and answers one result."""
        event = _field_of(request.DESCRIPTOR, queue.events)
        result = _field_of(reply.DESCRIPTOR, queue.results)
        if event and result:
            _accept(queue, getattr(request, event), getattr(reply, result))


def _accept(queue: _Queue, event: JSON, result: JSON) -> None:
    """Fill in the event's id, and that it is accepted unless something else is said."""
    if queue.event_id in result.DESCRIPTOR.fields_by_name and not getattr(result, queue.event_id):
        setattr(result, queue.event_id, getattr(event, queue.event_id))
    outcome = result.DESCRIPTOR.fields_by_name[queue.error].containing_oneof
    if outcome is None or result.WhichOneof(outcome.name):
        return
    for field in outcome.fields:
        if field.name != queue.error:
            getattr(result, field.name).SetInParent()
            return


def _field_of(message: Descriptor, repeated: FieldDescriptor) -> str:
    """Return the field of a message that holds one of what another field repeats, or nothing."""
    kind = repeated.message_type
    found = (f.name for f in message.fields if f.message_type is kind and not f.is_repeated)
    return next(found, "")


def _queues(contract: Contract) -> Iterator[_Queue]:
    for service in contract.services:
        for method in contract.pool.FindServiceByName(service).methods:
            policy = policy_of(method, contract).get("event_queue")
            if policy:
                yield _Queue(
                    method=method,
                    events=method.input_type.fields_by_name[policy["events_field"]],
                    event_id=policy["event_id_field"],
                    results=method.output_type.fields_by_name[policy["results_field"]],
                    error=policy["error_field"],
                )


def _with_statuses(kind: Descriptor | None, value: JSON, owner: str) -> JSON:
    """Return JSON in which errors as scripts write them are google.rpc.Status."""
    if kind is None:
        return value
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_with_statuses(kind, each, owner) for each in value]
    if not isinstance(value, Mapping):
        return value
    if kind.full_name == "google.rpc.Status" and isinstance(value.get("code"), str):
        return status_json(value, owner.partition(".")[0])
    fields = {**kind.fields_by_camelcase_name, **kind.fields_by_name}
    return {
        name: _with_statuses(fields[name].message_type, each, owner) if name in fields else each
        for name, each in value.items()
    }
