"""What is known about one request before any candidate is retrieved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from server.core.batch import Mask, Rows
from server.core.item_columns import AttributeValue, ItemColumns
from server.core.subject import Subject
from server.core.surface import Surface
from server.core.user_state import NO_BEHAVIOUR, UserState


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestContext:
    """Immutable inputs shared by every stage of one request.

    Attributes:
        subject: absent for anonymous and shared requests.
        limit: how many ranked items the selector is to return.
        first_position: absolute position in the feed of the first of them.
        wall_ms, data_ms: the two clocks at the request's start.
        deadline_s: `time.monotonic()` by which the reply must be ready; None: no deadline.
        items: the catalogue view this request pins.
        user: behaviour, with the request's seeds appended as the latest engagements.
        attributes: raw context values by name without prefix: hour, weekday, surface, platform,
            device_class, country and the surface attributes; absent when unknown.
        user_attributes: values of declared user attributes.

    Shapes:
        seeds: (K,) int64 rows; excluded: (X,) int64 sorted rows that must not appear.
        allowed: (M,) bool over rows, from the filter; None: no filter.
        user_vector: (D,) float32 retrieval embedding, None without a model.
        content_vector: (Dc,) float32 mean content of recent items; None if nothing is known.
    """

    request_id: str
    session_id: str = ""
    subject: Subject | None = None
    surface: Surface
    limit: int
    first_position: int = 0
    wall_ms: int
    data_ms: int
    deadline_s: float | None = None
    items: ItemColumns
    user: UserState = NO_BEHAVIOUR
    attributes: Mapping[str, str] = field(default_factory=dict)
    user_attributes: Mapping[str, AttributeValue] = field(default_factory=dict)
    seeds: Rows = field(default_factory=lambda: np.empty(0, np.int64))
    excluded: Rows = field(default_factory=lambda: np.empty(0, np.int64))
    allowed: Mask | None = None
    diversity: float = 0.0
    user_vector: NDArray[np.float32] | None = None
    content_vector: NDArray[np.float32] | None = None
    random_seed: int = 0
    variants: Mapping[str, str] = field(default_factory=dict)
