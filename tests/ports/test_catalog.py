"""Behaviour every catalogue shares; runs against each adapter."""

from __future__ import annotations

import asyncio
import math
from dataclasses import replace

import numpy as np
import pytest

from server.catalog.adapters.embedded_catalog import EmbeddedCatalog
from server.catalog.item import Attribute, AttributeType, Item
from server.core.errors import (
    InvalidRequestError,
    ItemAlreadyExistsError,
    ItemNotFoundError,
    UnknownAttributeError,
)
from tests.event_factory import NOON_MS, SetClock

ATTRIBUTES = [
    Attribute("author", AttributeType.STRING, is_filterable=True),
    Attribute("genres", AttributeType.STRINGS, is_feature=True),
    Attribute("year", AttributeType.NUMBER),
    Attribute("released", AttributeType.TIMESTAMP),
    Attribute("blurb", AttributeType.TEXT),
]
FULL = Item(
    item_id="dune",
    title="Dune",
    attributes={
        "author": "Herbert",
        "genres": ("sf", "classic"),
        "year": 1965.0,
        "released": -138_672_000_000.0,
        "blurb": "Spice.",
    },
    available_ms=5,
    expire_ms=50,
    image_uri="https://example.org/dune.png",
)


class Adapter:
    """Opens the catalogue under test, and opens it again on the same data."""

    def __init__(self, folder, clock):
        self._folder, self.clock, self._open = folder, clock, None

    async def open(self):
        if self._open is not None:
            await self._open.close()
        self._open = EmbeddedCatalog(self._folder / "catalog.db", self.clock)
        return self._open

    async def close(self):
        await self._open.close()


@pytest.fixture(params=["embedded"])
async def adapter(request, tmp_path):
    adapter = Adapter(tmp_path, SetClock())
    await (await adapter.open()).declare(ATTRIBUTES, [Attribute("age", AttributeType.NUMBER)])
    yield adapter
    await adapter.close()


@pytest.fixture
async def catalog(adapter):
    return await adapter.open()


async def test_an_item_comes_back_as_it_was_written(catalog):
    created = await catalog.create(FULL)
    assert created == replace(FULL, create_ms=NOON_MS, update_ms=NOON_MS)
    assert await catalog.get(["nothing", "dune"]) == [None, created]
    assert list(catalog.list()) == [(0, created)]


async def test_columns_hold_what_was_written(catalog):
    await catalog.create(FULL)
    await catalog.create(Item(item_id="emma", title="Emma", is_active=False))
    columns = catalog.columns()
    assert (columns.size, columns.row_of["emma"], list(columns.ids)) == (2, 1, ["dune", "emma"])
    assert list(columns.titles) == ["Dune", "Emma"]
    assert columns.active.tolist() == [True, False]
    assert columns.available_ms[0] == 5
    assert columns.expire_ms[0] == 50
    assert columns.create_ms.tolist() == [NOON_MS, NOON_MS]
    author, genres = columns.strings["author"], columns.string_sets["genres"]
    assert [author.values[author.codes[0]], author.codes[1]] == ["Herbert", -1]
    assert columns.strings["blurb"].values[columns.strings["blurb"].codes[0]] == "Spice."
    start, length = genres.starts[0], genres.lengths[0]
    assert [genres.values[code] for code in genres.codes[start : start + length]] == [
        "sf",
        "classic",
    ]
    assert genres.lengths[1] == 0
    assert columns.numbers["year"][0] == 1965.0
    assert math.isnan(columns.numbers["year"][1])
    assert columns.numbers["released"][0] == -138_672_000_000.0
    assert columns.showable(np.array([0, 1]), 5).tolist() == [True, False]


async def test_everything_is_there_after_a_restart(adapter, catalog):
    await catalog.upsert([FULL, Item(item_id="emma"), Item(item_id="gone")])
    await catalog.delete("gone")
    before, schema = catalog.columns(), catalog.schema()
    after_open = await adapter.open()
    after = after_open.columns()
    assert after_open.schema() == schema
    assert dict(after.row_of) == {"dune": 0, "emma": 1}
    assert list(after.ids) == list(before.ids)
    for name in ("active", "available_ms", "expire_ms", "create_ms"):
        if name == "active":
            np.testing.assert_array_equal(getattr(after, name), getattr(before, name))
        else:
            np.testing.assert_array_equal(getattr(after, name)[:2], getattr(before, name)[:2])
    assert after.strings["author"].codes.tolist() == [0, -1, -1]
    await after_open.create(Item(item_id="new"))
    assert after_open.columns().row_of["new"] == 3


