"""Rows become events: types, times, numbers, sequences and baskets, worked by hand."""

from __future__ import annotations

import tomllib

import pytest

from server.batch.importing.event_reading import read_events
from server.batch.importing.new_events import MAX_ITEMS, chunks, id_prefix
from server.batch.importing.reader import RowReader
from server.batch.importing.tables import SourceFileError, read_source
from server.batch.mapping.language import FileFormat
from server.batch.mapping.parse import parse_mapping
from server.core.event_type import EventType


@pytest.fixture
def load(folder):
    """Read a CSV text with an [[events]] table; return (events, refused lines with reasons)."""

    def read(text, mapping):
        path = folder / "events.csv"
        path.write_text(text)
        head = '[[events]]\nfile = "events.csv"\n'
        (source,) = parse_mapping(tomllib.loads(head + mapping), "my.toml", "my").events
        table = read_source(path, FileFormat())
        reader = RowReader(table, source.key)
        columns = read_events(source, reader)
        events = [new.event for made, _, _ in chunks(columns, "my.events", 3) for new in made]
        return events, {each.line: each.reason for each in reader.rejects()}

    return read


CLICK = 'user = "u"\nitem = "i"\ntype = "click"\ntime = "t"\n'


def test_a_row_is_an_event_with_an_id_of_file_and_line(load):
    events, refused = load("u,i,t\n7,a b,1650000000\n8,c,1650000000000\n", CLICK)
    assert refused == {}
    first, second = events
    assert first.event_id == "my.events.2.click"
    assert second.event_id == "my.events.3.click"
    assert first.subject.key == "7"
    assert first.items[0].item_id == "a%20b"
    assert first.type is EventType.CLICK
    assert first.time_ms == second.time_ms == 1_650_000_000_000


def test_events_are_in_order_of_time_and_then_of_the_file(load):
    events, _ = load("u,i,t\n1,a,30\n1,b,10\n1,c,30\n1,d,20\n", CLICK)
    assert [event.items[0].item_id for event in events] == ["b", "d", "a", "c"]


def test_rows_that_do_not_fit_are_refused_with_the_reason(load):
    text = "u,i,t\n,a,1\n1,,1\n1,a,\n1,a,soon\n1,a,1e99\n1,a,1\n" + "x" * 200 + ",a,1\n"
    events, refused = load(text, CLICK)
    assert len(events) == 1
    assert refused == {
        2: "user is missing (u)",
        3: "item is missing (i)",
        4: "time is missing",
        5: "time 'soon' is no time (auto)",
        6: "time '1e99' is no time (auto)",
        8: "user is longer than 128 characters (u)",
    }


@pytest.mark.parametrize(
    ("text", "time_format", "expected"),
    [
        ("2022-05-05T00:00:00+08:00", "auto", 1_651_680_000_000),
        ("2022-05-05T00:00:00Z", "auto", 1_651_708_800_000),
        ("2022-05-05", "auto", 1_651_708_800_000),
        ("1651708800", "auto", 1_651_708_800_000),
        ("1651708800.5", "unix_s", 1_651_708_800_500),
        ("1651708800123", "unix_ms", 1_651_708_800_123),
        ("05.05.2022 00:00", "%d.%m.%Y %H:%M", 1_651_708_800_000),
    ],
)
def test_times_are_read_in_their_format(load, text, time_format, expected):
    mapping = CLICK.replace('time = "t"', f'time = {{ column = "t", format = "{time_format}" }}')
    (event,), refused = load(f"u,i,t\n1,a,{text}\n", mapping)
    assert refused == {}
    assert event.time_ms == expected


def test_row_order_gives_each_line_its_second(load):
    mapping = CLICK.replace(
        'time = "t"', "time = { row_order = true, start = 2025-01-01, step_s = 1 }"
    )
    events, _ = load("u,i,t\n1,a,\n1,,\n1,c,\n", mapping)
    # A refused line doesn't move the others.
    assert [event.time_ms - 1_735_689_600_000 for event in events] == [2_000, 4_000]


def test_flags_make_one_event_for_each_true_column(load):
    mapping = """
user = "u"
item = "i"
time = "t"
dwell_ms = "d"
context = { tab = "tab" }
flags = { impression = true, click = "c", hide = "h" }
"""
    text = "u,i,t,c,h,d,tab\n1,a,5,1,0,900,x\n1,b,5,0,1,,\n1,c,5,maybe,0,1,x\n"
    events, refused = load(text, mapping)
    assert [(event.type.name, event.items[0].item_id) for event in events] == [
        ("IMPRESSION", "a"),
        ("CLICK", "a"),
        ("IMPRESSION", "b"),
        ("HIDE", "b"),
    ]
    assert [event.event_id for event in events[:2]] == [
        "my.events.2.impression",
        "my.events.2.click",
    ]
    assert events[0].items[0].dwell_ms == 900
    assert events[2].items[0].dwell_ms is None
    assert (events[0].context, events[2].context) == ({"tab": "x"}, {})
    assert refused == {4: "c 'maybe' is neither true nor false"}


def test_a_type_column_may_be_translated(load):
    mapping = """
visitor = "u"
item = "i"
time = "t"
type = { column = "k", values = { clicks = "click", orders = "purchase" } }
"""
    events, refused = load("u,i,t,k\n1,a,1,orders\n1,a,2,carts\n", mapping)
    (event,) = events
    assert event.type is EventType.PURCHASE
    assert event.subject.key == "visitor:1"
    assert refused == {3: "type 'carts' is not known"}


