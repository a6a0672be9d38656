"""From a query to everything the pipeline knows of the request."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np

from server.catalog.ports import Catalog
from server.core.batch import Rows
from server.core.clock import Clock
from server.core.context import RequestContext
from server.core.event_type import EventType
from server.core.item_columns import AttributeValue, ItemColumns
from server.core.slate import DegradationKind
from server.core.subject import Subject
from server.core.surface import Surface
from server.core.user_state import HISTORY_LENGTH, NO_BEHAVIOUR, UserState
from server.features.ports import UserStates
from server.orchestrator.filter_masks import FilterMasks
from server.orchestrator.query import RecommendQuery
from server.orchestrator.serving_state import ModelParts
from server.orchestrator.trace import current_trace
from server.profiles.ports import ProfileStore

log = logging.getLogger(__name__)

CONTENT_HISTORY = 20
_DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextBuilder:
    """Reads what the request is about from the stores.

    `data_clock` is the stream's: the latest event time.
    """

    catalog: Catalog
    user_states: UserStates
    profiles: ProfileStore
    wall_clock: Clock
    data_clock: Clock
    masks: FilterMasks

    async def build(self, query: RecommendQuery, surface: Surface) -> RequestContext:
        """Return the context without vectors.

        Raises:
            InvalidFilterError, UnknownAttributeError.
            UnavailableError: the subject's behaviour cannot be read; without it hidden items
                could be shown.
        """
        items = self.catalog.columns()
        wall_ms, data_ms = self.wall_clock.now_ms(), self.data_clock.now_ms()
        allowed = await self.masks.mask(query.filter, items, self.catalog.schema())
        subject = None if surface.is_shared else self._owner(query.subject)
        user = NO_BEHAVIOUR if subject is None else await self.user_states.get(subject.key)
        seeds = items.known_rows(query.seed_item_ids)
        excluded = seeds
        if query.exclude_item_ids:
            excluded = np.concatenate([items.known_rows(query.exclude_item_ids), seeds])
        diversity = surface.diversity if query.diversity is None else query.diversity
        return RequestContext(
            request_id=query.request_id,
            session_id=query.session_id,
            subject=subject,
            surface=surface,
            limit=max(surface.feed_length, query.page_size),
            wall_ms=wall_ms,
            data_ms=data_ms,
            deadline_s=query.deadline_s,
            items=items,
            user=with_seeds(user, seeds, data_ms),
            attributes=_attributes(query, surface, wall_ms, data_ms),
            user_attributes=await self._profile(subject),
            seeds=seeds,
            excluded=np.unique(excluded) if len(excluded) else excluded,
            allowed=allowed,
            diversity=diversity,
            random_seed=seed_of(query.request_id),
        )

    async def encoded(self, context: RequestContext, parts: ModelParts) -> RequestContext:
        """Add the vectors; an encoder that fails leaves its source without a query."""
        user_vector, content_vector = context.user_vector, context.content_vector
        trace = current_trace()
        with trace.stage("encode"):
            if parts.user_encoder is not None and user_vector is None:
                try:
                    user_vector = await parts.user_encoder.encode(
                        None if context.subject is None else context.subject.key,
                        context.user,
                        context.user_attributes,
                    )
                except Exception as error:
                    log.warning("user encoder failed: %r", error)
                    trace.degraded(DegradationKind.SOURCE_LEFT_OUT, "two_tower")
            if parts.content_encoder is not None and content_vector is None:
                recent = context.user.recent_unique(CONTENT_HISTORY)
                content_vector = _content(context.items, recent, parts)
        return replace(context, user_vector=user_vector, content_vector=content_vector)

    def _owner(self, subject: Subject | None) -> Subject | None:
        """Return the user that a visitor was merged into, if it was."""
        if subject is None or not subject.is_visitor:
            return subject
        owner = self.profiles.owner_of(subject.id)
        return subject if owner is None else Subject(owner)

    async def _profile(self, subject: Subject | None) -> Mapping[str, AttributeValue]:
        if subject is None or subject.is_visitor:
            return {}
        try:
            profile = await self.profiles.get(subject.id)
        except Exception as error:
            log.warning("profile could not be read: %r", error)
            current_trace().degraded(DegradationKind.DEFAULT_FEATURES, "profile")
            return {}
        return {} if profile is None else profile.attributes


def with_seeds(user: UserState, seeds: Rows, now_ms: int) -> UserState:
    """Return the state as if the subject had just clicked the seeds, in their order.

    They are not noted as engaged: what a request says must not exclude items.
    """
    if len(seeds) == 0:
        return user
    count = len(seeds)
    kept = slice(-HISTORY_LENGTH, None)
    times = np.full(count, now_ms, np.int64)
    types = np.full(count, EventType.CLICK, np.uint8)
    return replace(
        user,
        history=np.concatenate([user.history, seeds])[kept],
        history_ms=np.concatenate([user.history_ms, times])[kept],
        history_types=np.concatenate([user.history_types, types])[kept],
        positive_count=user.positive_count + count,
    )


def seed_of(request_id: str) -> int:
    """Return a number that depends on the request id alone, on every machine."""
    return int.from_bytes(hashlib.blake2b(request_id.encode(), digest_size=8).digest())


def _content(
    items: ItemColumns, recent: Rows, parts: ModelParts
) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]] | None:
    if parts.content_encoder is None or len(recent) == 0:
        return None
    return parts.content_encoder.profile(items, recent[recent < items.size])


def _attributes(
    query: RecommendQuery, surface: Surface, wall_ms: int, data_ms: int
) -> dict[str, str]:
    # A quiet night must not stop the clock on the wall; a replay of old data must.
    now_ms = wall_ms if wall_ms - data_ms < _DAY_MS else data_ms
    now = datetime.fromtimestamp(now_ms / 1000, UTC)
    known = {"hour": str(now.hour), "weekday": str(now.weekday()), "surface": surface.name}
    return {**{name: value for name, value in query.attributes.items() if value}, **known}
