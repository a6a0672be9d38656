"""Held-out events become test cases, and recommenders are measured on them."""

from __future__ import annotations

import io

import numpy as np
import orjson
import pyarrow as pa
import pytest
from rich.console import Console

from server.batch.evaluation.cases import build_cases
from server.batch.evaluation.evaluate import EvaluationData, Surfaces, evaluate
from server.batch.evaluation.impressions import read_impressions
from server.batch.evaluation.interactions import collect
from server.batch.evaluation.report import show, write_json
from server.batch.holdout import HoldoutTask, Protocol
from server.batch.terminal import Terminal

NEW = HoldoutTask("new items", repeats=False)
AGAIN = HoldoutTask("with repeats", repeats=True)
MINUTE = 60_000


def table(rows):
    users, types, items, times, signals = zip(*rows, strict=True)
    return pa.table(
        {
            "user_id": list(users),
            "type": list(types),
            "item_id": list(items),
            "event_time_ms": pa.array(times, pa.int64()),
            "signal": pa.array(signals, pa.int8()),
            "context.tab": pa.array([str(time) for time in times]),
        }
    )


LOG = table(
    [
        ("u1", "purchase", "a", 1, 1),
        ("u1", "purchase", "b", 2, 1),
        ("u2", "purchase", "a", 3, 1),
        ("u2", "purchase", "c", 3, 1),
    ]
)
HELD_OUT = table(
    [
        ("u1", "purchase", "a", 5, 1),
        ("u1", "purchase", "c", 5, 1),
        ("u1", "purchase", "new", 5, 1),
        ("u1", "hide", "b", 5, -1),
        ("u2", "purchase", "c", 6, 1),
        ("u3", "purchase", "a", 6, 1),
    ]
)


def protocol(**changes):
    values = {
        "dataset": "small",
        "description": "a few purchases",
        "label": "purchase",
        "tasks": (NEW, AGAIN),
        "known_only": True,
        "fits_held_out_users": False,
        "has_impressions": False,
    }
    return Protocol(**{**values, **changes})


def cases_of(task, **changes):
    known = collect(LOG, ["a", "b", "c", "new"])
    return {
        case.user_key: (sorted(case.relevant), [known.items[item] for item in case.masked])
        for case in build_cases(HELD_OUT, protocol(**changes), task, known)
    }


def test_known_items_are_masked_and_are_no_test_items():
    assert cases_of(NEW) == {"u1": (["c"], ["a", "b"])}


def test_with_repeats_nothing_is_masked():
    assert cases_of(AGAIN) == {"u1": (["a", "c"], []), "u2": (["c"], [])}


def test_unknown_users_and_items_count_if_the_protocol_says_so():
    assert cases_of(NEW, known_only=False) == {
        "u1": (["c", "new"], ["a", "b"]),
        "u3": (["a"], []),
    }


async def test_recommenders_are_measured_beside_the_baselines(tmp_path):
    asked = []

    async def served(user_id, surface, page_size):
        asked.append((user_id, surface, page_size))
        return ["c"]

    data = EvaluationData(
        protocol=protocol(), events=LOG, item_ids=["a", "b", "c"], held_out=HELD_OUT
    )
    result = await evaluate(data, {"served": served}, Surfaces("plain", "again"))
    assert asked == [("u1", "plain", 20), ("u1", "again", 20), ("u2", "again", 20)]
    new, again = result.tasks
    assert (new.users, new.test_pairs) == (1, 1)
    assert (again.users, again.test_pairs) == (2, 3)
    measured = {method.name: method for method in again.methods}
    assert measured["served"].recall.mean == pytest.approx((1 / 2 + 1) / 2)
    assert measured["popularity"].recall.mean == 1.0
    assert measured["served"].gain is not None
    assert measured["popularity"].gain is None
    terminal = Terminal(Console(file=io.StringIO(), width=160))
    show(result, terminal)
    assert "Recall@20" in terminal.console.file.getvalue()
    document = orjson.loads(write_json(result, tmp_path).read_bytes())
    served_new = document["tasks"][0]["methods"]["served"]
    assert served_new["recall"] == {"mean": 1.0, "standard_error": None}
    assert document["training_pairs"] == 4


async def test_a_part_of_the_users_can_be_measured():
    data = EvaluationData(
        protocol=protocol(), events=LOG, item_ids=["a", "b", "c"], held_out=HELD_OUT
    )
    result = await evaluate(data, {}, Surfaces(), max_users=1)
    assert [task.users for task in result.tasks] == [1, 1]


def test_an_impression_is_positive_if_its_own_click_follows():
    impressions = read_impressions(
        table(
            [
                ("u", "impression", "a", 0, 0),
                ("u", "impression", "a", 5 * MINUTE, 0),
                ("u", "click", "a", 5 * MINUTE, 1),
                ("u", "impression", "b", 0, 0),
                ("v", "impression", "a", 0, 0),
                ("v", "click", "a", 25 * 60 * MINUTE, 1),
                ("v", "impression", "b", 10, 0),
                ("v", "click", "b", 9, 1),
            ]
        ),
        "click",
    )
    assert impressions.label_I.tolist() == [False, True, False, False, False]
    assert impressions.user_keys == ["u", "u", "u", "v", "v"]
    assert impressions.context == {"tab": ["0", "300000", "0", "0", "10"]}
    assert impressions.user_codes().tolist() == [0, 0, 0, 1, 1]


def test_impressions_without_any_click_are_all_negative():
    impressions = read_impressions(table([("u", "impression", "a", 0, 0)]), "click")
    assert impressions.label_I.tolist() == [False]
    assert impressions.time_ms_I.dtype == np.int64