async def test_an_item_cannot_be_created_twice(catalog):
    await catalog.create(Item(item_id="dune"))
    with pytest.raises(ItemAlreadyExistsError):
        await catalog.create(Item(item_id="dune"))
    with pytest.raises(ItemAlreadyExistsError):
        await catalog.create(Item(item_id="dune"), validate_only=True)


async def test_an_item_created_again_after_deletion_gets_a_new_row(catalog):
    await catalog.create(Item(item_id="dune", title="old"))
    pinned = catalog.columns()
    await catalog.delete("dune")
    await catalog.create(Item(item_id="dune", title="new"))
    columns = catalog.columns()
    assert columns.row_of["dune"] == 1
    assert columns.active.tolist() == [False, True]
    assert pinned.active.tolist() == [True]
    assert pinned.rows(["dune"]).tolist() == [-1]


async def test_a_deleted_item_is_gone_at_once(catalog):
    await catalog.create(Item(item_id="dune"))
    await catalog.delete("dune")
    columns = catalog.columns()
    assert columns.active.tolist() == [False]
    assert columns.rows(["dune"]).tolist() == [-1]
    assert await catalog.get(["dune"]) == [None]
    assert list(catalog.list()) == []
    with pytest.raises(ItemNotFoundError):
        await catalog.delete("dune")


async def test_update_replaces_by_what_is_there(adapter, catalog):
    created = await catalog.create(FULL)
    adapter.clock.ms += 7
    changed = await catalog.update("dune", lambda current: replace(current, title="Dune!"))
    assert changed == replace(created, title="Dune!", update_ms=NOON_MS + 7)
    assert await catalog.get(["dune"]) == [changed]
    assert catalog.columns().titles[0] == "Dune!"


async def test_update_sees_nothing_where_nothing_is(catalog):
    def change(current):
        if current is None:
            raise ItemNotFoundError("dune")
        raise AssertionError

    with pytest.raises(ItemNotFoundError):
        await catalog.update("dune", change)
    await catalog.update("emma", lambda current: Item(item_id="emma", title=str(current)))
    assert catalog.columns().titles[0] == "None"


async def test_concurrent_updates_do_not_lose_each_other(catalog):
    await catalog.create(replace(FULL, attributes={"year": 0.0}))

    def add_one(current):
        return replace(current, attributes={"year": current.attributes["year"] + 1})

    await asyncio.gather(*(catalog.update("dune", add_one) for _ in range(100)))
    assert catalog.columns().numbers["year"].tolist() == [100.0]


async def test_nothing_is_written_when_only_validating(catalog):
    planned = await catalog.create(FULL, validate_only=True)
    assert planned.create_ms == NOON_MS
    await catalog.update("emma", lambda _: Item(item_id="emma"), validate_only=True)
    await catalog.declare([Attribute("new", AttributeType.TEXT)], [], validate_only=True)
    assert catalog.columns().size == 0
    assert "new" not in catalog.columns().strings


async def test_upsert_answers_for_each_item(catalog):
    await catalog.create(Item(item_id="emma", title="old"))
    outcomes = await catalog.upsert(
        [
            FULL,
            Item(item_id="bad", attributes={"colour": "red"}),
            Item(item_id="emma", title="new"),
            Item(item_id="worse", title="\ud800"),
        ]
    )
    assert [type(each) for each in outcomes] == [
        Item,
        UnknownAttributeError,
        Item,
        InvalidRequestError,
    ]
    assert dict(catalog.columns().row_of) == {"emma": 0, "dune": 1}
    assert list(catalog.columns().titles) == ["new", "Dune"]
    assert await catalog.upsert([]) == []


