"""Chooses the ranker's features from the data: embeddings, numbers and at least three crosses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from torchrec_models.data.columns import Attribute, Categories
from torchrec_models.data.snapshot import Snapshot
from torchrec_models.features.crosses import Cross
from torchrec_models.features.encoders import EmbeddingFeature, Vocabulary, quantile_borders
from torchrec_models.features.numeric import NumericFeature, Transform, fit_numeric
from torchrec_models.features.schema import FeatureSizes, item_features, user_features
from torchrec_models.recipe import RankerRecipe

CROSS_SEED = 41
MIN_CROSSES = 3
MAX_CROSSES = 8
_MAX_SIDE_ATTRIBUTES = 3
_IDENTITY = (
    "candidate.two_tower",
    "candidate.co_engaged",
    "candidate.content",
    "candidate.affinity.",
    "item.rate.",
    "user.rate.",
)
FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class RankerPlan:
    """The ranker's inputs in their order."""

    heads: list[str]
    embeddings: list[EmbeddingFeature]
    numeric: list[NumericFeature]
    crosses: list[Cross]


def plan_ranker(
    snapshot: Snapshot,
    heads: list[str],
    numbers: dict[str, FloatArray],
    recipe: RankerRecipe,
    *,
    has_impressions: bool,
) -> RankerPlan:
    """Choose features; `numbers` are the raw columns of the training rows."""
    sizes = FeatureSizes(recipe.id_dimension, recipe.attribute_dimension, recipe.title_buckets)
    embeddings = [*user_features(snapshot.users, sizes), *item_features(snapshot.items, sizes)]
    # Without impressions an id would only tell which users and items the labels came from.
    if not (recipe.use_ids and has_impressions):
        embeddings = [f for f in embeddings if f.raw not in ("user.id", "item.id")]
    if has_impressions:
        embeddings += _context_features(snapshot.events.context)
    return RankerPlan(
        heads=heads,
        embeddings=embeddings,
        numeric=_numeric_features(numbers, one_type=len(snapshot.events.types) == 1),
        crosses=_crosses(snapshot, numbers, recipe, has_impressions=has_impressions),
    )


def transform_of(raw: str) -> Transform:
    """Return identity for scores, shares and rates; log1p for counts and ages."""
    return "identity" if raw.startswith(_IDENTITY) else "log1p"


def _numeric_features(numbers: dict[str, FloatArray], *, one_type: bool) -> list[NumericFeature]:
    fitted = []
    for raw, values in numbers.items():
        if one_type and raw.startswith(("item.count.", "user.count.")):
            continue
        if (feature := fit_numeric(raw, values, transform_of(raw))) is not None:
            fitted.append(feature)
    return fitted


def _context_features(context: dict[str, Categories]) -> list[EmbeddingFeature]:
    features = []
    for name, column in context.items():
        counts = np.bincount(column.code_E[column.code_E >= 0], minlength=len(column.values))
        values = tuple(v for v, count in zip(column.values, counts, strict=True) if count >= 2)
        if len(values) > 1:
            raw = f"context.{name}"
            features.append(EmbeddingFeature(raw, raw, Vocabulary(values), "single", 8))
    for name, size in (("hour", 24), ("weekday", 7)):
        vocabulary = Vocabulary(tuple(str(value) for value in range(size)))
        raw = f"context.{name}"
        features.append(EmbeddingFeature(raw, raw, vocabulary, "single", 4))
    return features


@dataclass(frozen=True, slots=True)
class _Side:
    raw: str
    borders: tuple[float, ...] | None = None


def _crosses(
    snapshot: Snapshot,
    numbers: dict[str, FloatArray],
    recipe: RankerRecipe,
    *,
    has_impressions: bool,
) -> list[Cross]:
    """Pair the favourite values and profile of a user with what an item is."""
    item_sides = _attribute_sides("item", snapshot.items.attributes)
    user_sides = _attribute_sides("user", snapshot.users.attributes)
    tops = [
        _Side(f"user.top.{side.raw.removeprefix('item.')}")
        for side in item_sides
        if side.borders is None
    ]
    context = [_Side(f"context.{name}") for name in snapshot.events.context if has_impressions]
    pairs = [(top, _Side(f"item.{top.raw.removeprefix('user.top.')}")) for top in tops]
    pairs += [(left, right) for left in context for right in item_sides[:2]]
    pairs += [(left, right) for left in user_sides for right in item_sides[:2]]
    pairs += [(left, _Side("item.id")) for left in user_sides[:1]]
    pairs += [(left, right) for left in tops for right in item_sides if right.borders is None]
    length = _number_side("user.history_length", numbers)
    pairs += [(length, _number_side("item.popularity", numbers)), (length, _Side("item.id"))]
    pairs += [(length, right) for right in item_sides]
    pairs += [(length, _number_side("item.recent_popularity", numbers))]
    chosen = list(dict.fromkeys(pairs))[:MAX_CROSSES]
    return [
        Cross(
            name=f"{left.raw} x {right.raw}",
            left=left.raw,
            right=right.raw,
            buckets=recipe.cross_buckets,
            seed=CROSS_SEED,
            left_borders=left.borders,
            right_borders=right.borders,
        )
        for left, right in chosen
    ]


def _attribute_sides(prefix: str, attributes: dict[str, Attribute]) -> list[_Side]:
    sides = []
    for name, attribute in attributes.items():
        if attribute.kind in ("string", "strings") and any(attribute.strings or ()):
            sides.append(_Side(f"{prefix}.{name}"))
        elif attribute.kind == "number" and attribute.number_N is not None:
            borders = quantile_borders(attribute.number_N, 7)
            if borders:
                sides.append(_Side(f"{prefix}.{name}", borders))
    return sides[:_MAX_SIDE_ATTRIBUTES] + [
        side for side in sides[_MAX_SIDE_ATTRIBUTES:] if side.borders is not None
    ]


def _number_side(raw: str, numbers: dict[str, FloatArray]) -> _Side:
    return _Side(raw, quantile_borders(numbers[raw], 7) or (1.0,))