@pytest.mark.parametrize(
    ("cell", "text", "expected"),
    [
        ('"r"', "4.5", 4.5),
        ('{ column = "r", clip = true }', "0.5", 1.0),
        ('{ column = "r", scale = [0, 10] }', "10", 5.0),
        ('{ column = "r", scale = [0, 10] }', "5", 3.0),
    ],
)
def test_ratings_are_brought_to_one_to_five(load, cell, text, expected):
    mapping = CLICK.replace("click", "rate") + f"rating = {cell}"
    (event,), _ = load(f"u,i,t,r\n1,a,1,{text}\n", mapping)
    assert event.items[0].rating == expected


def test_numbers_out_of_range_are_refused(load):
    mapping = CLICK.replace("click", "rate") + (
        'rating = "r"\nquantity = "q"\nprice = "p"\nposition = "at"'
    )
    text = (
        "u,i,t,r,q,p,at\n1,a,1,6,,,\n1,a,1,,,,\n1,a,1,5,0,,\n1,a,1,5,1.5,,\n"
        "1,a,1,5,1,-2,\n1,a,1,5,1,x,\n1,a,1,5,1,2.5,0\n1,a,1,5,,inf,\n"
    )
    events, refused = load(text, mapping)
    (event,) = events
    item = event.items[0]
    assert (item.quantity, item.price, item.position) == (1, 2.5, 0)
    assert refused == {
        2: "rating 6 is not within 1 to 5",
        3: "rating is missing",
        4: "quantity 0 is not within 1 to 1e+06",
        5: "quantity 1.5 is not whole",
        6: "price -2 is not within 0 to 1e+300",
        7: "price 'x' is not a number",
        9: "price 'inf' is not a number",
    }


def test_filters_leave_rows_out_without_refusing_them(load):
    mapping = CLICK + (
        'where = [{ column = "n", above = 0 }, { column = "u", not_matches = "^C" },'
        ' { column = "i", in = ["a", "b"] }, { column = "u", present = true }]'
    )
    text = "u,i,t,n\n1,a,1,1\n1,a,1,0\nC1,a,1,1\n1,c,1,1\n,a,1,1\n1,a,1,many\n"
    events, refused = load(text, mapping)
    assert len(events) == 1
    assert refused == {7: "n 'many' is not a number"}


def test_a_sequence_becomes_events_backwards_from_its_time(load):
    mapping = """
user = "u"
item = "seen"
type = "view"
time = { column = "t", format = "unix_ms" }
[events.sequence]
items = "seen"
step_s = 60
marks = { long_view = "long", like = "liked" }
"""
    events, refused = load("u,seen,long,liked,t\n1,a b a,a,b z,200000\n2,,,,5\n", mapping)
    assert refused == {}
    assert [(event.time_ms, event.type.name, event.items[0].item_id) for event in events] == [
        (80_000, "VIEW", "a"),
        (80_000, "LONG_VIEW", "a"),
        (140_000, "VIEW", "b"),
        (140_000, "LIKE", "b"),
        (200_000, "VIEW", "a"),
    ]
    assert len({event.event_id for event in events}) == 5


def test_rows_of_one_basket_are_one_event(load):
    mapping = CLICK.replace("click", "purchase") + 'session = "n"\ngroup_by = "n"\nquantity = "q"'
    text = (
        "u,i,t,n,q\n1,a,5,n1,2\n1,b,5,n1,1\n1,c,6,n1,1\n"
        "2,a,6,n2,1\n2,a,6,n2,1\n3,d,7,,1\n3,e,7,,1\n"
    )
    events, _ = load(text, mapping)
    baskets = [[item.item_id for item in event.items] for event in events]
    # Rows without a basket stay alone, and another time is another event.
    assert baskets == [["a", "b"], ["c"], ["a", "a"], ["d"], ["e"]]
    assert events[0].items[0].quantity == 2
    assert events[0].session_id == "n1"


def test_a_large_basket_is_cut(load):
    mapping = CLICK + 'group_by = "n"'
    text = "u,i,t,n\n" + "".join(f"1,i{at},5,n\n" for at in range(MAX_ITEMS + 1))
    events, _ = load(text, mapping)
    assert [len(event.items) for event in events] == [MAX_ITEMS, 1]
    assert len({event.event_id for event in events}) == 2


def test_event_ids_of_the_file_are_used(load):
    events, refused = load("u,i,t,e\n1,a,1,x 1\n1,a,2,\n", CLICK + 'event_id = "e"')
    assert [event.event_id for event in events] == ["x%201"]
    assert refused == {3: "event id is missing (e)"}


def test_a_missing_column_is_named_with_a_suggestion(load):
    with pytest.raises(SourceFileError) as caught:
        load("user,i,t\n1,a,1\n", CLICK.replace('"u"', '"usr"'))
    assert str(caught.value) == (
        "events.csv: has no column 'usr', which [events[0]] names; did you mean 'user'?"
    )


def test_a_file_without_rows_gives_no_events(load):
    assert load("u,i,t\n", CLICK) == ([], {})


def test_long_names_give_short_event_ids():
    assert id_prefix("my", "events") == "my.events"
    assert id_prefix("my", "two words") == "my.two%20words"
    long = id_prefix("x" * 100)
    assert len(long) <= 64
    assert long != id_prefix("x" * 101)
