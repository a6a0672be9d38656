"""Puts the servicers together: every service of the contract, over the ports it needs."""

from __future__ import annotations

from dataclasses import dataclass

import grpc

from server.catalog.ports import Catalog
from server.core.clock import Clock
from server.gateway.admission import Lane
from server.gateway.attribution import Attribution
from server.gateway.auth.audit import Audit
from server.gateway.auth.audited import audited
from server.gateway.auth.guard import Guard
from server.gateway.auth.ports import Callers
from server.gateway.auth.rate_limits import RateLimits
from server.gateway.auth.scope import Scope
from server.gateway.catalog_servicer import CatalogServicer
from server.gateway.constraints import Constraints
from server.gateway.edge import Edge
from server.gateway.event_servicer import EventServicer
from server.gateway.explanation_servicer import ExplanationServicer
from server.gateway.key_ring import KeyRing
from server.gateway.operation_kinds import operation_kinds
from server.gateway.operations import Operations
from server.gateway.operations_servicer import OperationsServicer
from server.gateway.ports import EventWriter, Jobs, OperationStore, VisitorMerger
from server.gateway.recommendation_servicer import RecommendationServicer
from server.gateway.request_reader import RequestReader
from server.gateway.routes import Route, routes_of
from server.gateway.rule_servicer import RuleServicer
from server.gateway.serving_config_servicer import ServingConfigServicer
from server.gateway.settings import GatewaySettings
from server.gateway.shared_replies import SharedReplies
from server.gateway.stream_rpc import StreamRpc
from server.gateway.tokens import Tokens
from server.gateway.translation.attributes import DeclaredAttributes
from server.gateway.unary_rpc import UnaryRpc
from server.gateway.user_servicer import UserServicer
from server.gen.google.longrunning import operations_pb2
from server.gen.shortlist.admin.v1 import (
    explanation_service_pb2,
    rule_service_pb2,
    serving_config_service_pb2,
)
from server.gen.shortlist.v1 import (
    catalog_service_pb2,
    event_service_pb2,
    recommendation_service_pb2,
    user_service_pb2,
)
from server.observability.metrics import Metrics
from server.observability.tracing import Tracing
from server.orchestrator.ports import RecommendationExplainer, Recommender
from server.orchestrator.shared_pages import SharedPages
from server.orchestrator.surface_changes.editor import SurfaceEditor
from server.orchestrator.turns import Turns
from server.profiles.ports import ProfileStore

