"""The slate: rules, caps in every window, and the exact propensities of what is random."""

import collections

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.core.batch import CandidateBatch
from server.core.subject import Subject
from server.core.surface import Exploration, Rule, RuleKind
from server.rankers.business_rules import SelectionRules
from server.rankers.exploration import draw
from server.rankers.selector import ByScore, SlateSelector
from tests.unit.small_world import FIELDS, RowVectors, context_of, items_of

ITEMS = items_of(6, genres=["a", "a", "a", "b", "b", None])
SCORES = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4], np.float32)
BATCH = CandidateBatch.of_items(np.arange(6)).with_scores(SCORES)
SUBJECT = Subject("u")


def pick(*rules, limit=10, batch=BATCH, items=ITEMS, selector=None, **context):
    compiled = SelectionRules.of(rules, FIELDS)
    selector = selector or SlateSelector(rules=compiled)
    return selector.select(context_of(items, limit=limit, **context), batch)


def rows(selection, batch=BATCH):
    return batch.items[selection.order].tolist()


def pin(item, position, name="pin"):
    return Rule(name=name, kind=RuleKind.PIN, item_ids=(item,), position=position)


def cap(**over):
    return Rule(name="cap", kind=RuleKind.CAP, **over)


def test_without_rules_the_score_alone_decides():
    selection = pick(limit=3)
    assert rows(selection) == [0, 1, 2]
    assert selection.is_by_score
    assert selection.propensities.tolist() == [1, 1, 1]


def test_ties_go_to_the_lower_row_and_broken_scores_go_last():
    scores = np.array([np.nan, 0.5, 0.5, np.inf, 0.9, -1.0], np.float32)
    selection = ByScore().select(context_of(ITEMS), BATCH.with_scores(scores))
    assert rows(selection) == [4, 1, 2, 5, 0, 3]


def test_a_pin_stands_where_it_is_pinned():
    selection = pick(pin("i4", 1), limit=3)
    assert rows(selection) == [0, 4, 1]
    assert selection.is_ruled.tolist() == [False, True, False]
    assert not selection.is_by_score


def test_a_pin_takes_its_first_item_that_is_there():
    rule = Rule(name="pin", kind=RuleKind.PIN, item_ids=("gone", "i3", "i4"), position=0)
    assert rows(pick(rule, limit=2)) == [3, 0]


def test_the_first_of_two_pins_at_a_position_wins():
    assert rows(pick(pin("i4", 0), pin("i5", 0), limit=3)) == [4, 0, 1]


def test_two_pins_never_place_the_same_item_twice():
    assert rows(pick(pin("i4", 0), pin("i4", 2), limit=4)) == [4, 0, 1, 2]


def test_a_pin_past_the_end_of_a_short_slate_takes_the_last_place():
    assert rows(pick(pin("i0", 8), limit=10)) == [1, 2, 3, 4, 5, 0]


def test_pins_count_positions_in_the_feed_not_on_the_page():
    assert rows(pick(pin("i4", 11), limit=3, first_position=10)) == [0, 4, 1]
    assert rows(pick(pin("i4", 1), limit=3, first_position=10)) == [0, 1, 2]


def test_a_boost_orders_but_does_not_change_the_scores():
    selection = pick(Rule(name="b", kind=RuleKind.BOOST, filter="genre = b", factor=2), limit=3)
    assert rows(selection) == [3, 4, 0]
    assert not selection.is_by_score
    assert BATCH.scores.tolist() == SCORES.tolist()


def test_a_boost_that_changes_nothing_leaves_the_slate_by_score():
    assert pick(Rule(name="b", kind=RuleKind.BOOST, filter="genre = a", factor=2)).is_by_score


def test_a_cap_lets_others_pass():
    selection = pick(cap(filter="genre = a", limit=1, window=3), limit=4)
    assert rows(selection) == [0, 3, 4, 1]


def test_a_cap_by_attribute_counts_each_value():
    selection = pick(cap(attribute="genre", limit=1, window=2), limit=6)
    assert rows(selection) == [0, 3, 1, 4, 2, 5]


