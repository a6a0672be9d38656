"""What masks and updates mean, without a server."""

from dataclasses import replace

import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from hypothesis import given
from hypothesis import strategies as st

from server.catalog.item import Attribute, AttributeType, Item
from server.core.errors import InvalidRequestError, UnknownAttributeError
from server.gateway.translation.field_masks import ALL, Paths, parse_mask
from server.gateway.translation.items import (
    item_message,
    item_paths,
    item_to_core,
    populated_item_paths,
    updated_item,
)

DECLARED = {
    each.name: each
    for each in (
        Attribute("genre", AttributeType.STRING),
        Attribute("blurb", AttributeType.TEXT),
        Attribute("tags", AttributeType.STRINGS),
        Attribute("price", AttributeType.NUMBER),
        Attribute("released", AttributeType.TIMESTAMP),
    )
}
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
TIMES = st.integers(-62_135_596_800_000, 253_402_300_799_999)
ATTRIBUTES = st.fixed_dictionaries(
    {},
    optional={
        "genre": TEXT,
        "blurb": TEXT,
        "tags": st.lists(TEXT, unique=True, max_size=3).map(tuple),
        "price": st.floats(allow_nan=False, allow_infinity=False),
        "released": TIMES.map(float),
    },
)
ITEMS = st.builds(
    Item,
    item_id=st.just("b1"),
    title=TEXT,
    attributes=ATTRIBUTES,
    available_ms=st.none() | TIMES,
    expire_ms=st.none() | TIMES,
    is_active=st.booleans(),
    image_uri=TEXT,
)


@given(item=ITEMS)
def test_an_item_survives_the_way_out_and_in(item):
    assert item_to_core(item_message(item, DECLARED), DECLARED, "item.") == item


@given(current=ITEMS, written=ITEMS)
def test_a_star_replaces_everything_and_an_empty_mask_nothing(current, written):
    current = replace(current, create_ms=1, update_ms=2)
    replaced = updated_item(current, written, ALL, allow_missing=False)
    assert replaced == replace(written, create_ms=1, update_ms=2)
    assert updated_item(current, written, Paths(), allow_missing=False) == current


@given(current=ITEMS, written=ITEMS)
def test_an_update_is_idempotent(current, written):
    message = item_message(written, DECLARED)
    paths = populated_item_paths(message)
    once = updated_item(current, written, paths, allow_missing=False)
    assert updated_item(once, written, paths, allow_missing=False) == once
    assert once.attributes == {**current.attributes, **written.attributes}


@given(item=ITEMS, names=st.sets(st.sampled_from(sorted(DECLARED))))
def test_a_read_mask_of_attributes_reads_those_alone(item, names):
    mask = FieldMask(paths=[f"attributes.{name}" for name in sorted(names)])
    message = item_message(item, DECLARED, item_paths(mask, "read_mask", DECLARED))
    assert set(message.attributes) == names & item.attributes.keys()
    assert not message.name


def test_bad_paths_name_the_mask():
    for path, kind in (
        ("colour", InvalidRequestError),
        ("", InvalidRequestError),
        ("title.x", InvalidRequestError),
        ("attributes.colour", UnknownAttributeError),
        ("attributes.", UnknownAttributeError),
    ):
        with pytest.raises(kind) as caught:
            parse_mask(FieldMask(paths=[path]), "m", fields={"title"}, attributes={"genre"})
        assert caught.value.violations[0].field == "m"