_RECOMMENDATION = recommendation_service_pb2.DESCRIPTOR.services_by_name["RecommendationService"]
_EVENT = event_service_pb2.DESCRIPTOR.services_by_name["EventService"]
_CATALOG = catalog_service_pb2.DESCRIPTOR.services_by_name["CatalogService"]
_USER = user_service_pb2.DESCRIPTOR.services_by_name["UserService"]
_SERVING_CONFIG = serving_config_service_pb2.DESCRIPTOR.services_by_name["ServingConfigService"]
_RULE = rule_service_pb2.DESCRIPTOR.services_by_name["RuleService"]
_EXPLANATION = explanation_service_pb2.DESCRIPTOR.services_by_name["ExplanationService"]
_OPERATIONS = operations_pb2.DESCRIPTOR.services_by_name["Operations"]
SERVICE_NAMES = tuple(
    service.full_name
    for service in (
        *(_RECOMMENDATION, _EVENT, _CATALOG, _USER),
        *(_SERVING_CONFIG, _RULE, _EXPLANATION, _OPERATIONS),
    )
)
# Answered from the fallback slate, however little time is left.
_ALWAYS_ANSWERED = frozenset({"Recommend"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Backends:
    """What the edge hands requests to."""

    recommender: Recommender
    explainer: RecommendationExplainer
    surfaces: SurfaceEditor
    catalog: Catalog
    profiles: ProfileStore
    events: EventWriter
    merger: VisitorMerger
    jobs: Jobs
    operations: OperationStore
    keys: KeyRing
    callers: Callers
    audit: Audit
    clock: Clock
    metrics: Metrics
    tracing: Tracing


class Services(grpc.GenericRpcHandler):
    """All RPCs of the contract by path: one look-up, one wrapper."""

    def __init__(self, settings: GatewaySettings, backends: Backends) -> None:
        declared = DeclaredAttributes(backends.catalog)
        self.operations = Operations(
            backends.operations,
            operation_kinds(backends.jobs, backends.profiles, declared, backends.operations),
            backends.clock,
            concurrency=settings.concurrent_operations,
        )
        self.lanes = (
            Lane("serving", settings.admission.serving),
            Lane("storage", settings.admission.storage),
        )
        constraints, turns = Constraints(), Turns()
        reader = RequestReader(settings.max_request_bytes, turns)
        routes = [
            audited(route, backends.audit)
            for route in self._routes(settings, backends, declared, constraints, turns)
        ]
        for route in routes:
            constraints.prepare(route.request)
            reader.prepare(route.request)
        limits = RateLimits(settings.auth.rates)
        guard = Guard(backends.callers, limits, backends.audit, backends.metrics)
        clock, metrics, tracing = backends.clock, backends.metrics, backends.tracing
        edge = Edge(settings, reader, constraints, guard, clock, metrics, tracing)
        self._edge = edge
        self.call_count = 0
        self._streams = {route.path: StreamRpc(route, edge) for route in routes if route.is_stream}
        self._handlers = {route.path: self._handler(route, edge) for route in routes}
        for lane in self.lanes:
            _watch(lane, backends.metrics)

    def service(
        self, handler_call_details: grpc.HandlerCallDetails
    ) -> grpc.RpcMethodHandler[bytes, bytes] | None:
        """Return what answers an RPC; None lets gRPC look elsewhere."""
        self.call_count += 1
        return self._handlers.get(handler_call_details.method)

    def drain(self) -> None:
        """End the streams, once what they have sent is answered."""
        for stream in self._streams.values():
            stream.drain()

    def refuse(self) -> None:
        """Answer calls that begin from now on with UNAVAILABLE."""
        self._edge.is_refusing = True

    def _handler(self, route: Route, edge: Edge) -> grpc.RpcMethodHandler[bytes, bytes]:
        # Without a deserialiser the wrapper gets the bytes, and decides what is wrong with them.
        if route.is_stream:
            return grpc.stream_stream_rpc_method_handler(self._streams[route.path].serve)
        return grpc.stream_unary_rpc_method_handler(UnaryRpc(route, edge).serve)

    def _routes(
        self,
        settings: GatewaySettings,
        backends: Backends,
        declared: DeclaredAttributes,
        constraints: Constraints,
        turns: Turns,
    ) -> list[Route]:
        serving, storage = self.lanes
        tokens = Tokens(backends.keys, backends.clock)
        shared = settings.shared_replies
        recommender = SharedPages(
            backends.recommender,
            backends.catalog.columns,
            backends.clock,
            max_age_s=shared.max_age_s,
            capacity=shared.capacity,
            version=lambda: backends.surfaces.version,
        )
        recommendation = RecommendationServicer(
            recommender, backends.catalog, tokens, declared, SharedReplies(shared.max_age_s)
        )
        event = EventServicer(
            backends.events,
            self.operations,
            Attribution(tokens, backends.profiles, backends.metrics),
            constraints,
            backends.clock,
            turns,
            stream_window=settings.stream_window,
        )
        catalog = CatalogServicer(
            backends.catalog, self.operations, tokens, constraints, declared, turns
        )
        user = UserServicer(backends.profiles, backends.merger, self.operations, declared)
        serving_config = ServingConfigServicer(backends.surfaces, tokens, constraints)
        rule = RuleServicer(backends.surfaces, tokens, constraints, backends.clock)
        explanation = ExplanationServicer(backends.explainer, tokens)
        operations = OperationsServicer(self.operations, tokens)
        return [
            *routes_of(_RECOMMENDATION, recommendation, serving, short_deadlines=_ALWAYS_ANSWERED),
            *routes_of(_EVENT, event, storage),
            *routes_of(_CATALOG, catalog, storage),
            *routes_of(_USER, user, storage),
            *routes_of(_SERVING_CONFIG, serving_config, storage),
            *routes_of(_RULE, rule, storage),
            *routes_of(_EXPLANATION, explanation, serving),
            *routes_of(_OPERATIONS, operations, None, foreign_scope=Scope.PARTNER),
        ]


def _watch(lane: Lane, metrics: Metrics) -> None:
    metrics.watch_depth(f"{lane.name}_in_flight", lambda: lane.in_flight)
    metrics.watch_depth(f"{lane.name}_waiting", lambda: lane.queue_length)
    metrics.watch_depth(f"{lane.name}_limit", lambda: lane.limit)
