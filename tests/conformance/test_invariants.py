"""Invariants of slates: what breaks them, and that they say what."""

from __future__ import annotations

import pytest

from conformance.matching.invariants import broken


def slate(*items):
    """Return a reply of `(item, position, score)`."""
    names = ("item_id", "position", "score")
    return {"recommendations": [dict(zip(names, each, strict=True)) for each in items]}


GOOD = slate(("a", 0, 0.9), ("b", 1, 0.5), ("c", 2, 0.5))
ABB = slate(("a", 0, 0.1), ("b", 1, 0.2), ("b", 2, 0.3))
LISTED = {"items": [{"name": "items/a"}, {"name": "items/b"}]}
DEGRADED = {"degradations": [{"kind": "POPULAR"}]}
BROKEN = [
    ("no_duplicates", ABB, None, ["b is there 2 times"]),
    ("no_duplicates", {"shelves": [GOOD, slate(("a", 0, 1))]}, None, ["a is there 2 times"]),
    ("shelves_disjoint", {"shelves": [GOOD, slate(("a", 0, 1))]}, None, ["a is there 2 times"]),
    ("no_duplicates", {"pages": [GOOD, slate(("a", 3, 1))]}, None, ["a is there 2 times"]),
    *[
        ("positions_contiguous", reply, start, [f"positions {found}, expected to count from {n}"])
        for reply, start, found, n in (
            (slate(("a", 0, 1), ("b", 2, 1)), None, "[0, 2]", 0),
            (slate(("a", 1, 1)), None, "[1]", 0),
            (slate(("a", 0, 1)), 5, "[0]", 5),
            ({"pages": [slate(("a", 0, 1)), slate(("b", 0, 1))]}, None, "[0, 0]", 0),
        )
    ],
    ("positions_rise", slate(("a", 3, 1), ("b", 3, 1)), None, ["positions [3, 3]"]),
    *[
        ("scores_in_unit_interval", slate(("a", 0, score)), None, [f"a has the score {score!r}"])
        for score in ("NaN", "Infinity", 1.01, -0.01, None, "much")
    ],
    ("non_increasing", ABB, None, ["score 0.2 after 0.1", "score 0.3 after 0.2"]),
    (
        "non_increasing",
        {"shelves": [ABB, GOOD]},
        None,
        ["score 0.2 after 0.1", "score 0.3 after 0.2"],
    ),
    ("non_increasing", slate(("a", 0, 0), ("b", 1, 0.5)), None, ["score 0.5 after 0.0"]),
    ("non_increasing", slate(("a", 0, "NaN"), ("b", 1, 0.5)), None, ["score 0.5 after nan"]),
    ("excluded_absent", GOOD, ["b"], ["b is there"]),
    ("only_from", GOOD, ["a", "b"], ["c is not one of them"]),
    ("all_of", GOOD, ["a", "d"], ["d is missing"]),
    ("in_order_of", GOOD, ["b", "a"], ["order ['a', 'b', 'c']"]),
    ("in_order_of", GOOD, ["x", "y"], ["order ['a', 'b', 'c']"]),
    # What would hold of every reply proves nothing.
    *[
        (name, GOOD, [], ["it is about no ids"])
        for name in ("excluded_absent", "all_of", "in_order_of")
    ],
    *[
        (name, GOOD, argument, [f"{argument!r} is no list of ids"])
        for name in ("excluded_absent", "only_from", "all_of", "in_order_of")
        for argument in (None, "abc")
    ],
    (
        "stable_under_paging",
        {"pages": [GOOD, GOOD], "again": [GOOD, slate(("a", 0, 1), ("b", 2, 0))]},
        None,
        ["page 1 was [('a', 0), ('b', 1), ('c', 2)], then [('a', 0), ('b', 2)]"],
    ),
    (
        "stable_under_paging",
        {"pages": [LISTED], "again": [{"items": []}]},
        None,
        ["page 0 was [('items/a', None), ('items/b', None)], then []"],
    ),
    ("stable_under_paging", {"pages": [GOOD]}, None, ["the pages were not asked for twice"]),
    (
        "stable_under_paging",
        {"pages": [DEGRADED | GOOD], "again": [DEGRADED | slate(("a", 0, 1))]},
        None,
        ["page 0 was [('a', 0), ('b', 1), ('c', 2)], then [('a', 0)]"],
    ),
    ("degraded", DEGRADED, False, ["degradations ['POPULAR']"]),
    ("degraded", {"shelves": [GOOD, DEGRADED]}, None, ["degradations ['POPULAR']"]),
    ("degraded", {"pages": [GOOD, DEGRADED]}, False, ["degradations ['POPULAR']"]),
    ("degraded", GOOD, True, ["degradations []"]),
]


@pytest.mark.parametrize(("name", "reply", "argument", "lines"), BROKEN)
def test_the_invariant_is_broken(name, reply, argument, lines):
    assert broken(name, reply, argument) == [f"{name}: {line}" for line in lines]


def test_an_unknown_invariant_does_not_hold():
    assert broken("no_such_one", GOOD, None) == ["there is no invariant no_such_one"]


def test_a_page_that_is_missing_the_second_time_is_not_stable():
    with pytest.raises(ValueError, match="argument 2 is shorter"):
        broken("stable_under_paging", {"pages": [GOOD, GOOD], "again": [GOOD]}, None)


@pytest.mark.parametrize(
    ("name", "reply", "argument"),
    [
        *[(n, GOOD, None) for n in ("no_duplicates", "positions_contiguous", "positions_rise")],
        *[(n, GOOD, None) for n in ("scores_in_unit_interval", "non_increasing", "degraded")],
        *[(n, {}, None) for n in ("no_duplicates", "positions_contiguous", "non_increasing")],
        ("scores_in_unit_interval", slate(("a", 0, 0), ("b", 1, 1)), None),
        ("positions_contiguous", slate(("a", 5, 1), ("b", 6, 1)), 5),
        ("positions_contiguous", {"pages": [GOOD, slate(("d", 3, 0))]}, None),
        ("positions_contiguous", {"shelves": [GOOD, GOOD]}, None),
        ("non_increasing", {"shelves": [slate(("a", 0, 0.1)), slate(("b", 0, 0.2))]}, None),
        # Floating point, not disorder.
        ("non_increasing", slate(("a", 0, 0.5), ("b", 1, 0.5 + 1e-10)), None),
        ("excluded_absent", GOOD, ["d"]),
        ("only_from", GOOD, ["a", "b", "c"]),
        ("all_of", GOOD, ["a", "c"]),
        ("in_order_of", GOOD, ["a", "x", "c"]),
        ("stable_under_paging", {"pages": [GOOD, LISTED], "again": [GOOD, LISTED]}, None),
        ("stable_under_paging", {"pages": [{"names": ["a"]}], "again": [{"names": ["b"]}]}, None),
        ("degraded", DEGRADED, True),
    ],
)
def test_the_invariant_holds(name, reply, argument):
    assert broken(name, reply, argument) == []