def test_a_slate_is_shorter_when_nothing_else_is_eligible():
    selection = pick(cap(filter="genre:*", limit=1, window=6), limit=6)
    assert rows(selection) == [0, 5]


def test_a_cap_of_zero_keeps_matching_items_out():
    assert rows(pick(cap(filter="genre:*", limit=0))) == [5]


def test_a_cap_looks_ahead_to_what_is_pinned():
    selection = pick(pin("i1", 2), cap(filter="genre = a", limit=1, window=3), limit=6)
    assert rows(selection) == [3, 4, 1, 5]


def test_pins_move_up_when_nothing_else_is_eligible():
    only_capped = cap(filter="genre:*", limit=1, window=9)
    assert rows(pick(pin("i5", 4), only_capped, limit=6)) == [0, 5]


def test_diversity_separates_copies():
    vectors = np.array([[1, 0], [1, 0], [1, 0], [0, 1], [0, 1], [0, 1]], np.float32)
    selector = SlateSelector(vectors=RowVectors(vectors))
    selection = pick(limit=2, selector=selector, diversity=0.5)
    assert rows(selection) == [0, 3]
    assert not selection.is_by_score
    assert rows(pick(limit=2, selector=selector, diversity=0.0)) == [0, 1]


def test_a_broken_score_is_no_relevance_when_diversity_counts():
    vectors = np.array([[0, 1], [1, 0], [0, 1], [1, 0], [0, 1], [1, 0]], np.float32)
    scores = np.array([np.nan, 0.9, 0.4, 0.8, np.inf, 0.1], np.float32)
    selector = SlateSelector(vectors=RowVectors(vectors))
    broken = BATCH.with_scores(scores)
    assert rows(pick(limit=6, batch=broken, selector=selector, diversity=0.5)) == [1, 2, 3, 5, 0, 4]


def test_diversity_works_by_attribute_alone_and_without_any_view():
    selector = SlateSelector(diversity_attribute="genre")
    assert rows(pick(limit=3, selector=selector, diversity=0.5)) == [0, 3, 5]
    assert rows(pick(limit=3, selector=SlateSelector(), diversity=0.5)) == [0, 1, 2]


def test_an_empty_batch_is_an_empty_slate():
    nothing = CandidateBatch.of_items(np.empty(0, np.int64))
    rules = SelectionRules.of([pin("i1", 0), cap(attribute="genre")], FIELDS)
    explored = Exploration(positions=(0,), rate=0.5)
    selector = SlateSelector(rules=rules, exploration=explored, diversity_attribute="genre")
    context = context_of(ITEMS, subject=SUBJECT, diversity=0.5)
    assert selector.select(context, nothing).order.tolist() == []


@st.composite
def cap_cases(draw):
    count = draw(st.integers(1, 14))
    genres = draw(st.lists(st.sampled_from(["a", "b", None]), min_size=count, max_size=count))
    tags = draw(
        st.lists(
            st.lists(st.sampled_from("xyz"), max_size=2, unique=True),
            min_size=count,
            max_size=count,
        )
    )
    rules = [
        cap(
            attribute=draw(st.sampled_from(["", "genre", "tags"])),
            filter=draw(st.sampled_from(["", "genre = a", "tags:x"])),
            limit=draw(st.integers(0, 3)),
            window=draw(st.integers(1, 5)),
        )
        for _ in range(draw(st.integers(1, 2)))
    ]
    return genres, tags, rules, draw(st.integers(0, 1_000))


