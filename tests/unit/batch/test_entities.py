"""Items and profiles: values picked among rows, attributes in their types."""

from __future__ import annotations

import tomllib

import pytest

from server.batch.importing.entities import read_items, read_profiles
from server.batch.importing.reader import RowReader
from server.batch.importing.tables import read_source
from server.batch.mapping.language import FileFormat
from server.batch.mapping.parse import parse_mapping


@pytest.fixture
def load(folder):
    """Read a CSV text with an [items] or [users] table; return (entities, reasons by line)."""

    def read(text, mapping, *, before_ms=None):
        (folder / "file.csv").write_text(text)
        parsed = parse_mapping(tomllib.loads(mapping), "my.toml", "my")
        reader = RowReader(read_source(folder / "file.csv", FileFormat()), "items")
        if parsed.items:
            found = read_items(parsed.items[0], reader, before_ms=before_ms)
        else:
            found = read_profiles(parsed.users[0], reader, before_ms=before_ms)
        return found, {each.line: each.reason for each in reader.rejects()}

    return read


ITEMS = '[items]\nfile = "file.csv"\nid = "id"\n'


def test_attributes_have_their_declared_type(load):
    mapping = (
        ITEMS
        + """title = "name"
available = "from"
[items.attributes]
kind = "kind"
tags = { column = "tags", type = "strings", separator = ",", missing = ["none"] }
year = { column = "name", type = "number", pattern = '\\((\\d{4})\\)$' }
length = { column = "ms", type = "number", multiply = 0.001 }
made = { column = "made", type = "timestamp" }
"""
    )
    text = (
        "id,name,kind,tags,ms,made,from\n"
        '1,Heat (1995),film,"a, b,a",2500,1970-01-01T00:00:01Z,1970-01-02\n'
        "2,Untitled,,none,,,\n"
    )
    (first, second), refused = load(text, mapping)
    assert refused == {}
    assert first.title == "Heat (1995)"
    assert first.attributes == {
        "kind": "film",
        "tags": ("a", "b"),
        "year": 1995.0,
        "length": 2.5,
        "made": 1000.0,
    }
    assert first.available_ms == 86_400_000
    assert second.attributes == {}
    assert second.available_ms is None


def test_of_several_rows_the_picked_value_counts(load):
    mapping = (
        ITEMS
        + """title = { column = "name", pick = "most_frequent" }
time = "t"
created = { earliest = true }
unavailable = [{ column = "id", matches = "^P" }]
[items.attributes]
price = { column = "p", type = "number", pick = "median" }
first = "p"
last = { column = "p", pick = "last" }
"""
    )
    text = "id,name,p,t\nb,X,1,30\na,,9,20\na,Y,2,10\na,Z,,40\na,Z,4,50\nP1,post,1,1\n"
    (b, a, post), _ = load(text, mapping)
    assert (b.item_id, b.title, b.create_ms) == ("b", "X", 30_000)
    assert a.title == "Z"
    assert a.create_ms == 10_000
    assert a.attributes == {"price": 4.0, "first": "9", "last": "4"}
    assert a.is_active
    assert not post.is_active


def test_rows_from_the_held_out_time_on_are_not_known(load):
    mapping = ITEMS + 'title = { column = "name", pick = "last" }\ntime = "t"'
    (item,), refused = load("id,name,t\na,X,10\na,Y,20\nb,Z,20\n", mapping, before_ms=20_000)
    assert (item.item_id, item.title) == ("a", "X")
    assert refused == {}


def test_values_that_are_too_long_are_refused(load):
    mapping = (
        ITEMS + 'title = "name"\n[items.attributes]\ntags = { column = "t", type = "strings" }'
    )
    many = "|".join(f"t{at}" for at in range(201))
    text = f"id,name,t\n1,{'x' * 1001},\n2,a,{many}\n3,a,{'y' * 257}\n4,a,ok\n"
    (item,), refused = load(text, mapping)
    assert item.item_id == "4"
    reason = "tags has more than 200 strings, or one of more than 256 characters"
    assert refused == {2: "title is longer than 1000 characters", 3: reason, 4: reason}


def test_a_user_has_the_attributes_of_the_first_row(load):
    mapping = '[users]\nfile = "file.csv"\nid = "id"\n[users.attributes]\ncountry = "c"'
    profiles, refused = load("id,c\n1,\n1,DE\n1,FR\n2,\n,GB\n", mapping)
    assert [(each.user_id, each.attributes) for each in profiles] == [
        ("1", {"country": "DE"}),
        ("2", {}),
    ]
    assert refused == {6: "user is missing (id)"}
