"""The mapping language: what is read, and that every fault names file, key and remedy."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from server.batch.mapping.language import Comparison, Pick, TimeKind
from server.batch.mapping.parse import load_mapping, parse_mapping
from server.batch.mapping.recognise import find_mapping, layout_names, shipped_mappings
from server.batch.mapping.section import MappingError
from server.catalog.item import AttributeType
from server.core.event_type import EventType

EVENTS = """
[[events]]
file = "clicks.csv"
user = "who"
item = "what"
type = "click"
time = "when"
"""


def parse(text):
    return parse_mapping(tomllib.loads(text), "my.toml", "my")


def test_the_shipped_mappings_can_be_read():
    assert len(shipped_mappings()) == 6
    assert {"goodbooks", "kuairand", "movielens", "online-retail", "otto"} == set(layout_names())


def test_a_small_mapping_has_defaults():
    mapping = parse(EVENTS)
    (source,) = mapping.events
    assert mapping.name == "my"
    assert source.type is EventType.CLICK
    assert source.time.kind is TimeKind.COLUMN
    assert source.time.format == "auto"
    assert mapping.holdout is None
    assert mapping.file_names() == ["clicks.csv"]


def test_attributes_have_a_type_and_flags():
    mapping = parse(
        """
[items]
file = "items.csv"
id = "sku"
[items.attributes]
colour = "color"
tags = { column = "t", type = "strings", separator = ";" }
about = { column = "d", type = "text" }
price = { column = "p", type = "number", pick = "median", filterable = false }
"""
    )
    colour, tags, about, price = mapping.items[0].attributes
    assert colour.attribute.type is AttributeType.STRING
    assert colour.attribute.is_filterable
    assert tags.cell.separator == ";"
    assert not about.attribute.is_filterable
    assert about.attribute.is_feature
    assert price.cell.pick is Pick.MEDIAN
    assert not price.attribute.is_filterable


def test_row_filters_have_one_test_each():
    mapping = parse(EVENTS + 'where = [{ column = "n", above = 0 }, { column = "x", in = ["a"] }]')
    first, second = mapping.events[0].where
    assert (first.test, first.value) == (Comparison.ABOVE, 0.0)
    assert (second.test, second.value) == (Comparison.IN, ("a",))


@pytest.mark.parametrize(
    ("text", "place", "remedy"),
    [
        (EVENTS + 'usr = "x"', "my.toml: events[0].usr", "did you mean 'user'?"),
        (EVENTS.replace('item = "what"', ""), "my.toml: events[0].item", "name the column"),
        (EVENTS.replace('"click"', '"clik"'), "my.toml: events[0].type", "did you mean 'click'?"),
        (EVENTS.replace('user = "who"', ""), "my.toml: events[0].user", "name its column"),
        (EVENTS.replace('time = "when"', ""), "my.toml: events[0].time", "row_order"),
        (EVENTS.replace('"when"', "5"), "my.toml: events[0].time", "write a table"),
        (
            EVENTS.replace('"when"', "{ row_order = true }"),
            "my.toml: events[0].time.start",
            "2024-01-31",
        ),
        (EVENTS.replace('"click"', '"rate"'), "my.toml: events[0].rating", "name its column"),
        (
            EVENTS + 'where = [{ column = "n", abov = 0 }]',
            "my.toml: events[0].where[0].abov",
            "did you mean 'above'?",
        ),
        (
            EVENTS + 'where = [{ column = "n", above = "0" }]',
            "my.toml: events[0].where[0].above",
            "write a number",
        ),
        (
            EVENTS + 'where = [{ column = "n" }]',
            "my.toml: events[0].where[0]",
            "such as",
        ),
        (
            EVENTS + 'where = [{ column = "n", matches = "(" }]',
            "my.toml: events[0].where[0].matches",
            "fix it",
        ),
        (
            EVENTS + 'event_id = "e"\ngroup_by = "g"',
            "my.toml: events[0].event_id",
            "leave it out",
        ),
        (
            EVENTS + 'rating = { column = "r", scale = [5, 1] }',
            "my.toml: events[0].rating.scale",
            "[lowest, highest]",
        ),
        (
            '[files."a.csv"]\nseparator = "#"\n' + EVENTS,
            "my.toml: files.a.csv.separator",
            "use",
        ),
        (
            '[items]\nfile = "i.csv"\nid = "i"\n[items.attributes]\nColour = "c"',
            "my.toml: items.attributes.Colour",
            "use a-z",
        ),
        (
            '[items]\nfile = "i.csv"\nid = "i"\ncreated = { earliest = true }',
            "my.toml: items.created",
            "add time",
        ),
        (
            '[items]\nfile = "i.csv"\nid = { column = "i", pattern = "abc" }',
            "my.toml: items.id.pattern",
            "put ( )",
        ),
        (
            EVENTS + '[holdout]\nmethod = "last_share"\nfile = "clicks.csv"\nlabel = "click"\n'
            "share = 2",
            "my.toml: holdout.share",
            "between 0 and 1",
        ),
        (
            EVENTS + '[holdout]\nmethod = "xyz"\nfile = "clicks.csv"\nlabel = "click"',
            "my.toml: holdout.method",
            "use one of",
        ),
        ('name = "empty"', "my.toml: ", "add [items]"),
        ('events = "clicks.csv"', "my.toml: events", "write [events]"),
    ],
)
def test_a_fault_names_file_key_and_remedy(text, place, remedy):
    with pytest.raises(MappingError) as caught:
        parse(text)
    message = str(caught.value)
    assert message.startswith(place)
    assert remedy in message
    assert "\n" not in message


def test_a_file_that_is_no_toml_is_named(tmp_path):
    path = tmp_path / "broken.toml"
    path.write_text("[items")
    with pytest.raises(MappingError, match=r"broken\.toml: is not TOML .*; fix the file"):
        load_mapping(path)


def test_a_missing_mapping_file_is_named(tmp_path):
    with pytest.raises(MappingError, match=r"gone\.toml: can't be read .*; check the path"):
        find_mapping(tmp_path, str(tmp_path / "gone.toml"))


def test_a_layout_is_recognised_by_files_and_columns(folder):
    (folder / "ratings.csv").write_text("userId,movieId,rating,timestamp\n")
    (folder / "movies.csv").write_text("movieId,title,genres\n")
    assert find_mapping(folder).name == "movielens"
    (folder / "books.csv").write_text("book_id\n")
    # Still no goodbooks: its ratings have other columns.
    assert find_mapping(folder).name == "movielens"


def test_a_family_finds_the_variant_that_fits(folder):
    (folder / "ratings.dat").write_text("")
    (folder / "movies.dat").write_text("")
    assert find_mapping(folder, "movielens").name == "movielens-dat"


@pytest.mark.parametrize(
    ("layout", "remedy"), [("auto", "write a mapping file"), ("goodboks", "use one of auto")]
)
def test_an_unknown_layout_says_what_there_is(folder, layout, remedy):
    with pytest.raises(MappingError, match=remedy):
        find_mapping(folder, layout)


def test_a_path_that_is_no_folder_is_refused(folder):
    with pytest.raises(MappingError, match="is no folder"):
        find_mapping(folder / "nothing")


def test_the_examples_of_the_documentation_can_be_read():
    text = (Path(__file__).parents[3] / "docs" / "data.md").read_text()
    blocks = [block.split("```")[0] for block in text.split("```toml\n")[1:]]
    assert len(blocks) == 3
    shop, sequence, holdout = blocks
    mapping = parse(shop)
    assert [source.file for source in mapping.events] == ["clicks.parquet", "orders.csv"]
    assert mapping.items[0].unavailable[0].test is Comparison.AT_MOST
    (source,) = parse(EVENTS + sequence).events
    assert source.sequence.marks == {EventType.LIKE: "liked"}
    assert [task.repeats for task in parse(EVENTS + holdout).holdout.tasks] == [False, True]
