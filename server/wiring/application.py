"""The whole server as one object graph: opened, served, drained and closed in order."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from server.gateway.adapters.embedded_operations import EmbeddedOperations
from server.gateway.key_ring import open_key_ring
from server.gateway.server import GatewayServer
from server.gateway.services import Backends
from server.observability.metrics import Metrics
from server.observability.metrics_endpoint import MetricsEndpoint
from server.observability.pipeline_observer import PipelineObserver
from server.observability.tracing import Tracing
from server.orchestrator.context_builder import ContextBuilder
from server.orchestrator.feed_sessions import FeedSessions
from server.orchestrator.filter_masks import FilterMasks
from server.orchestrator.recommender import PipelineRecommender
from server.orchestrator.request_explanation.explain import RequestExplainer
from server.orchestrator.side_effects import SideEffects
from server.orchestrator.slate_logging import LogSlate
from server.settings import Settings
from server.wiring.access import Access, open_access
from server.wiring.jobs import WiredJobs
from server.wiring.models import Models
from server.wiring.stores import LiveStores, open_live
from server.wiring.surfaces import WiredSurfaces, open_surfaces
from server.wiring.visitor_merger import StreamVisitorMerger

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """A server that listens; `port` and `metrics_port` are the ones it got.

    Attributes:
        is_closed: nobody can call yet, because there are no credentials.
    """

    gateway: GatewayServer
    stores: LiveStores
    models: Models
    port: int
    metrics_port: int | None
    is_closed: bool

    async def serve_until_signalled(self) -> None:
        """Answer requests; on SIGTERM or SIGINT drain, then return."""
        await self.gateway.serve_until_signalled()


@asynccontextmanager
async def open_application(settings: Settings) -> AsyncIterator[Application]:
    """Open everything and listen; on the way out everything is drained and saved.

    Raises:
        ServerError: something cannot be opened; the message names it and the remedy.
        OSError: the metrics port is in use.
    """
    async with AsyncExitStack() as stack:
        metrics = Metrics()
        tracing = Tracing(settings.observability.tracing)
        stack.callback(tracing.close)
        metrics_port = None
        if settings.observability.metrics.enabled:
            endpoint = MetricsEndpoint(settings.observability.metrics, metrics.registry)
            stack.callback(endpoint.close)
            metrics_port = endpoint.port
        stores = await stack.enter_async_context(open_live(settings, _log_replay))
        surfaces = await stack.enter_async_context(open_surfaces(settings, stores))
        models = surfaces.models(settings)
        stack.push_async_callback(models.close)
        await models.start()
        side_effects = SideEffects([LogSlate(stores.slates, models.states)])
        stack.push_async_callback(side_effects.close)
        _watch(stores, side_effects, metrics)
        access = await stack.enter_async_context(
            open_access(settings.gateway.auth, stores.paths.root, stores.truth.clock, metrics)
        )
        gateway = GatewayServer(
            settings.gateway,
            _backends(settings, surfaces, models, side_effects, access, metrics, tracing, stack),
        )
        port = await gateway.start()
        stack.push_async_callback(gateway.stop)
        yield Application(
            gateway=gateway,
            stores=stores,
            models=models,
            port=port,
            metrics_port=metrics_port,
            is_closed=access.is_closed,
        )


def _backends(
    settings: Settings,
    surfaces: WiredSurfaces,
    models: Models,
    side_effects: SideEffects,
    access: Access,
    metrics: Metrics,
    tracing: Tracing,
    stack: AsyncExitStack,
) -> Backends:
    stores = surfaces.stores
    clock = stores.truth.clock
    sessions = FeedSessions(stores.online, clock)
    contexts = ContextBuilder(
        catalog=stores.catalog,
        user_states=stores.states,
        profiles=stores.profiles,
        wall_clock=clock,
        data_clock=stores.data_clock,
        masks=FilterMasks(),
    )
    recommender = PipelineRecommender(
        states=models.states,
        contexts=contexts,
        sessions=sessions,
        popular=models.live.popular,
        side_effects=side_effects,
        observer=PipelineObserver(metrics, tracing),
    )
    operations = EmbeddedOperations(stores.paths.root / "operations.db")
    stack.push_async_callback(operations.close)
    tokens = settings.gateway.tokens
    keys = open_key_ring(
        stores.paths.root / tokens.key_file,
        now_ms=clock.now_ms(),
        rotation_days=tokens.rotation_days,
        retention_days=tokens.retention_days,
    )
    return Backends(
        recommender=recommender,
        explainer=RequestExplainer(
            states=models.states,
            contexts=contexts,
            sessions=sessions,
            popular=models.live.popular,
        ),
        surfaces=surfaces.editor(models),
        catalog=stores.catalog,
        profiles=stores.profiles,
        events=stores.ingest,
        merger=StreamVisitorMerger(stores.profiles, stores.stream),
        jobs=WiredJobs(stores, sessions, models.forget),
        operations=operations,
        keys=keys,
        callers=access.callers,
        audit=access.audit,
        clock=clock,
        metrics=metrics,
        tracing=tracing,
    )


def _watch(stores: LiveStores, side_effects: SideEffects, metrics: Metrics) -> None:
    metrics.watch_depth("user_states_unsaved", lambda: stores.states.changed_count)
    metrics.watch_depth("event_log_queue", lambda: stores.log.queue_depth)
    metrics.watch_depth("slate_log_queue", lambda: stores.slates.queue_depth)
    metrics.watch_depth("slate_log_dropped", lambda: stores.slates.dropped_count)
    stores.log.watch_commits(metrics.events_committed)
    metrics.watch_depth("side_effects_pending", lambda: side_effects.pending)
    metrics.watch_depth("side_effects_failed", lambda: side_effects.failures)


def _log_replay(count: int) -> None:
    log.info("replaying the event log", extra={"events": count})
