"""Features as the manifest writes them, made into typed specs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from server.core.feature_spec import (
    BordersEncoder,
    CrossFeature,
    EmbeddingFeature,
    Encoder,
    HashEncoder,
    ItemsEncoder,
    NumericFeature,
    Pooling,
    Transform,
    UsersEncoder,
    VocabularyEncoder,
)


def encoder(raw: Mapping[str, Any]) -> Encoder:
    """Return the typed encoder; the schema has checked `kind`."""
    match raw["kind"]:
        case "vocabulary":
            return VocabularyEncoder(tuple(raw["values"]))
        case "hash":
            return HashEncoder(raw["buckets"], raw["seed"])
        case "borders":
            return BordersEncoder(tuple(raw["borders"]))
        case "items":
            return ItemsEncoder()
        case _:
            return UsersEncoder()


def embedding_feature(raw: Mapping[str, Any]) -> EmbeddingFeature:
    return EmbeddingFeature(
        name=raw["name"],
        raw=raw["raw"],
        encoder=encoder(raw["encoder"]),
        pooling=Pooling(raw["pooling"]),
        table=raw["table"],
        dimension=raw["dimension"],
    )


def numeric_feature(raw: Mapping[str, Any]) -> NumericFeature:
    return NumericFeature(**{**raw, "transform": Transform(raw["transform"])})


def cross_feature(raw: Mapping[str, Any]) -> CrossFeature:
    borders = {side: tuple(raw[side]) for side in ("left_borders", "right_borders") if side in raw}
    return CrossFeature(**{**raw, **borders})
