"""Content vectors are linear in their tokens, so a new item needs only the table."""

from __future__ import annotations

import numpy as np

from torchrec_models.data.columns import Attribute
from torchrec_models.data.snapshot import Items
from torchrec_models.recipe import ContentRecipe
from torchrec_models.retrieval.content import content_tokens, content_vector, fit_content

TITLES = ["Blue night", "Blue night song", "Iron dark", "Iron dark song", ""]


def fitted():
    genres = Attribute("strings", [("jazz",), ("jazz",), ("metal",), ("metal", "jazz"), ()], None)
    items = Items([f"i{i}" for i in range(5)], TITLES, np.full(5, np.nan), {"genres": genres})
    return fit_content(items, ContentRecipe(dimension=3, buckets=64), seed=0)


def test_tokens_are_words_and_named_values():
    tokens = content_tokens("Blue, blue Night", ["by night"], {"genres": ("jazz", "soul")})
    assert list(tokens) == ["blue", "night", "by", "genres=jazz", "genres=soul"]


def test_a_new_item_with_the_same_tokens_has_the_same_vector():
    content = fitted()
    tokens = content_tokens(TITLES[1], [], {"genres": ("jazz",)})
    np.testing.assert_allclose(
        content_vector(content.table_BD, tokens, content.buckets), content.vector_MD[1], atol=1e-5
    )


def test_items_of_one_kind_are_close_and_an_empty_one_has_no_direction():
    vectors = fitted().vector_MD
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.3
    assert vectors[4].tolist() == [0.0, 0.0, 0.0]
    np.testing.assert_allclose(np.linalg.norm(vectors[:4], axis=1), 1.0, atol=1e-5)
