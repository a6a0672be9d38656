"""Raw values that a whole request shares: `user.*` and `context.*`, as one row."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from server.core.context import RequestContext
from server.core.item_columns import AttributeValue
from server.features.counters import user_counter
from server.features.model_users import ModelUsers
from server.features.raw_values import RawTexts, missing_numbers, missing_strings, one_text
from server.features.recent_items import RecentItems

_TOP = "top."


class SubjectScope:
    """What is known without a request: `user.id` and the profile's attributes."""

    count = 1

    def __init__(
        self,
        subject_key: str | None,
        attributes: Mapping[str, AttributeValue],
        users: ModelUsers,
    ) -> None:
        self._subject_key = subject_key
        self._attributes = attributes
        self._users = users

    def numbers(self, name: str) -> NDArray[np.float64]:
        value = self._attributes.get(name.removeprefix("user."))
        return np.array([value]) if isinstance(value, float | int) else missing_numbers(1)

    def texts(self, name: str) -> RawTexts:
        if name == "user.id":
            return one_text(self._subject_key)
        value = self._attributes.get(name.removeprefix("user."))
        return missing_strings(1) if isinstance(value, float | int) else one_text(value)

    def model_ids(self, name: str) -> NDArray[np.int64]:
        return np.array([self._users.id_of(self._subject_key) if name == "user.id" else 0])


class RequestScope:
    """All of one request's `user.*` and `context.*` values."""

    count = 1

    def __init__(
        self,
        context: RequestContext,
        users: ModelUsers,
        recent: RecentItems,
        priors: Mapping[str, float],
    ) -> None:
        subject_key = None if context.subject is None else context.subject.key
        self._subject = SubjectScope(subject_key, context.user_attributes, users)
        self._context = context
        self._recent = recent
        self._priors = priors
        self._tops: dict[str, RawTexts] = {}

    def numbers(self, name: str) -> NDArray[np.float64]:
        kind, _, rest = name.partition(".")
        if kind == "context":
            return np.array([_as_number(self._context.attributes.get(rest))])
        counted = user_counter(rest, self._context.user, self._priors)
        return self._subject.numbers(name) if counted is None else np.array([counted])

    def texts(self, name: str) -> RawTexts:
        kind, _, rest = name.partition(".")
        if kind == "context":
            return one_text(self._context.attributes.get(rest))
        if rest.startswith(_TOP):
            return self._top(rest.removeprefix(_TOP))
        return self._subject.texts(name)

    def model_ids(self, name: str) -> NDArray[np.int64]:
        return self._subject.model_ids(name)

    def _top(self, attribute: str) -> RawTexts:
        """Crosses ask for the same attribute again and again."""
        if attribute not in self._tops:
            self._tops[attribute] = one_text(self._recent.top(attribute))
        return self._tops[attribute]


def _as_number(value: str | None) -> float:
    try:
        return float("nan") if value is None else float(value)
    except ValueError:
        return float("nan")