async def test_the_last_of_equal_ids_in_a_batch_wins(catalog):
    outcomes = await catalog.upsert([Item(item_id="a", title="1"), Item(item_id="a", title="2")])
    assert [each.title for each in outcomes] == ["2", "2"]
    assert list(catalog.columns().titles) == ["2"]


@pytest.mark.parametrize(
    ("attributes", "field"),
    [
        ({"year": "1965"}, 'item.attributes["year"]'),
        ({"year": math.nan}, 'item.attributes["year"]'),
        ({"year": True}, 'item.attributes["year"]'),
        ({"author": 3.0}, 'item.attributes["author"]'),
        ({"genres": "sf"}, 'item.attributes["genres"]'),
        ({"genres": (1.0,)}, 'item.attributes["genres"]'),
        ({"released": ("a",)}, 'item.attributes["released"]'),
    ],
)
async def test_a_value_of_another_type_is_refused_by_name(catalog, attributes, field):
    with pytest.raises(InvalidRequestError) as caught:
        await catalog.create(Item(item_id="dune", attributes=attributes))
    assert caught.value.violations[0].field == field


async def test_an_undeclared_attribute_is_refused_by_name(catalog):
    with pytest.raises(UnknownAttributeError, match=r'item.attributes\["colour"\]'):
        await catalog.create(Item(item_id="dune", attributes={"colour": "red"}))


async def test_sets_lose_their_duplicates_and_keep_their_order(catalog):
    item = await catalog.create(Item(item_id="a", attributes={"genres": ("b", "a", "b")}))
    assert item.attributes["genres"] == ("b", "a")


async def test_attributes_are_added_but_never_change_type(adapter, catalog):
    await catalog.create(Item(item_id="dune"))
    adapter.clock.ms += 1
    schema = await catalog.declare(
        [Attribute("pages", AttributeType.NUMBER), replace(ATTRIBUTES[0], is_feature=True)], []
    )
    assert [each.name for each in schema.item_attributes] == [
        "author",
        "genres",
        "year",
        "released",
        "blurb",
        "pages",
    ]
    assert schema.item_attributes[0].is_feature
    assert (schema.user_attributes[0].name, schema.update_ms) == ("age", NOON_MS + 1)
    assert np.isnan(catalog.columns().numbers["pages"]).tolist() == [True]
    with pytest.raises(InvalidRequestError, match="pages"):
        await catalog.declare([Attribute("pages", AttributeType.TEXT)], [])
    with pytest.raises(InvalidRequestError, match="twice"):
        await catalog.declare([Attribute("x", AttributeType.TEXT)] * 2, [])


async def test_listing_goes_by_row_from_any_row(catalog):
    await catalog.upsert([Item(item_id=f"i{number}") for number in range(2_500)])
    await catalog.delete("i1")
    rows = [row for row, _ in catalog.list()]
    assert rows == [0, *range(2, 2_500)]
    assert [row for row, _ in catalog.list(after_row=0, limit=2)] == [2, 3]
    assert list(catalog.list(limit=0)) == []


async def test_subscribers_hear_of_every_committed_write(catalog):
    heard = []
    catalog.subscribe(lambda rows: heard.append((rows.tolist(), catalog.columns().size)))
    await catalog.upsert([Item(item_id="a"), Item(item_id="b")])
    await catalog.update("a", lambda current: replace(current, title="A"))
    await catalog.delete("b")
    with pytest.raises(ItemAlreadyExistsError):
        await catalog.create(Item(item_id="a"))
    assert heard == [([0, 1], 2), ([0], 2), ([1], 2)]


async def test_a_given_creation_time_is_kept(catalog):
    created = await catalog.create(Item(item_id="a", create_ms=3))
    assert created.create_ms == 3
    (again,) = await catalog.upsert([Item(item_id="a")])
    assert again.create_ms == 3


async def test_a_write_counts_even_if_its_caller_went_away(catalog):
    task = asyncio.ensure_future(catalog.create(Item(item_id="a")))
    await asyncio.sleep(0)
    task.cancel()
    await catalog.create(Item(item_id="b"))
    assert dict(catalog.columns().row_of) == {"a": 0, "b": 1}
