"""Recomputes a version's golden vectors with the server's own code, before it may serve."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from server.core.errors import ArtifactError
from server.core.item_columns import AttributeValue
from server.embeddings.golden_scopes import GoldenModelItems, GoldenScope, golden_columns
from server.embeddings.ports import ContentEncoder, ItemEncoder
from server.features.candidate_scope import RowToModelItem
from server.features.ranker_features import RankerFeatures
from server.model_registry.golden import Golden


class EmbedsUser(Protocol):
    """The user encoder below the catalogue: distinct model items, the latest first."""

    def embed(
        self,
        subject_key: str | None,
        model_items: NDArray[np.int32],
        user_attributes: Mapping[str, AttributeValue],
    ) -> NDArray[np.float32]: ...


class Scores(Protocol):
    """The ranker's graph."""

    def __call__(self, **inputs: NDArray[np.float32]) -> NDArray[np.float32]: ...


class GoldenCheck:
    """The parts of a version under check."""

    def __init__(
        self,
        golden: Golden,
        *,
        user_encoder: EmbedsUser,
        item_encoder: Callable[[RowToModelItem], ItemEncoder],
        content_encoder: ContentEncoder,
        features: RankerFeatures,
        ranker: Scores,
        item_ids: Sequence[str],
        user_ids: Sequence[str],
    ) -> None:
        self._golden = golden
        self._user_encoder = user_encoder
        self._item_encoder = item_encoder
        self._content_encoder = content_encoder
        self._features = features
        self._ranker = ranker
        # A million ids need not become a dictionary for the few that the golden vectors name.
        self._item_rows = _positions(item_ids, self._named("item.id"))
        self._user_rows = _positions(user_ids, self._named("user.id"))

    def run(self) -> None:
        """Check everything.

        Raises:
            ArtifactError: something differs; the message says what.
        """
        try:
            self._check_users()
            self._check_items()
            self._check_rankings()
        except (RuntimeError, ValueError, IndexError, KeyError) as error:
            raise ArtifactError(
                f"{self._golden.source}: cannot be recomputed ({str(error)[:200]}); export again"
            ) from error

    def _check_users(self) -> None:
        for number, user in enumerate(self._golden.users):
            latest_first = dict.fromkeys(reversed(user.history))
            known = [self._item_rows[each] for each in latest_first if each in self._item_rows]
            attributes = {
                name: tuple(value) if isinstance(value, list) else value
                for name, value in user.attributes.items()
                if value is not None
            }
            got = self._user_encoder.embed(user.user_id, np.array(known, np.int32), attributes)
            self._golden.compare(f"users[{number}].embedding", user.embedding, got)

    def _check_items(self) -> None:
        cases = self._golden.items
        if not cases:
            return
        items, rows = golden_columns(cases), np.arange(len(cases))
        encoder = self._item_encoder(GoldenModelItems(cases, self._item_rows))
        embeddings = encoder.encode(items, rows)
        contents = self._content_encoder.encode(items, rows)
        for row, case in enumerate(cases):
            self._golden.compare(f"items[{row}].embedding", case.embedding, embeddings[row])
            self._golden.compare(f"items[{row}].content", case.content, contents[row])

    def _check_rankings(self) -> None:
        rows = {"item.id": self._item_rows, "user.id": self._user_rows}
        for number, case in enumerate(self._golden.rankings):
            scope = GoldenScope(case.raw, rows)
            static = self._features.static_columns(scope)
            features = self._features.features(scope, scope, static)
            wide = self._features.wide(scope, scope)
            self._golden.compare(f"ranker[{number}].features", case.features, features)
            self._golden.compare(f"ranker[{number}].wide", case.wide, wide)
            got = self._ranker(features=features, wide=wide)
            self._golden.compare(f"ranker[{number}].probabilities", case.probabilities, got)

    def _named(self, raw: str) -> set[str]:
        """Return the ids that the golden vectors name."""
        named = {each for case in self._golden.rankings for each in case.raw.get(raw, ())}
        if raw == "item.id":
            named.update(each for user in self._golden.users for each in user.history)
            named.update(item.item_id for item in self._golden.items)
        return named


def _positions(ids: Sequence[str], wanted: set[str]) -> dict[str, int]:
    return {each: at for at, each in enumerate(ids) if each in wanted}
