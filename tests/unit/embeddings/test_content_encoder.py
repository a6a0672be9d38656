"""Content vectors by token sums."""

import mmh3
import numpy as np
import pytest

from server.embeddings.hashed_content_encoder import HashedContentEncoder
from server.vector_index.adapters.exact_index import ExactIndex
from tests.small_model.world import MemoryCatalog, book

TABLE = np.random.default_rng(0).standard_normal((33, 6)).astype(np.float32)


def encoder(**over) -> HashedContentEncoder:
    chosen = {"seed": 4, "text_attributes": ["blurb"], "value_attributes": ["author", "genres"]}
    return HashedContentEncoder(TABLE, **(chosen | over))


def vector(*tokens: str) -> np.ndarray:
    total = sum(TABLE[1 + mmh3.hash(token, 4, signed=False) % 32] for token in tokens)
    return total / np.linalg.norm(total)


def test_words_and_values_are_summed_once_each():
    items = MemoryCatalog().columns()
    tokens = ["the", "garden", "of", "borges", "1", "a", "tale", "rivers", "author=Borges"]
    found = encoder().encode(items, np.array([1]))[0]
    assert found == pytest.approx(vector(*tokens, "genres=fable", "genres=essay"), abs=1e-6)


def test_a_list_of_texts_that_names_the_title_does_not_count_it_twice():
    items = MemoryCatalog().columns()
    plain = encoder(text_attributes=[]).encode(items, np.array([1]))
    assert np.array_equal(encoder(text_attributes=["title"]).encode(items, np.array([1])), plain)


def test_nothing_to_say_is_a_zero_vector():
    catalog = MemoryCatalog()
    catalog.rename("book-3", "")
    found = encoder().encode(catalog.columns(), np.array([3]))
    assert found.tolist() == [[0] * 6]


def test_attributes_that_the_catalogue_does_not_have_are_left_out():
    items = MemoryCatalog().columns()
    found = encoder(text_attributes=["plot"], value_attributes=["shelf"])
    expected = vector("the", "garden", "of", "borges", "1")
    assert found.encode(items, np.array([1]))[0] == pytest.approx(expected, abs=1e-6)


def test_a_profile_is_the_normalised_mean():
    items, rows = MemoryCatalog().columns(), np.array([1, 2])
    vectors = encoder().encode(items, rows)
    expected = vectors.sum(axis=0) / np.linalg.norm(vectors.sum(axis=0))
    assert encoder().profile(items, rows) == pytest.approx(expected, abs=1e-6)


def test_a_profile_takes_vectors_that_are_known_already():
    index = ExactIndex(6)
    index.upsert(np.array([1]), np.array([[0, 3, 4, 0, 0, 0]], np.float32))
    found = encoder(known=index).profile(MemoryCatalog().columns(), np.array([1, 2]))
    assert found == pytest.approx([0, 0.6, 0.8, 0, 0, 0], abs=1e-6)


def test_a_profile_of_nothing_is_none():
    catalog = MemoryCatalog(items=[book(1)])
    assert encoder().profile(catalog.columns(), np.empty(0, np.int64)) is None
    assert encoder(known=ExactIndex(6)).profile(catalog.columns(), np.array([0])) is None
