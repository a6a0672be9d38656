"""A server on a free loopback port, over fakes, and a plain client."""

from __future__ import annotations

import grpc
import pytest
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from server.core.clock import WallClock
from server.gateway.auth.audit import Audit
from server.gateway.auth.credential_callers import AnonymousCallers
from server.gateway.key_ring import KeyRing, SigningKey
from server.gateway.server import GatewayServer
from server.gateway.services import Backends
from server.gateway.settings import GatewaySettings
from server.gen.google.longrunning import operations_pb2_grpc
from server.gen.shortlist.admin.v1 import (
    explanation_service_pb2_grpc,
    rule_service_pb2_grpc,
    serving_config_service_pb2_grpc,
)
from server.gen.shortlist.v1 import (
    catalog_service_pb2_grpc,
    event_service_pb2_grpc,
    recommendation_service_pb2_grpc,
    user_service_pb2_grpc,
)
from server.observability.metrics import Metrics
from server.observability.settings import TracingSettings
from server.observability.tracing import Tracing
from server.orchestrator.surfaces import Surfaces
from tests.integration.gateway.fake_operations import MemoryJobs, MemoryOperations
from tests.integration.gateway.fakes import (
    FakeExplainer,
    FakeRecommender,
    MemoryCatalog,
    MemoryEvents,
    MemoryProfiles,
    Merger,
)
from tests.surface_editing import Editing


class Clock(WallClock):
    """The machine's clock, moved by `shift_ms`."""

    shift_ms = 0

    def now_ms(self):
        return super().now_ms() + self.shift_ms


def backends(**over):
    """Fakes for everything, some replaced; anyone may call."""
    clock, metrics = over.get("clock") or Clock(), over.get("metrics") or Metrics()
    fields = {
        "recommender": FakeRecommender(),
        "explainer": FakeExplainer(),
        "surfaces": Editing(Surfaces()).editor,
        "catalog": MemoryCatalog(),
        "profiles": MemoryProfiles(),
        "events": MemoryEvents(),
        "merger": Merger(),
        "jobs": MemoryJobs(),
        "operations": MemoryOperations(),
        "keys": KeyRing([SigningKey("k1", b"s" * 32, 0)]),
        "callers": AnonymousCallers(),
        "audit": Audit(clock, metrics),
        "clock": clock,
        "metrics": metrics,
        "tracing": Tracing(TracingSettings()),
    }
    return Backends(**(fields | over))


class Edge:
    """One server, its fakes and stubs of all its services."""

    def __init__(self, server, fakes, channel):
        self.server = server
        self.fakes = fakes
        self.channel = channel
        self.recommendation = recommendation_service_pb2_grpc.RecommendationServiceStub(channel)
        self.event = event_service_pb2_grpc.EventServiceStub(channel)
        self.catalog = catalog_service_pb2_grpc.CatalogServiceStub(channel)
        self.user = user_service_pb2_grpc.UserServiceStub(channel)
        self.serving_config = serving_config_service_pb2_grpc.ServingConfigServiceStub(channel)
        self.rule = rule_service_pb2_grpc.RuleServiceStub(channel)
        self.explanation = explanation_service_pb2_grpc.ExplanationServiceStub(channel)
        self.operations = operations_pb2_grpc.OperationsStub(channel)


@pytest.fixture
async def serve():
    """Give tests `await serve(settings, **fakes)`: an Edge that is stopped after the test."""
    edges = []

    async def start(settings=None, **over):
        settings = settings or GatewaySettings(port=0, drain_s=2)
        fakes = backends(**over)
        server = GatewayServer(settings, fakes)
        port = await server.start()
        server.start_serving()
        channel = grpc.aio.insecure_channel(f"127.0.0.1:{port}")
        edges.append(Edge(server, fakes, channel))
        return edges[-1]

    yield start
    for edge in edges:
        await edge.channel.close()
        await edge.server.stop()


@pytest.fixture
async def edge(serve):
    """A server with the default settings."""
    return await serve()


class Refusal:
    """What a failed call says: the status and its details."""

    def __init__(self, error):
        self.code = error.code().name
        self.message = error.details()
        self.status = rpc_status.from_call(_Sync(error))
        self.details = {}
        for detail in self.status.details if self.status else ():
            for kind in (
                error_details_pb2.ErrorInfo,
                error_details_pb2.BadRequest,
                error_details_pb2.ResourceInfo,
                error_details_pb2.QuotaFailure,
                error_details_pb2.RetryInfo,
            ):
                if detail.Is(kind.DESCRIPTOR):
                    self.details[kind.DESCRIPTOR.name] = message = kind()
                    detail.Unpack(message)
        self.trailing = dict(error.trailing_metadata())

    @property
    def reason(self):
        return self.details["ErrorInfo"].reason

    @property
    def fields(self):
        return [each.field for each in self.details["BadRequest"].field_violations]


class _Sync:
    """An aio error in the shape that grpc_status reads."""

    def __init__(self, error):
        self.code = error.code
        self.details = error.details
        self.trailing_metadata = lambda: tuple(error.trailing_metadata())


async def refused(call):
    """Await a call that must fail and return what it says."""
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    return Refusal(caught.value)