@given(cap_cases())
@settings(max_examples=200, deadline=None)
def test_caps_hold_in_every_window(case):
    genres, tags, rules, seed = case
    items = items_of(len(genres), genres=[*genres, "b"][: len(genres)], tags=tags)
    generator = np.random.default_rng(seed)
    batch = CandidateBatch.of_items(np.arange(len(genres))).with_scores(
        generator.random(len(genres)).astype(np.float32)
    )
    exploration = Exploration(positions=(0, 2, 3), rate=0.5, pool_size=3)
    selector = SlateSelector(rules=SelectionRules.of(rules, FIELDS), exploration=exploration)
    context = context_of(items, limit=12, subject=SUBJECT, random_seed=seed)
    slate = selector.select(context, batch).order.tolist()
    assert len(set(slate)) == len(slate)
    for rule in rules:
        counted = [values_of(rule, genres[row], tags[row]) for row in slate]
        for start in range(len(slate)):
            window = counted[start : start + rule.window]
            times = collections.Counter(value for values in window for value in values)
            assert all(count <= rule.limit for count in times.values())


def values_of(rule, genre, tags):
    concerned = {"": True, "genre = a": genre == "a", "tags:x": "x" in tags}[rule.filter]
    if not concerned:
        return []
    return {"": ["all"], "genre": [genre] if genre else [], "tags": tags}[rule.attribute]


class Sequence:
    """A generator that returns these numbers."""

    def __init__(self, *numbers):
        self._numbers = list(numbers)

    def random(self):
        return self._numbers.pop(0)


def test_a_slot_shows_the_best_or_draws_from_the_pool():
    slots = Exploration(positions=(0,), rate=0.25, pool_size=2)
    assert draw([7, 8, 9, 1], slots, Sequence(0.25, 0.9)) == (7, 0.75, False)
    assert draw([7, 8, 9, 1], slots, Sequence(0.24, 0.49)) == (8, 0.125, True)
    assert draw([7, 8, 9, 1], slots, Sequence(0.24, 0.99)) == (9, 0.125, True)


def test_with_an_empty_pool_nothing_is_random():
    assert draw([7], Exploration(positions=(0,), rate=1.0), Sequence(0.0, 0.0)) == (7, 1.0, False)


def explored(seed, rate=0.4, positions=(1,), rules=(), subject=SUBJECT):
    exploration = Exploration(positions=positions, rate=rate, pool_size=3)
    selector = SlateSelector(rules=SelectionRules.of(rules, FIELDS), exploration=exploration)
    return pick(selector=selector, limit=4, random_seed=seed, subject=subject)


def test_the_same_seed_gives_the_same_slate():
    assert rows(explored(5)) == rows(explored(5))


def test_pinned_positions_are_never_explored():
    for seed in range(50):
        selection = explored(seed, rate=1.0, rules=[pin("i5", 1)])
        assert rows(selection)[1] == 5
        assert selection.propensities.tolist() == [1, 1, 1, 1]


def test_nothing_is_random_in_a_shared_reply():
    for seed in range(20):
        assert rows(explored(seed, rate=1.0, subject=None)) == [0, 1, 2, 3]


def test_the_propensities_of_the_outcomes_add_up_to_one():
    outcomes = {}
    for seed in range(3_000):
        selection = explored(seed, positions=(1, 3))
        outcomes[tuple(rows(selection))] = float(np.prod(selection.propensities))
    # Position 1: best or one of 3; position 3: best or one of what is left (2 or 3 items).
    assert sum(outcomes.values()) == pytest.approx(1.0)


def test_outcomes_are_as_frequent_as_their_propensities_say():
    times = collections.Counter()
    said = {}
    for seed in range(6_000):
        selection = explored(seed)
        shown = rows(selection)[1]
        times[shown] += 1
        said[shown] = float(selection.propensities[1])
    assert said == pytest.approx({1: 0.6, 2: 0.4 / 3, 3: 0.4 / 3, 4: 0.4 / 3})
    for item, propensity in said.items():
        error = 4 * np.sqrt(propensity * (1 - propensity) / 6_000)
        assert abs(times[item] / 6_000 - propensity) < error


def test_what_was_displaced_comes_next():
    selection = next(each for each in map(explored, range(100)) if each.is_explored.any())
    shown = rows(selection)
    assert selection.is_explored.tolist() == [False, True, False, False]
    assert shown[2] == 1
