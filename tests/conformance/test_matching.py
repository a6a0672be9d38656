"""Matchers and invariants: what they take and, above all, what they refuse."""

from __future__ import annotations

import pytest

from conformance.answer import Answer
from conformance.compare import differences
from conformance.expectation import unmet
from conformance.invariants import broken
from conformance.laws import CODES, broken_laws
from conformance.paths import NoSuchPathError, at
from conformance.values import UnknownValueError, compute, seconds
from server.gen.shortlist.options.v1 import options_pb2
from server.gen.shortlist.v1 import error_reason_pb2

SCOPE = {"token": "abc", "run": "cf-1"}
MATCHES = [
    ({"a": 1}, {"a": 1, "b": 2}),
    ([1, 2], [1, 2]),
    (9007199254740993, "9007199254740993"),
    (1, 1.0),
    ({"$any": True}, "x"),
    ({"$any": False}, ""),
    ({"a": {"$any": False}}, {}),
    ({"$approx": 0.5, "$within": 0.01}, 0.509),
    ({"$matches": "^a"}, "ab"),
    ({"$same_as": "token"}, "abc"),
    ({"$in": [1, 2]}, 2),
    ({"$not": 1}, 2),
    ({"$gt": 1, "$lt": 3}, "2"),
    ({"$gte": "2024-01-01T00:00:00Z"}, "2024-01-01T00:00:00.5Z"),
    ({"$length": {"$lte": 2}}, [1, 2]),
    ({"$each": {"a": 1}}, [{"a": 1}, {"a": 1, "b": 2}]),
    ({"$contains": {"a": 1}}, [{"a": 2}, {"a": 1}]),
    ({"$lacks": 3}, [1, 2]),
    ({"$set": [1, 2]}, [2, 1]),
    ({"$subset_of": [1, 2, 3]}, [3, 1]),
    ({"$all": [{"$gt": 1}, {"$lt": 3}]}, 2),
    ({"$either": [1, 2]}, 2),
]
MISMATCHES = [
    ({"a": 1}, {"b": 1}),
    ({"a": {"$any": True}}, {}),
    ([1, 2], [2, 1]),
    ([1], [1, 1]),
    ([], [1]),
    (1, True),
    (True, 1),
    (1, "one"),
    ("1", 1),
    ({"$any": False}, "x"),
    ({"$approx": 0.5}, 0.50001),
    ({"$approx": 0.5, "$within": 1}, "NaN"),
    ({"$matches": "^b"}, "ab"),
    ({"$matches": "1"}, 1),
    ({"$same_as": "token"}, "abd"),
    ({"$same_as": "nothing"}, None),
    ({"$in": [1, 2]}, 3),
    ({"$not": 2}, 2),
    ({"$gt": 2}, 2),
    ({"$lt": 2}, 2),
    ({"$gte": 2}, 1.9),
    ({"$lte": 2}, 2.1),
    ({"$gt": 1}, "NaN"),
    ({"$gt": 1}, "2024-01-01T00:00:00Z"),
    ({"$length": 2}, [1]),
    ({"$each": 1}, [1, 2]),
    ({"$each": 1}, None),
    ({"$contains": 3}, [1, 2]),
    ({"$lacks": 1}, [1, 2]),
    ({"$lacks": "b"}, "abc"),
    ({"$set": [1, 1]}, [1, 2]),
    ({"$set": [1]}, [1, 1]),
    ({"$subset_of": [1]}, [2]),
    ({"$all": [{"$gt": 1}, {"$lt": 3}]}, 3),
    ({"$either": [1, 2]}, 3),
    ({"$no_such_matcher": 1}, 1),
]


@pytest.mark.parametrize(("expected", "actual"), MATCHES)
def test_it_matches(expected, actual):
    assert differences(expected, actual, SCOPE) == []


@pytest.mark.parametrize(("expected", "actual"), MISMATCHES)
def test_it_does_not_match(expected, actual):
    assert differences(expected, actual, SCOPE)


def slate(*items):
    """Return a reply of `(item, position, score)`."""
    names = ("item_id", "position", "score")
    return {"recommendations": [dict(zip(names, each, strict=True)) for each in items]}


