"""What recent items and candidates have in common, against plain sets."""

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from server.catalog.item import Attribute, AttributeType, Item
from server.features.item_texts import ItemTexts
from server.features.recent_items import AFFINITY_LENGTH, HolderBits, RecentItems
from tests.small_model.world import MemoryCatalog

ATTRIBUTES = (Attribute("tags", AttributeType.STRINGS), Attribute("brand", AttributeType.STRING))
TAGS = st.lists(st.sampled_from("abcdefgh"), unique=True, max_size=4).map(tuple)


def catalog_of(tags, brands=()) -> MemoryCatalog:
    items = [
        Item(item_id=str(at), attributes={"tags": each} | ({"brand": brand} if brand else {}))
        for at, (each, brand) in enumerate(zip(tags, brands or [""] * len(tags), strict=True))
    ]
    return MemoryCatalog(items, ATTRIBUTES)


def affinity(catalog, recent, rows, attribute="tags", holders=None) -> list[float]:
    texts, items = ItemTexts(), catalog.columns()
    of_recent = RecentItems(items, texts, np.array(recent, np.int64), holders or HolderBits())
    return of_recent.affinity(attribute, texts.of(items, np.array(rows), attribute)).tolist()


@given(st.lists(TAGS, min_size=1, max_size=12), st.data())
def test_affinity_is_the_share_of_sets_that_meet(tags, data):
    rows = range(len(tags))
    recent = data.draw(st.lists(st.sampled_from(rows), unique=True, min_size=1))
    meets = [sum(bool({*tags[u]} & {*tags[row]}) for u in recent) for row in rows]
    assert affinity(catalog_of(tags), recent, rows) == [each / len(recent) for each in meets]


@given(st.lists(TAGS, min_size=1, max_size=12))
def test_the_top_value_is_the_most_common_one(tags):
    items = catalog_of(tags).columns()
    counts = Counter(tag for each in tags for tag in each)
    expected = min(counts, key=lambda tag: (-counts[tag], tag), default=None)
    assert RecentItems(items, ItemTexts(), np.arange(len(tags)), HolderBits()).top("tags") == (
        expected
    )


def test_every_one_of_the_longest_history_counts():
    count = AFFINITY_LENGTH
    catalog = catalog_of([(f"own-{row}", "all") for row in range(count)])
    assert affinity(catalog, range(count), [0, count - 1]) == [1, 1]
    assert affinity(catalog, range(count - 1), [count - 1]) == [1]


def test_what_one_request_held_is_gone_in_the_next():
    holders = HolderBits()
    catalog = catalog_of([("a",), ("b",)], ["x", "y"])
    for attribute in ("tags", "brand"):
        assert affinity(catalog, [0], [0, 1], attribute, holders) == [1, 0]
        assert affinity(catalog, [1], [0, 1], attribute, holders) == [0, 1]


def test_a_value_that_is_missing_is_held_by_nobody_whatever_the_dictionary_before():
    holders = HolderBits()
    for count in (3, 4, 40, 2):
        brands = [f"brand-{row}" for row in range(count)]
        catalog = catalog_of([()] * (count + 1), [*brands, ""])
        found = affinity(catalog, range(count), range(count + 1), "brand", holders)
        assert found == [1 / count] * count + [0]


def test_titles_have_nothing_in_common():
    catalog = catalog_of([("a",)] * 6)
    assert affinity(catalog, [0, 1], range(6), "title") == [0] * 6
