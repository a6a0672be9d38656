"""Every filter: what it drops and what it must leave."""

from dataclasses import replace

import numpy as np
import pytest

from server.core.batch import CandidateBatch
from server.core.surface import Rule, RuleKind, SeenPolicy, Surface
from server.filters.allowed import Allowed
from server.filters.blocked import Blocked
from server.filters.engaged import Engaged
from server.filters.excluded import Excluded
from server.filters.seen import Seen
from server.filters.unavailable import Unavailable
from tests.unit.small_world import FIELDS, NOW_MS, context_of, history_of, items_of

ITEMS = items_of(5, genres=["a", "b", "a", None, "b"])
BATCH = CandidateBatch.of_items(np.array([4, 0, 2, 1]))


def kept(filter_, **over):
    mask = filter_.keep(context_of(ITEMS, **over), BATCH)
    return BATCH.items[mask].tolist()


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (SeenPolicy.KEEP, [4, 0, 2, 1]),
        (SeenPolicy.DISCOUNT, [4, 0, 2, 1]),
        (SeenPolicy.EXCLUDE, [4, 0, 1]),
    ],
)
def test_only_the_exclude_policy_drops_items_shown_too_often(policy, expected):
    user = history_of(
        [],
        seen=np.array([0, 2]),
        seen_counts=np.array([1, 2], np.int32),
        seen_ms=np.array([NOW_MS, NOW_MS]),
    )
    surface = Surface(name="home", seen=policy, seen_limit=2)
    assert kept(Seen(), user=user, surface=surface) == expected


def test_what_may_not_be_shown_now_is_dropped():
    items = replace(
        ITEMS,
        active=np.array([True, False, True, True, True]),
        available_ms=np.array([0, 0, NOW_MS + 1, 0, 0]),
        expire_ms=np.array([NOW_MS + 1, 2**60, 2**60, 2**60, NOW_MS]),
    )
    mask = Unavailable().keep(context_of(items), BATCH)
    assert BATCH.items[mask].tolist() == [0]


def test_rows_outside_the_view_are_dropped():
    batch = CandidateBatch.of_items(np.array([7, 0, -1]))
    assert Unavailable().keep(context_of(ITEMS), batch).tolist() == [False, True, False]


def test_excluded_and_hidden_items_are_dropped():
    user = history_of([], hidden=np.array([2]))
    assert kept(Excluded(), user=user, excluded=np.array([0, 3])) == [4, 1]


def test_engaged_items_are_dropped_where_the_surface_says_so():
    user = history_of([0, 1], purchased=np.array([2]))
    assert kept(Engaged(), user=user) == [4, 0, 2, 1]
    engaged = Surface(name="home", excludes_engaged=True)
    assert kept(Engaged(), user=user, surface=engaged) == [4, 2]
    bought = Surface(name="home", excludes_purchased=True)
    assert kept(Engaged(), user=user, surface=bought) == [4, 0, 1]


def test_the_filter_of_the_request_holds_whatever_the_sources_bring():
    assert kept(Allowed()) == [4, 0, 2, 1]
    assert kept(Allowed(), allowed=np.array([True, False, True])) == [0, 2]
    assert kept(Allowed(), allowed=np.empty(0, np.bool_)) == []


def test_blocked_items_are_dropped():
    rules = [
        Rule(name="no b", kind=RuleKind.BLOCK, filter="genre = b"),
        Rule(name="not this", kind=RuleKind.BLOCK, item_ids=("i2",)),
        Rule(name="more a", kind=RuleKind.BOOST, filter="genre = a"),
    ]
    assert kept(Blocked.of(rules, FIELDS)) == [0]


def test_no_filter_minds_an_empty_batch():
    nothing = CandidateBatch.of_items(np.empty(0, np.int64))
    rule = Rule(name="no b", kind=RuleKind.BLOCK, filter="genre = b")
    surface = Surface(name="home", seen=SeenPolicy.EXCLUDE, excludes_engaged=True)
    context = context_of(ITEMS, surface=surface, allowed=np.ones(5, np.bool_))
    blocked = Blocked.of([rule], FIELDS)
    for each in (Seen(), Unavailable(), Excluded(), Engaged(), Allowed(), blocked):
        assert each.keep(context, nothing).tolist() == []
