"""Which attribute values a page's items share with what the subject engaged with.

Shape letters: n items of the page, H recent distinct items, T attribute values.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from server.core.context import RequestContext
from server.orchestrator.page import Page
from server.orchestrator.query import Reason, ReasonCode
from server.rankers.similarity import attribute_values

# How many rows, evenly spread, stand for the whole catalogue.
_SAMPLE = 512
_LEAST_SHARED = 2
# What most of the catalogue has too (a language, a country) tells nothing about a person.
_LEAST_LIFT = 1.5


def shared_attributes(
    context: RequestContext, page: Page, most_recent: int
) -> Iterator[tuple[int, Reason]]:
    """Yield the most telling shared value of each item that has one.

    A value counts if at least two of the last `most_recent` distinct items have it, and a larger
    share of them than of the catalogue; share x log(share / catalogue's share) is compared.
    """
    items = context.items
    recent = context.user.recent_unique(most_recent)
    recent = recent[recent < items.size]
    if len(recent) < _LEAST_SHARED or len(page) == 0:
        return
    sample = np.unique(np.linspace(0, items.size - 1, min(_SAMPLE, items.size)).astype(np.int64))
    rows = np.concatenate([page.rows, recent, sample])
    best: list[tuple[float, str, str]] = [(0.0, "", "")] * len(page)
    for attribute in (*items.strings, *items.string_sets):
        values = attribute_values(items, rows, attribute)
        if len(values.codes) == 0:
            continue
        on_page, by_user, in_all = np.split(values.has, [len(page), len(page) + len(recent)])
        times = by_user.sum(axis=0)
        share = times / len(recent)
        base = (in_all.sum(axis=0) + 1) / (len(sample) + 1)
        tells = (times >= _LEAST_SHARED) & (share >= base * _LEAST_LIFT)
        value = np.where(tells, share * np.log(np.maximum(share / base, 1)), 0)
        strength = on_page * value
        for at, column in enumerate(strength.argmax(axis=1).tolist()):
            if strength[at, column] > best[at][0]:
                best[at] = (float(strength[at, column]), attribute, values.text(column))
    for at, (strength_of, attribute, text) in enumerate(best):
        if strength_of > 0:
            yield at, Reason(ReasonCode.SHARES_ATTRIBUTE, attribute=attribute, value=text)