GOOD = slate(("a", 0, 0.9), ("b", 1, 0.5), ("c", 2, 0.5))
BROKEN = [
    ("no_duplicates", slate(("a", 0, 1), ("a", 1, 1)), None),
    ("no_duplicates", {"shelves": [slate(("a", 0, 1)), slate(("a", 0, 1))]}, None),
    ("no_duplicates", {"pages": [slate(("a", 0, 1)), slate(("a", 1, 1))]}, None),
    ("positions_contiguous", slate(("a", 0, 1), ("b", 2, 1)), None),
    ("positions_contiguous", slate(("a", 1, 1)), None),
    ("positions_contiguous", slate(("a", 0, 1)), 5),
    ("positions_contiguous", {"pages": [slate(("a", 0, 1)), slate(("b", 0, 1))]}, None),
    ("positions_rise", slate(("a", 3, 1), ("b", 3, 1)), None),
    ("scores_in_unit_interval", slate(("a", 0, "NaN")), None),
    ("scores_in_unit_interval", slate(("a", 0, "Infinity")), None),
    ("scores_in_unit_interval", slate(("a", 0, 1.01)), None),
    ("scores_in_unit_interval", slate(("a", 0, -0.01)), None),
    ("non_increasing", slate(("a", 0, 0.1), ("b", 1, 0.2)), None),
    ("excluded_absent", GOOD, ["b"]),
    ("only_from", GOOD, ["a", "b"]),
    ("all_of", GOOD, ["a", "d"]),
    ("in_order_of", GOOD, ["b", "a"]),
    ("stable_under_paging", {"pages": [GOOD], "again": [slate(("a", 0, 1))]}, None),
    ("stable_under_paging", {"pages": [GOOD]}, None),
    ("no_such_invariant", GOOD, None),
]


@pytest.mark.parametrize(("name", "reply", "argument"), BROKEN)
def test_the_invariant_is_broken(name, reply, argument):
    assert broken(name, reply, argument)


@pytest.mark.parametrize(
    ("name", "argument"),
    [
        *[(n, None) for n in ("no_duplicates", "positions_contiguous", "positions_rise")],
        *[(n, None) for n in ("scores_in_unit_interval", "non_increasing")],
        ("excluded_absent", ["d"]),
        ("only_from", ["a", "b", "c"]),
        ("all_of", ["a", "c"]),
        ("in_order_of", ["a", "x", "c"]),
    ],
)
def test_the_invariant_holds(name, argument):
    assert broken(name, GOOD, argument) == []


def test_an_error_that_nobody_expects_is_unmet():
    error = {"code": "INTERNAL", "reason": "INTERNAL", "message": "m"}
    assert unmet({}, Answer(error=error), {})
    assert unmet({"reply": {}}, Answer(error=error), {})
    assert unmet({"error": {"code": "INTERNAL"}}, Answer(reply={}), {})
    assert not unmet({"error": "INTERNAL"}, Answer(error=error), {})
    assert unmet({"within": "1s"}, Answer(reply={}, elapsed_ms=1001), {})


def test_the_table_of_reasons_is_the_contracts():
    contract = {}
    for value in error_reason_pb2.ErrorReason.DESCRIPTOR.values:
        policy = value.GetOptions().Extensions[options_pb2.error]
        if value.number:
            code = policy.DESCRIPTOR.fields_by_name["code"].enum_type.values_by_number[policy.code]
            contract[value.name.removeprefix("ERROR_REASON_")] = code.name
    assert contract == CODES


def test_laws_are_about_errors_of_the_server():
    good = {
        "code": "NOT_FOUND",
        "reason": "ITEM_NOT_FOUND",
        "domain": "shortlist",
        "request_id": "r",
        "message": "no item x",
        "from_server": True,
    }
    assert not broken_laws(Answer(error=good))
    for change in (
        {"code": "UNKNOWN"},
        {"reason": "NEW"},
        {"domain": ""},
        {"request_id": ""},
        {"message": 'File "x.py", line 3'},
    ):
        assert len(broken_laws(Answer(error=good | change))) == 1
    assert not broken_laws(Answer(error=good | {"domain": "", "from_server": False}))


def test_values_are_computed_in_requests():
    scope = {"run": "cf-1", "ids": ["a", "b"], "n": 2}
    assert compute("${ids[1]}-${n}", scope) == "b-2"
    assert compute("${ids}", scope) == ["a", "b"]
    assert compute({"$for": {"in": "${ids}", "as": "x", "give": {"v": "${x}"}}}, scope) == [
        {"v": "a"},
        {"v": "b"},
    ]
    assert compute({"$new_id": "user"}, scope).startswith("cf-1-user-")
    assert compute({"$minus": ["${ids}", ["a"]]}, scope) == ["b"]
    assert compute({"$tampered": "AAAA"}, scope) == "AABA"
    with pytest.raises(UnknownValueError):
        compute("${nothing}", scope)
    assert (seconds("-31d"), seconds("200ms")) == (-31 * 86400, pytest.approx(0.2))


def test_paths_lead_into_lists():
    value = {"pages": [{"x": [{"id": 1}, {"id": 2}]}, {"x": [{"id": 3}]}]}
    assert at("pages[*].x[*].id", value) == [1, 2, 3]
    assert at("pages[-1].x[0].id", value) == 3
    with pytest.raises(NoSuchPathError):
        at("pages[2].x", value)
