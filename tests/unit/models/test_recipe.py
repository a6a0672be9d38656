"""Recipes: every file parses, and the data's size chooses."""

from __future__ import annotations

import pytest

from torchrec_models.errors import RecipeError
from torchrec_models.recipe import choose_recipe, load_recipe, recipe_from_toml, recipe_names


@pytest.mark.parametrize("name", ["tiny", "quick", "small", "medium", "large"])
def test_every_recipe_parses(name: str):
    assert load_recipe(name).name == name
    assert name in recipe_names()


def test_the_large_recipe_is_the_full_size():
    ranker = load_recipe("large").ranker
    assert ranker.hidden == (1024, 512, 256, 128)
    assert ranker.cross_layers == 3


@pytest.mark.parametrize(
    ("events", "items", "name"),
    [
        (500, 10_000, "tiny"),
        (100_000, 300, "tiny"),
        (164_000, 10_000, "small"),
        (1_000_000, 200_000, "medium"),
        (30_000_000, 1_000_000, "large"),
    ],
)
def test_the_size_of_the_data_chooses(events: int, items: int, name: str):
    assert choose_recipe(positive_events=events, items=items) == name


def test_an_unknown_recipe_names_the_known_ones():
    with pytest.raises(RecipeError, match=r"'huge' does not exist; choose auto or .*small"):
        load_recipe("huge")


@pytest.mark.parametrize("text", ["label_share = 0.1", "label_share = ", "x = 1"])
def test_an_incomplete_recipe_is_refused(text: str):
    with pytest.raises(RecipeError, match="'mine' is not valid"):
        recipe_from_toml("mine", text)
