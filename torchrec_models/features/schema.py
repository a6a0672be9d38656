"""Chooses the features of a catalogue: which raw values are encoded how, from the data itself.

Shape legend: N entities.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from torchrec_models.data.columns import Attribute
from torchrec_models.data.snapshot import Items, Users
from torchrec_models.features.encoders import (
    Borders,
    EmbeddingFeature,
    EntityRows,
    HashBuckets,
    Pooling,
    Vocabulary,
    quantile_borders,
)

MIN_VALUE_COUNT = 2
MAX_VOCABULARY = 20_000
NUMBER_BUCKETS = 16
WORD_SEED = 17


@dataclass(frozen=True, slots=True)
class FeatureSizes:
    """Dimensions and bucket counts of one model's embedding features."""

    id_dimension: int
    attribute_dimension: int
    title_buckets: int


def item_features(items: Items, sizes: FeatureSizes) -> list[EmbeddingFeature]:
    """Return item.id, the attributes and the words of titles and texts, in this order."""
    features = [
        EmbeddingFeature(
            "item.id", "item.id", EntityRows("items", len(items.ids)), "single", sizes.id_dimension
        )
    ]
    for name, attribute in items.attributes.items():
        features += _attribute_features(f"item.{name}", attribute, sizes)
    if any(items.titles):
        features.append(_words("item.title.words", sizes))
    return features


def user_features(users: Users, sizes: FeatureSizes) -> list[EmbeddingFeature]:
    """Return user.id and the profile attributes, in this order."""
    features = [
        EmbeddingFeature(
            "user.id", "user.id", EntityRows("users", len(users.ids)), "single", sizes.id_dimension
        )
    ]
    for name, attribute in users.attributes.items():
        features += _attribute_features(f"user.{name}", attribute, sizes)
    return features


def vocabulary_of(values: list[tuple[str, ...]]) -> Vocabulary | None:
    """Return the values seen at least twice, most frequent first, ties by code point."""
    counts = Counter(value for row in values for value in row)
    common = [value for value, count in counts.items() if count >= MIN_VALUE_COUNT]
    common.sort(key=lambda value: (-counts[value], value))
    return Vocabulary(tuple(common[:MAX_VOCABULARY])) if common else None


def _attribute_features(
    raw: str, attribute: Attribute, sizes: FeatureSizes
) -> list[EmbeddingFeature]:
    if attribute.kind == "text":
        return [_words(f"{raw}.words", sizes)]
    if attribute.kind == "timestamp":
        return []
    if attribute.strings is None:
        assert attribute.number_N is not None
        borders = quantile_borders(attribute.number_N, NUMBER_BUCKETS - 1)
        if not borders:
            return []
        dimension = min(sizes.attribute_dimension, 8)
        return [EmbeddingFeature(raw, raw, Borders(borders), "single", dimension)]
    vocabulary = vocabulary_of(attribute.strings)
    if vocabulary is None:
        return []
    dimension = _dimension_for(vocabulary.size, sizes.attribute_dimension)
    pooling: Pooling = "mean" if attribute.kind == "strings" else "single"
    return [EmbeddingFeature(raw, raw, vocabulary, pooling, dimension)]


def _dimension_for(values: int, most: int) -> int:
    """A handful of values needs few dimensions; fbgemm wants multiples of four."""
    return min(most, 4 if values <= 8 else 8 if values <= 32 else most)


def _words(raw: str, sizes: FeatureSizes) -> EmbeddingFeature:
    encoder = HashBuckets(sizes.title_buckets, WORD_SEED)
    return EmbeddingFeature(raw, raw, encoder, "mean", sizes.attribute_dimension)
