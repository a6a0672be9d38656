"""Which user of a model a subject is."""

from __future__ import annotations

from collections.abc import Sequence


class ModelUsers:
    """Row numbers by subject key, 1-based; 0 is the unknown user."""

    def __init__(self, user_ids: Sequence[str]) -> None:
        self._ids = {user_id: row + 1 for row, user_id in enumerate(user_ids)}

    def id_of(self, subject_key: str | None) -> int:
        return 0 if subject_key is None else self._ids.get(subject_key, 0)

    def forget(self, subject_key: str) -> bool:
        """Make an erased subject unknown; return whether the model knew it."""
        return self._ids.pop(subject_key, None) is not None
