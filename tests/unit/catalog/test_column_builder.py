"""Published columns never change, and always say what a plain dictionary would."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from server.catalog.column_builder import ColumnBuilder, RowValues
from server.catalog.item import Attribute, AttributeType, Item
from server.core.item_columns import ItemColumns

ATTRIBUTES = [
    Attribute("author", AttributeType.STRING),
    Attribute("genres", AttributeType.STRINGS),
    Attribute("year", AttributeType.NUMBER),
    Attribute("blurb", AttributeType.TEXT),
]
LATE = Attribute("late", AttributeType.STRING)

words = st.sampled_from(["a", "b", "c", ""])
attributes = st.fixed_dictionaries(
    {},
    optional={
        "author": words,
        "genres": st.lists(words, unique=True, max_size=4).map(tuple),
        "year": st.integers(0, 3).map(float),
        "blurb": words,
        "late": words,
    },
)
items = st.builds(
    Item,
    item_id=st.sampled_from([f"i{number}" for number in range(8)]),
    title=words,
    attributes=attributes,
    available_ms=st.none() | st.integers(0, 3),
    expire_ms=st.none() | st.integers(0, 3),
    is_active=st.booleans(),
    create_ms=st.integers(0, 3),
)
steps = st.one_of(
    st.lists(items, min_size=1, max_size=5).map(lambda each: ("write", each)),
    st.sampled_from([f"i{number}" for number in range(8)]).map(lambda each: ("delete", each)),
    st.just(("declare", None)),
)


class Model:
    """The catalogue as a list of rows."""

    def __init__(self):
        self.rows: list[tuple[Item, bool]] = []
        self.row_of: dict[str, int] = {}

    def write(self, batch):
        written: dict[int, Item] = {}
        for item in batch:
            row = self.row_of.setdefault(item.item_id, len(self.rows))
            if row == len(self.rows):
                self.rows.append((item, True))
            self.rows[row] = (item, True)
            written[row] = item
        return written

    def delete(self, item_id):
        row = self.row_of.pop(item_id)
        self.rows[row] = (self.rows[row][0], False)
        return row


def described(columns: ItemColumns) -> list[tuple]:
    """Return everything a view says, row by row."""
    rows = []
    for row in range(columns.size):
        values = {}
        for name, column in columns.strings.items():
            if column.codes[row] >= 0:
                values[name] = column.values[column.codes[row]]
        for name, column in columns.string_sets.items():
            codes = column.codes[column.starts[row] :][: column.lengths[row]]
            if len(codes):
                values[name] = tuple(column.values[code] for code in codes)
        for name, numbers in columns.numbers.items():
            if not math.isnan(numbers[row]):
                values[name] = float(numbers[row])
        times = (columns.available_ms[row], columns.expire_ms[row], columns.create_ms[row])
        rows.append(
            (columns.ids[row], columns.titles[row], values, bool(columns.active[row]), times)
        )
    return rows


def expected(model: Model, declared: set[str]) -> list[tuple]:
    limits = np.iinfo(np.int64)
    rows = []
    for item, is_alive in model.rows:
        values = {
            name: value
            for name, value in item.attributes.items()
            if name in declared and value != ()
        }
        times = (
            limits.min if item.available_ms is None else item.available_ms,
            limits.max if item.expire_ms is None else item.expire_ms,
            item.create_ms,
        )
        rows.append((item.item_id, item.title, values, is_alive and item.is_active, times))
    return rows


@settings(max_examples=150, deadline=None)
@given(st.lists(steps, max_size=12))
def test_views_say_what_was_written_and_never_change(history):
    builder, model = ColumnBuilder(ATTRIBUTES), Model()
    declared = {each.name for each in ATTRIBUTES}
    views = []
    for step, argument in history:
        if step == "write":
            builder.write(RowValues.of(model.write(argument)))
        elif step == "delete" and argument in model.row_of:
            builder.delete([model.delete(argument)])
        elif step == "declare" and "late" not in declared:
            # Values of an attribute arrive only after its declaration.
            model.rows = [
                (Item(**{**fields(item), "attributes": without_late(item)}), is_alive)
                for item, is_alive in model.rows
            ]
            builder.declare([LATE])
            declared.add("late")
        view = builder.publish()
        views.append((view, described(view)))
        assert described(view) == expected(model, declared)
        assert dict(view.row_of) == model.row_of
    for view, before in views:
        assert described(view) == before


def fields(item):
    return {name: getattr(item, name) for name in Item.__dataclass_fields__}


def without_late(item):
    return {name: value for name, value in item.attributes.items() if name != "late"}


def test_an_unchanged_column_is_not_copied():
    builder = ColumnBuilder(ATTRIBUTES)
    builder.write(RowValues.of({0: Item(item_id="a", attributes={"year": 1.0})}))
    before = builder.publish()
    builder.write(RowValues.of({0: Item(item_id="a", attributes={"year": 2.0})}))
    after = builder.publish()
    assert np.shares_memory(before.active, after.active)
    assert not np.shares_memory(before.numbers["year"], after.numbers["year"])


def test_appending_does_not_copy_what_is_there():
    builder = ColumnBuilder()
    builder.write(RowValues.of({0: Item(item_id="a")}))
    before = builder.publish()
    builder.write(RowValues.of({1: Item(item_id="b")}))
    assert np.shares_memory(before.active, builder.publish().active)
    assert before.active.tolist() == [True]


def test_replaced_sets_do_not_pile_up():
    builder = ColumnBuilder(ATTRIBUTES)
    kept = Item(item_id="kept", attributes={"genres": ("x", "y")})
    builder.write(RowValues.of({0: kept}))
    for number in range(5_000):
        item = Item(item_id="busy", attributes={"genres": ("a", str(number % 7))})
        builder.write(RowValues.of({1: item}))
    view = builder.publish()
    assert len(view.string_sets["genres"].codes) < 5_000
    assert [row[2]["genres"] for row in described(view)] == [("x", "y"), ("a", "1")]


def test_views_are_read_only():
    builder = ColumnBuilder()
    builder.write(RowValues.of({0: Item(item_id="a")}))
    assert not builder.publish().active.flags.writeable
