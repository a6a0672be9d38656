"""Recipes: every size of the models, chosen by the size of the data or by name."""

from __future__ import annotations

import dataclasses
import tomllib
from dataclasses import dataclass
from importlib import resources
from typing import Any, Literal, TypeVar

from torchrec_models.errors import RecipeError

Part = TypeVar("Part")


@dataclass(frozen=True, slots=True)
class TwoTowerRecipe:
    """Sizes and schedule of the two-tower model."""

    dimension: int
    hidden: tuple[int, ...]
    id_dimension: int
    attribute_dimension: int
    title_buckets: int
    history_length: int
    softmax: Literal["full", "sampled"]
    temperature: float
    batch_size: int
    uniform_negatives: int
    learning_rate: float
    weight_decay: float
    id_dropout: float
    history_dropout: float
    max_epochs: int
    patience: int
    max_seconds: float


@dataclass(frozen=True, slots=True)
class CoEngagementRecipe:
    """The closed-form or graph item-to-item model; "auto" takes EASE up to `ease_max_items`."""

    method: Literal["auto", "ease", "rp3beta"]
    ease_max_items: int
    ease_lambda: float
    neighbors: int
    history_length: int


@dataclass(frozen=True, slots=True)
class ContentRecipe:
    """Sizes of the content vectors."""

    dimension: int
    buckets: int


@dataclass(frozen=True, slots=True)
class RankerRecipe:
    """Sizes and schedule of the ranker."""

    hidden: tuple[int, ...]
    cross_layers: int
    id_dimension: int
    attribute_dimension: int
    cross_buckets: int
    title_buckets: int
    use_ids: bool
    dropout: float
    unknown_dropout: float
    batch_size: int
    learning_rate: float
    weight_decay: float
    max_epochs: int
    patience: int
    max_seconds: float


@dataclass(frozen=True, slots=True)
class CandidatesRecipe:
    """How many candidates each source gives when the server's retrieval is emulated."""

    two_tower: int
    co_engaged: int
    content: int
    popular: int
    pre_ranked: int
    negatives: int


@dataclass(frozen=True, slots=True)
class Recipe:
    """A complete recipe."""

    name: str
    label_share: float
    stacking_users: int
    two_tower: TwoTowerRecipe
    co_engagement: CoEngagementRecipe
    content: ContentRecipe
    ranker: RankerRecipe
    candidates: CandidatesRecipe

    def to_json(self) -> dict[str, Any]:
        """Return the recipe as the manifest records it."""
        return dataclasses.asdict(self)


def recipe_names() -> list[str]:
    """Return the names of the recipes that come with the package."""
    folder = resources.files("torchrec_models") / "recipes"
    return sorted(p.name.removesuffix(".toml") for p in folder.iterdir() if p.name.endswith("toml"))


def load_recipe(name: str) -> Recipe:
    """Read a recipe by name.

    Raises:
        RecipeError: There is none of that name, or a key is missing or unknown.
    """
    if name not in recipe_names():
        raise RecipeError(f"recipe {name!r} does not exist; choose auto or {recipe_names()}")
    text = (resources.files("torchrec_models") / "recipes" / f"{name}.toml").read_text("utf-8")
    return recipe_from_toml(name, text)


def recipe_from_toml(name: str, text: str) -> Recipe:
    """Parse the text of a recipe.

    Raises:
        RecipeError: It is not TOML, or a key is missing or unknown.
    """
    try:
        data = tomllib.loads(text)
        return Recipe(
            name=name,
            label_share=float(data["label_share"]),
            stacking_users=int(data["stacking_users"]),
            two_tower=_part(TwoTowerRecipe, data["two_tower"]),
            co_engagement=_part(CoEngagementRecipe, data["co_engagement"]),
            content=_part(ContentRecipe, data["content"]),
            ranker=_part(RankerRecipe, data["ranker"]),
            candidates=_part(CandidatesRecipe, data["candidates"]),
        )
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise RecipeError(
            f"recipe {name!r} is not valid ({error}); compare recipes/*.toml"
        ) from error


def _part(kind: type[Part], values: dict[str, Any]) -> Part:
    return kind(**{k: tuple(v) if isinstance(v, list) else v for k, v in values.items()})


def choose_recipe(*, positive_events: int, items: int) -> str:
    """Return the name of the recipe for data of this size."""
    if positive_events < 20_000 or items < 500:
        return "tiny"
    if positive_events < 2_000_000 and items <= 50_000:
        return "small"
    if positive_events < 20_000_000:
        return "medium"
    return "large"
