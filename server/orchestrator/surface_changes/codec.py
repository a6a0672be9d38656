"""Surfaces and rules as JSON: how they are stored, and what their etags are made of.

Keys that are missing have their defaults and keys that are not known are left out, so that an older
and a newer server can read each other's files.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any, TypeAlias

from server.core.surface import Exploration, Rule, RuleKind, SeenPolicy, Surface

# Decoded JSON.
Fields: TypeAlias = Mapping[str, Any]


def encode_surface(surface: Surface) -> str:
    """Return a surface without its rules."""
    values = asdict(surface)
    del values["rules"]
    return json.dumps(values)


def decode_surface(text: str) -> Surface:
    values = _known(Surface, json.loads(text))
    if "seen" in values:
        values["seen"] = SeenPolicy(values["seen"])
    if "exploration" in values:
        exploration = _known(Exploration, values["exploration"])
        exploration["positions"] = tuple(exploration.get("positions", ()))
        values["exploration"] = Exploration(**exploration)
    values.pop("rules", None)
    return Surface(**values)


def encode_rule(rule: Rule) -> str:
    return json.dumps(asdict(rule))


def decode_rule(text: str) -> Rule:
    values = _known(Rule, json.loads(text))
    values["kind"] = RuleKind(values["kind"])
    values["item_ids"] = tuple(values.get("item_ids", ()))
    return Rule(**values)


def surface_etag(surface: Surface) -> str:
    """Return what identifies a surface's values, without its rules."""
    return _etag(encode_surface(surface))


def rule_etag(rule: Rule) -> str:
    """Return what identifies a rule's values."""
    return _etag(encode_rule(rule))


def _etag(text: str) -> str:
    # The order in which maps were written says nothing.
    canonical = json.dumps(json.loads(text), sort_keys=True)
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]


def _known(kind: type[Surface | Rule | Exploration], values: Fields) -> dict[str, Any]:
    names = {each.name for each in fields(kind)}
    return {name: value for name, value in values.items() if name in names}
