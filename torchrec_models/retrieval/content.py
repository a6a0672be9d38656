"""Content vectors: words and attribute values, hashed, weighted and projected to a few dimensions.

Shape legend: M items, B token buckets, D content dimension.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
import torch

from torchrec_models.data.snapshot import Items
from torchrec_models.features.tokens import hash_ids, unique_words, value_token
from torchrec_models.recipe import ContentRecipe

SEED = 29
_ITERATIONS = 2
_OVERSAMPLING = 16


@dataclass(frozen=True, slots=True)
class Content:
    """A vector is the normalised sum of the table rows of an item's distinct tokens.

    Shapes: vector_MD unit rows (zero without tokens), table_BD with row 0 unused.
    """

    vector_MD: npt.NDArray[np.float32]
    table_BD: npt.NDArray[np.float32]
    buckets: int
    text_attributes: list[str]
    value_attributes: list[str]


def content_tokens(
    title: str, texts: list[str], values: dict[str, tuple[str, ...]]
) -> dict[str, None]:
    """Return the distinct tokens of an item: words of title and texts, then attribute values."""
    words = [word for text in [title, *texts] for word in unique_words(text)]
    named = [value_token(name, value) for name, row in values.items() for value in row]
    return dict.fromkeys(words + named)


def fit_content(items: Items, recipe: ContentRecipe, *, seed: int) -> Content:
    """Fit table rows idf(token) * V(token), V from a truncated SVD of the TF-IDF matrix.

    The projection is linear in the tokens, so that a new item's vector is a table sum too.
    """
    texts = [name for name, a in items.attributes.items() if a.kind == "text"]
    values = [name for name, a in items.attributes.items() if a.kind in ("string", "strings")]
    matrix_MB = _token_matrix(items, texts, values, recipe.buckets)
    present_B = np.asarray((matrix_MB > 0).sum(axis=0)).ravel()
    idf_B = np.log((1.0 + matrix_MB.shape[0]) / (1.0 + present_B)) * (present_B > 0)
    weighted_MB = (matrix_MB @ sp.diags(idf_B)).tocsr()
    dimension = min(recipe.dimension, matrix_MB.shape[0], recipe.buckets)
    projection_BD = _right_singular_vectors(_normalised_rows(weighted_MB), dimension, seed)
    table_BD = np.zeros((recipe.buckets + 1, dimension), dtype=np.float32)
    table_BD[1:] = idf_B[:, None] * projection_BD
    return Content(
        vector_MD=_unit(np.asarray(matrix_MB @ table_BD[1:], dtype=np.float32)),
        table_BD=table_BD,
        buckets=recipe.buckets,
        text_attributes=texts,
        value_attributes=values,
    )


def content_vector(
    content_table_BD: npt.NDArray[np.float32], tokens: dict[str, None], buckets: int
) -> npt.NDArray[np.float32]:
    """Return the vector (D,) of one item, known or new; zero without tokens."""
    ids = hash_ids(tokens, seed=SEED, buckets=buckets)
    total_D = content_table_BD[np.array(ids, dtype=np.int64)].sum(axis=0)
    vector_D: npt.NDArray[np.float32] = _unit(total_D[None, :])[0]
    return vector_D


def _token_matrix(items: Items, texts: list[str], values: list[str], buckets: int) -> sp.csr_matrix:
    rows, columns = [], []
    id_of: dict[str, int] = {}
    text_columns = [items.attributes[name].strings or [] for name in texts]
    value_columns = {name: items.attributes[name].strings or [] for name in values}
    for row, title in enumerate(items.titles):
        tokens = content_tokens(
            title,
            [column[row][0] for column in text_columns if column[row]],
            {name: column[row] for name, column in value_columns.items()},
        )
        for token in tokens:
            if token not in id_of:
                id_of[token] = hash_ids([token], seed=SEED, buckets=buckets)[0]
            rows.append(row)
            columns.append(id_of[token] - 1)
    counts = np.ones(len(rows), dtype=np.float32)
    return sp.csr_matrix((counts, (rows, columns)), shape=(len(items.ids), buckets))


def _normalised_rows(matrix: sp.csr_matrix) -> sp.csr_matrix:
    norms = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    scaled: sp.csr_matrix = (sp.diags(1.0 / np.maximum(norms, 1e-12)) @ matrix).tocsr()
    return scaled


def _right_singular_vectors(
    matrix_MB: sp.csr_matrix, dimension: int, seed: int
) -> npt.NDArray[np.float32]:
    """Return V (B, D) of a truncated SVD by randomised subspace iteration.

    Source: Halko, Martinsson, Tropp, "Finding Structure with Randomness", 2011, algorithm 4.4.
    """
    generator = np.random.default_rng(seed)
    width = min(dimension + _OVERSAMPLING, *matrix_MB.shape)
    basis_MW = matrix_MB @ generator.standard_normal((matrix_MB.shape[1], width))
    for _ in range(_ITERATIONS):
        basis_MW = np.linalg.qr(matrix_MB @ np.linalg.qr(matrix_MB.T @ basis_MW)[0])[0]
    small = torch.from_numpy(np.ascontiguousarray((matrix_MB.T @ basis_MW).T))
    right = torch.linalg.svd(small, full_matrices=False).Vh[:dimension].numpy().T
    padded = np.zeros((matrix_MB.shape[1], dimension), dtype=np.float32)
    padded[:, : right.shape[1]] = right
    return padded


def _unit(rows: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    norms = np.linalg.norm(rows, axis=-1, keepdims=True)
    return np.where(norms > 1e-12, rows / np.maximum(norms, 1e-12), 0.0).astype(np.float32)
