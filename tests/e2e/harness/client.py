"""A plain grpcio client: the generated stubs on one channel, and a little shorthand."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import grpc
from grpc_health.v1 import health_pb2_grpc

from server.gen.google.longrunning import operations_pb2, operations_pb2_grpc
from server.gen.shortlist.admin.v1 import (
    explanation_service_pb2_grpc,
    rule_service_pb2_grpc,
    serving_config_service_pb2_grpc,
)
from server.gen.shortlist.v1 import (
    catalog_service_pb2_grpc,
    event_pb2,
    event_service_pb2,
    event_service_pb2_grpc,
    item_pb2,
    recommendation_service_pb2,
    recommendation_service_pb2_grpc,
    user_service_pb2_grpc,
)

TIMEOUT_S = 30.0


class _Patience(grpc.UnaryUnaryClientInterceptor):
    """Gives a call without a deadline one, so that a hanging server fails its test."""

    def intercept_unary_unary(self, continuation, details, request):
        if details.timeout is None:
            details = details._replace(timeout=TIMEOUT_S)
        return continuation(details, request)


class Client:
    """Stubs of all services; shorthand for what most tests do."""

    def __init__(self, port: int) -> None:
        self.port = port
        # A connection of its own: channels to one address share theirs otherwise.
        options = [("grpc.use_local_subchannel_pool", 1)]
        self.raw = grpc.insecure_channel(f"127.0.0.1:{port}", options)
        channel = grpc.intercept_channel(self.raw, _Patience())
        self.channel = channel
        self.recommendations = recommendation_service_pb2_grpc.RecommendationServiceStub(channel)
        self.events = event_service_pb2_grpc.EventServiceStub(channel)
        self.catalog = catalog_service_pb2_grpc.CatalogServiceStub(channel)
        self.users = user_service_pb2_grpc.UserServiceStub(channel)
        self.surfaces = serving_config_service_pb2_grpc.ServingConfigServiceStub(channel)
        self.rules = rule_service_pb2_grpc.RuleServiceStub(channel)
        self.explanations = explanation_service_pb2_grpc.ExplanationServiceStub(channel)
        self.operations = operations_pb2_grpc.OperationsStub(channel)
        self.health = health_pb2_grpc.HealthStub(channel)

    def close(self) -> None:
        self.raw.close()

    def recommend(self, **fields: Any) -> recommendation_service_pb2.RecommendResponse:
        """Ask for one page."""
        request = recommendation_service_pb2.RecommendRequest(**fields)
        return self.recommendations.Recommend(request)

    def pages(self, **fields: Any) -> Iterator[recommendation_service_pb2.RecommendResponse]:
        """Yield the pages of a new feed until it ends."""
        page = self.recommend(**fields)
        yield page
        while page.next_page_token:
            page = self.recommend(**fields, page_token=page.next_page_token)
            yield page

    def write(self, *events: event_pb2.Event) -> list[event_service_pb2.WriteEventResult]:
        """Write events in one batch; all must be accepted."""
        request = event_service_pb2.BatchWriteEventsRequest(events=events)
        results = list(self.events.BatchWriteEvents(request).results)
        assert [each.WhichOneof("outcome") for each in results] == ["accepted"] * len(events)
        return results

    def write_one(self, message: event_pb2.Event) -> event_service_pb2.WriteEventResponse:
        """Write one event."""
        return self.events.WriteEvent(event_service_pb2.WriteEventRequest(event=message))

    def wait(self, operation: operations_pb2.Operation) -> operations_pb2.Operation:
        """Return an operation when it is done."""
        done = self.operations.WaitOperation(
            operations_pb2.WaitOperationRequest(name=operation.name)
        )
        assert done.done
        return done


def new_id(prefix: str = "x") -> str:
    """Return an id that no other test has."""
    return f"{prefix}-{uuid.uuid4().hex[:12]}"


def event(kind: str, *item_ids: str, user: str = "", visitor: str = "", **fields: Any):
    """Return an event such as `event("click", "i001", user="u001")`."""
    subject = {"visitor_id": visitor} if visitor else {"user_id": user}
    items = [event_pb2.EventItem(item_id=item_id) for item_id in item_ids]
    fields = {"event_id": new_id("e"), "items": items, **subject, **fields}
    return event_pb2.Event(type=f"EVENT_TYPE_{kind.upper()}", **fields)


def item(item_id: str, title: str = "", **attributes: Any) -> item_pb2.Item:
    """Return an item of the shop; strings, numbers and lists of strings become attributes."""
    message = item_pb2.Item(name=f"items/{item_id}", title=title)
    for name, value in attributes.items():
        if isinstance(value, str):
            message.attributes[name].string_value = value
        elif isinstance(value, int | float):
            message.attributes[name].number_value = value
        else:
            message.attributes[name].strings_value.values.extend(value)
    return message


def ids(reply: Any) -> list[str]:
    """Return the item ids of a reply in display order."""
    return [each.item_id for each in reply.recommendations]
