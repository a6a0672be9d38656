"""Matchers: what they take and, above all, what they refuse."""

from __future__ import annotations

import pytest

from conformance.answer import Answer
from conformance.matching.compare import differences
from conformance.matching.expectation import unmet
from conformance.matching.laws import CODES, broken_laws
from conformance.paths import NoSuchPathError, at
from conformance.values import UnknownValueError, compute, seconds
from server.gen.shortlist.options.v1 import options_pb2
from server.gen.shortlist.v1 import error_reason_pb2

SCOPE = {"token": "abc", "run": "cf-1", "two": 2, "indirect": {"$same_as": "token"}}
SAME = {"$same_as": "token"}
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
    *[({"$any": False}, nothing) for nothing in (None, "", [], {}, 0, "0", False)],
    *[({"$any": True}, something) for something in (1, "1", True, [0], {"a": 0})],
    ({"$approx": 0.5, "$within": 0.25}, 0.75),
    ({"a": {"$not": 1}}, {}),
    ({"a": {"$either": [{"$any": False}, 1]}}, {}),
    ({"$contains": "b"}, "abc"),
    ({"$contains": "a"}, {"a": 1}),
    ({"$lacks": "b"}, {"a": 1}),
    ({"$lacks": 1}, "abc"),
    # What was captured is seen at every depth.
    *[({"a": SAME}, {"a": "abc"}), ([SAME], ["abc"]), ({"$each": SAME}, ["abc"])],
    *[({"$contains": SAME}, ["abc"]), ({"$subset_of": [SAME]}, ["abc"])],
    ({"$subset_of": [{"a": 1}]}, [{"a": 1, "b": 2}]),
    *[({"$set": [SAME]}, ["abc"]), ({"$all": [SAME]}, "abc"), ({"$either": [SAME]}, "abc")],
    *[({"$length": {"$same_as": "two"}}, "ab"), ({"$same_as": "indirect"}, "abc")],
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
    ({"$subset_of": [{"a": 1, "b": 2}]}, [{"a": 1}]),
    ({"$all": [{"$gt": 1}, {"$lt": 3}]}, 3),
    ({"$either": [1, 2]}, 3),
    ({"$no_such_matcher": 1}, 1),
    ({"$gt": 0}, True),
    ({"$lacks": SAME}, ["abc"]),
    ({"$not": SAME}, "abc"),
    ({"$lacks": 1}, None),
    ({"$lacks": 1}, 5),
    ({"$contains": 1}, "1"),
    ({"$within": 1}, 1),
    (2**53 + 1, 2**53),
    (2**53 + 1, float(2**53)),
    # No operator hides those after it.
    ({"$within": 1, "$approx": 1, "$gt": 1.5}, 1),
    ({"$any": True, "$gt": 5}, 1),
    ({"$gt": 5, "$lt": 4}, 3),
]
SAID = [
    (1, 2, ["at: 2, expected 1"]),
    ({"a": 1}, [], ["at: [], expected an object"]),
    ({"a": 1, "b": 2}, {"a": 0}, ["at.a: 0, expected 1", "at.b: not there, expected 2"]),
    ({"a": {"b": [5]}}, {"a": {"b": [6]}}, ["at.a.b[0]: 6, expected 5"]),
    ({"a": {"b": 1}}, {}, ["at.a: nothing, expected an object"]),
    ([1], "x", ["at: 'x', expected a list"]),
    ([1], [], ["at: 0 elements [], expected [1]"]),
    ({"$any": True}, "", ["at: '', expected something"]),
    ({"$any": False}, 7, ["at: 7, expected nothing"]),
    ({"$gt": 5, "$lte": 2}, 3, ["at: 3, expected more than 5", "at: 3, expected at most 2"]),
    ({"$gte": 5, "$lt": 2}, 3, ["at: 3, expected at least 5", "at: 3, expected less than 2"]),
    (
        {"a": {"$gt": 1, "$any": True, "$lt": 3}},
        {},
        [
            "at.a: not there, expected $gt 1",
            "at.a: nothing, expected something",
            "at.a: not there, expected $lt 3",
        ],
    ),
    ({"$nope": 1, "$gt": 5}, 3, ["at: there is no matcher $nope", "at: 3, expected more than 5"]),
    ({"$within": 1}, 1, ["at: there is no matcher $within"]),
    ({"a": 1, "$any": True}, {"a": 1}, ["at: there is no matcher a"]),
    ({"$approx": 1}, 2, ["at: 2, expected about 1"]),
    ({"$matches": "b"}, "a", ["at: 'a', expected text like 'b'"]),
    ({"$same_as": "token"}, "a", ["at: 'a', expected 'abc'"]),
    ({"$same_as": "x"}, "a", ["at: nothing was captured as x"]),
    ({"$in": [1]}, 2, ["at: 2, expected one of [1]"]),
    ({"$not": 2}, 2, ["at: 2, expected anything but 2"]),
    ({"$length": 2}, "a", ["at (its length): 1, expected 2"]),
    ({"$length": 2}, 5, ["at: 5 has no length"]),
    ({"$each": 1}, "a", ["at: 'a', expected a list"]),
    ({"$each": 1}, [1, 2], ["at[1]: 2, expected 1"]),
    ({"$contains": 1}, [2], ["at: [2], expected to contain 1"]),
    ({"$lacks": 1}, [1], ["at: [1], expected to lack 1"]),
    ({"$set": [1]}, [1, 2], ["at: [1, 2], expected in any order [1]"]),
    ({"$set": [1]}, [2], ["at: [2], expected in any order [1]"]),
    ({"$subset_of": [1]}, "a", ["at: 'a', expected a list"]),
    ({"$subset_of": [1]}, [1, 2], ["at: [2], expected some of [1]"]),
    ({"$all": [1, 2]}, 3, ["at: 3, expected 1", "at: 3, expected 2"]),
    ({"$either": [1, 2]}, 3, ["at: 3, expected 1", "at: 3, expected 2"]),
    ("x" * 198, "", [f"at: '', expected '{'x' * 198}'"]),
    ("x" * 199, "", [f"at: '', expected '{'x' * 199}... (201 characters)"]),
]


@pytest.mark.parametrize(("expected", "actual"), MATCHES)
def test_it_matches(expected, actual):
    assert differences(expected, actual, SCOPE) == []


@pytest.mark.parametrize(("expected", "actual"), MISMATCHES)
def test_it_does_not_match(expected, actual):
    assert differences(expected, actual, SCOPE)


@pytest.mark.parametrize(("expected", "actual", "lines"), SAID)
def test_it_says_where_and_what_differs(expected, actual, lines):
    assert differences(expected, actual, SCOPE, "at") == lines


def test_the_way_to_a_difference_begins_without_a_dot():
    assert differences({"a": 1}, {"a": 2}, {}) == ["a: 2, expected 1"]
    assert differences({"X": 1}, {"X": 2}, {}) == ["X: 2, expected 1"]
    assert differences(1, 2, {}) == [": 2, expected 1"]


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
        {"details": [{"reason": "R"}, {"description": "sqlite3 says no"}]},
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
