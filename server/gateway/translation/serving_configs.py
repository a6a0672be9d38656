"""Surfaces, both ways."""

from __future__ import annotations

from google.protobuf.duration_pb2 import Duration

from server.core.errors import InvalidRequestError
from server.core.surface import Exploration, SeenPolicy, Surface
from server.gen.shortlist.admin.v1 import serving_config_pb2 as proto
from server.orchestrator.surface_changes.configured import ConfiguredSurface, Origin

PREFIX = "servingConfigs/"
# What an update does not change.
FIXED = frozenset({"name", "etag", "rule_count", "origin", "create_time", "update_time"})

_NANOS = 1_000_000_000
_HOUR_S = 3600
_DEFAULT = Surface(name="")
_SEEN = {
    SeenPolicy.KEEP: proto.SEEN_POLICY_KEEP,
    SeenPolicy.DISCOUNT: proto.SEEN_POLICY_DISCOUNT,
    SeenPolicy.EXCLUDE: proto.SEEN_POLICY_EXCLUDE,
}
_SEEN_POLICIES = {number: policy for policy, number in _SEEN.items()}
_ORIGINS = {
    Origin.BUILT_IN: proto.SERVING_CONFIG_ORIGIN_BUILT_IN,
    Origin.CHANGED: proto.SERVING_CONFIG_ORIGIN_CHANGED,
    Origin.CREATED: proto.SERVING_CONFIG_ORIGIN_CREATED,
}
_FIELDS = {
    "feed_ttl_s": "feed_ttl",
    "seen_half_life_h": "seen_half_life",
    "source_timeout_s": "source_timeout",
}


def surface_name(resource: str) -> str:
    """Return the surface in a resource name."""
    return resource.removeprefix(PREFIX)


def path_of(key: str) -> str:
    """Return the request's path of a surface's key."""
    field, _, rest = key.partition(".")
    if field == "sources" and rest:
        return f'serving_config.sources["{rest}"]'
    path = _FIELDS.get(field, field)
    return f"serving_config.{path}.{rest}" if rest else f"serving_config.{path}"


def surface_to_core(message: proto.ServingConfig) -> Surface:
    """Return a checked surface without rules; what is not set has its default.

    Raises:
        InvalidRequestError: a feed's life is not of whole seconds.
    """
    default = _DEFAULT
    if message.feed_ttl.nanos:
        raise InvalidRequestError.of("serving_config.feed_ttl", "choose whole seconds")
    half_life_h = _seconds(message.seen_half_life) / _HOUR_S
    return Surface(
        name=surface_name(message.name),
        sources={name: message.sources[name] for name in sorted(message.sources)},
        candidates=message.candidates or default.candidates,
        shortlist=message.shortlist or default.shortlist,
        feed_length=message.feed_length or default.feed_length,
        feed_ttl_s=message.feed_ttl.seconds or default.feed_ttl_s,
        diversity=message.diversity,
        diversity_attribute=message.diversity_attribute,
        seen=_SEEN_POLICIES.get(message.seen, default.seen),
        seen_limit=message.seen_limit or default.seen_limit,
        seen_half_life_h=half_life_h or default.seen_half_life_h,
        excludes_engaged=message.excludes_engaged,
        excludes_purchased=message.excludes_purchased,
        exploration=_exploration(message),
        objective={head: message.objective[head] for head in sorted(message.objective)},
        source_timeout_s=_seconds(message.source_timeout) or default.source_timeout_s,
        is_shared=message.shared,
        is_by_source=message.by_source,
    )


def surface_message(surface: Surface) -> proto.ServingConfig:
    """Return what can be written of a surface."""
    message = proto.ServingConfig(
        name=PREFIX + surface.name,
        sources=surface.sources,
        candidates=surface.candidates,
        shortlist=surface.shortlist,
        feed_length=surface.feed_length,
        feed_ttl=Duration(seconds=surface.feed_ttl_s),
        diversity=surface.diversity,
        diversity_attribute=surface.diversity_attribute,
        seen=_SEEN[surface.seen],
        seen_limit=surface.seen_limit,
        seen_half_life=_duration(surface.seen_half_life_h * _HOUR_S),
        excludes_engaged=surface.excludes_engaged,
        excludes_purchased=surface.excludes_purchased,
        objective=surface.objective,
        source_timeout=_duration(surface.source_timeout_s),
        shared=surface.is_shared,
        by_source=surface.is_by_source,
    )
    if surface.exploration != Exploration():
        message.exploration.positions.extend(surface.exploration.positions)
        message.exploration.rate = surface.exploration.rate
        message.exploration.pool_size = surface.exploration.pool_size
    return message


def serving_config_message(configured: ConfiguredSurface) -> proto.ServingConfig:
    """Return a surface as it is configured."""
    message = surface_message(configured.surface)
    message.rule_count = len(configured.rules)
    message.origin = _ORIGINS[configured.origin]
    message.etag = configured.etag
    if configured.create_ms is not None:
        message.create_time.FromMilliseconds(configured.create_ms)
    if configured.update_ms is not None:
        message.update_time.FromMilliseconds(configured.update_ms)
    return message


def _exploration(message: proto.ServingConfig) -> Exploration:
    given = message.exploration
    return Exploration(
        positions=tuple(given.positions),
        rate=given.rate,
        pool_size=given.pool_size or Exploration().pool_size,
    )


def _seconds(duration: Duration) -> float:
    return duration.seconds + duration.nanos / _NANOS


def _duration(seconds: float) -> Duration:
    duration = Duration()
    duration.FromNanoseconds(round(seconds * _NANOS))
    return duration
