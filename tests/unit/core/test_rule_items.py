"""Which items a business rule concerns."""

import numpy as np

from server.core.rule_items import RuleItems
from server.core.surface import Rule, RuleKind
from tests.unit.small_world import FIELDS, items_of

ITEMS = items_of(3, genres=["a", "b", "a"])
ROWS = np.array([2, 1, 0])


def concerned(**over):
    rule = Rule(name="rule", kind=RuleKind.BLOCK, **over)
    return RuleItems.of(rule, FIELDS).concerned(ITEMS, ROWS).tolist()


def test_a_rule_concerns_what_its_filter_matches_or_its_ids_list():
    assert concerned(filter="genre = a") == [True, False, True]
    assert concerned(item_ids=("i1", "unknown")) == [False, True, False]
    assert concerned(filter="genre = a", item_ids=("i1",)) == [True, True, True]


def test_a_rule_without_filter_and_ids_concerns_everything():
    assert concerned() == [True, True, True]
