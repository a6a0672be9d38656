"""Encodes the features of all items or all users once; rows then only gather."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from torchrec_models.data.columns import Attribute
from torchrec_models.data.snapshot import Items, Users
from torchrec_models.features.bags import Bags, singles
from torchrec_models.features.encoders import (
    Borders,
    EmbeddingFeature,
    EntityRows,
    encode_numbers,
    encode_strings,
)
from torchrec_models.features.tokens import unique_words


def encode_items(items: Items, features: Sequence[EmbeddingFeature]) -> dict[str, Bags]:
    """Return the bags of every item by feature name; item.id is the model row + 1."""
    return {feature.name: _encode(feature, "item.", items) for feature in features}


def encode_users(users: Users, features: Sequence[EmbeddingFeature]) -> dict[str, Bags]:
    """Return the bags of every user by feature name; user.id is the model row + 1."""
    return {feature.name: _encode(feature, "user.", users) for feature in features}


def _encode(feature: EmbeddingFeature, prefix: str, entities: Items | Users) -> Bags:
    if isinstance(feature.encoder, EntityRows):
        return singles(np.arange(1, len(entities.ids) + 1))
    attribute = attribute_of(feature.raw.removeprefix(prefix), entities)
    if isinstance(feature.encoder, Borders):
        assert attribute.number_N is not None
        return encode_numbers(feature.encoder, attribute.number_N)
    assert attribute.strings is not None
    return encode_strings(feature.encoder, attribute.strings, feature.pooling)


def attribute_of(name: str, entities: Items | Users) -> Attribute:
    """Return an attribute by raw name, with `.words` of the title or a text split up."""
    if not name.endswith(".words"):
        return entities.attributes[name]
    source = name.removesuffix(".words")
    if source == "title" and isinstance(entities, Items):
        return Attribute("strings", [unique_words(title) for title in entities.titles], None)
    texts = entities.attributes[source].strings
    assert texts is not None
    return Attribute("strings", [unique_words(row[0]) if row else () for row in texts], None)
