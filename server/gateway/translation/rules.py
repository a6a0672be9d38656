"""Business rules, both ways."""

from __future__ import annotations

from google.protobuf.timestamp_pb2 import Timestamp

from server.core.surface import Rule, RuleKind
from server.gateway.translation.serving_configs import PREFIX
from server.gen.shortlist.admin.v1 import rule_pb2 as proto
from server.orchestrator.surface_changes.configured import ConfiguredRule

# What an update does not change.
FIXED = frozenset({"name", "etag", "state", "create_time", "update_time"})

_RULES = "/rules/"
_DEFAULT_WINDOW = 10
_FIELDS = {
    "position": "pin.position",
    "attribute": "cap.attribute",
    "limit": "cap.limit",
    "window": "cap.window",
    "factor": "boost.factor",
}


def rule_resource(surface: str, rule: str) -> str:
    """Return the resource name of a rule."""
    return f"{PREFIX}{surface}{_RULES}{rule}"


def rule_names(resource: str) -> tuple[str, str]:
    """Return the surface and the rule in a resource name."""
    surface, _, rule = resource.removeprefix(PREFIX).partition(_RULES)
    return surface, rule


def path_of(key: str) -> str:
    """Return the request's path of a rule's key."""
    return f"rule.{_FIELDS.get(key, key)}"


def rule_to_core(message: proto.Rule) -> Rule:
    """Return a checked rule."""
    kind = RuleKind(message.WhichOneof("action") or RuleKind.BLOCK)
    return Rule(
        name=rule_names(message.name)[1],
        kind=kind,
        filter=message.filter,
        item_ids=tuple(message.item_ids),
        attribute=message.cap.attribute,
        position=message.pin.position,
        limit=message.cap.limit,
        window=message.cap.window or _DEFAULT_WINDOW,
        factor=message.boost.factor if kind is RuleKind.BOOST else 1.0,
        start_ms=_ms(message.start_time) if message.HasField("start_time") else None,
        end_ms=_ms(message.end_time) if message.HasField("end_time") else None,
    )


def rule_to_message(surface: str, rule: Rule) -> proto.Rule:
    """Return what can be written of a rule."""
    message = proto.Rule(
        name=rule_resource(surface, rule.name), filter=rule.filter, item_ids=rule.item_ids
    )
    match rule.kind:
        case RuleKind.PIN:
            message.pin.CopyFrom(proto.Pin(position=rule.position))
        case RuleKind.CAP:
            cap = proto.Cap(attribute=rule.attribute, limit=rule.limit, window=rule.window)
            message.cap.CopyFrom(cap)
        case RuleKind.BOOST:
            message.boost.CopyFrom(proto.Boost(factor=rule.factor))
        case RuleKind.BLOCK:
            message.block.CopyFrom(proto.Block())
    # An action whose fields are all 0 is set nevertheless.
    getattr(message, rule.kind).SetInParent()
    if rule.start_ms is not None:
        message.start_time.FromMilliseconds(rule.start_ms)
    if rule.end_ms is not None:
        message.end_time.FromMilliseconds(rule.end_ms)
    return message


def rule_message(configured: ConfiguredRule, now_ms: int) -> proto.Rule:
    """Return a rule as it is configured."""
    rule = configured.rule
    message = rule_to_message(configured.surface, rule)
    message.state = _state(rule, now_ms)
    message.etag = configured.etag
    if configured.create_ms is not None:
        message.create_time.FromMilliseconds(configured.create_ms)
    if configured.update_ms is not None:
        message.update_time.FromMilliseconds(configured.update_ms)
    return message


def _state(rule: Rule, now_ms: int) -> proto.RuleState.ValueType:
    if rule.is_active(now_ms):
        return proto.RULE_STATE_ACTIVE
    if rule.start_ms is not None and now_ms < rule.start_ms:
        return proto.RULE_STATE_SCHEDULED
    return proto.RULE_STATE_ENDED


def _ms(time: Timestamp) -> int:
    return time.ToMilliseconds()
