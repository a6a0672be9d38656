"""Import operations: inside their folder, row by row, harmless when repeated."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from server.batch.jobs.import_events import import_events
from server.batch.jobs.import_items import import_items
from server.batch.jobs.import_paths import file_inside
from server.catalog.item import Attribute, AttributeType
from server.core.errors import InvalidRequestError
from server.core.event_type import EventType
from server.core.jobs import EventImport, ItemImport


class Progress:
    """Notes what was reported."""

    def __init__(self):
        self.reports = []

    def __call__(self, done, total=0):
        self.reports.append((done, total))


@pytest.fixture
def imports(stores):
    stores.paths.imports.mkdir()
    return stores.paths.imports


def test_a_file_is_found_in_the_folder_and_below(imports):
    (imports / "sub").mkdir()
    (imports / "sub" / "a.csv").write_text("x")
    (imports / "link.csv").symlink_to(imports / "sub" / "a.csv")
    assert file_inside(imports, "sub/a.csv") == imports / "sub" / "a.csv"
    assert file_inside(imports, "link.csv") == imports / "sub" / "a.csv"


@pytest.mark.parametrize(
    "path",
    ["", "/etc/passwd", "../out.csv", "sub/../../out.csv", "out.csv", "loop.csv", "a\0.csv", "."],
)
def test_a_path_cannot_leave_the_folder(imports, path):
    outside = imports.parent / "out.csv"
    outside.write_text("secret")
    (imports / "out.csv").symlink_to(outside)
    (imports / "loop.csv").symlink_to(imports / "loop.csv")
    with pytest.raises(InvalidRequestError) as caught:
        file_inside(imports, path)
    assert caught.value.violations[0].field == "path"
    assert str(imports) not in str(caught.value)


def test_other_kinds_of_files_are_refused(imports):
    (imports / "notes.txt").write_text("x")
    (imports / "folder.csv").mkdir()
    for path in ("notes.txt", "folder.csv"):
        with pytest.raises(InvalidRequestError, match=r"must be a file ending in \.csv"):
            file_inside(imports, path)


async def test_events_are_imported_and_bad_rows_written_aside(stores, imports):
    (imports / "e.csv").write_text(
        "event_id,type,user_id,item_id,event_time,rating\n"
        "x1,click,u,a,2024-01-01T00:00:00Z,\n"
        "x2,EVENT_TYPE_RATE,u,b,1704067200,4\n"
        "x3,RATE,u,b,1704067200,\n"
        "x4,jump,u,b,1704067200,\n"
    )
    progress = Progress()
    result = await import_events(EventImport(path="e.csv"), stores, progress)
    assert (result.accepted, result.duplicates, result.rejected) == (2, 0, 2)
    assert result.rejected_path == "e.csv.rejected.csv"
    assert "x3" in (imports / result.rejected_path).read_text()
    assert progress.reports[0] == (0, 4)
    assert progress.reports[-1] == (2, 4)
    assert stores.processor.calls == 1
    assert [record.event.type for record in stores.log.scan()] == [EventType.CLICK, EventType.RATE]
    again = await import_events(EventImport(path="e.csv"), stores, Progress())
    assert (again.accepted, again.duplicates) == (0, 2)


async def test_columns_can_be_named_and_a_type_given(stores, imports):
    table = pa.table({"who": ["u"], "what": ["a"], "when": [1_704_067_200_000]})
    pq.write_table(table, imports / "e.parquet")
    task = EventImport(
        path="e.parquet",
        columns={"user_id": "who", "item_id": "what", "event_time": "when"},
        default_type=EventType.VIEW,
    )
    result = await import_events(task, stores, Progress())
    assert (result.accepted, result.rejected_path) == (1, "")
    (record,) = stores.log.scan()
    assert record.event.event_id == "import.e.parquet.1.view"
    assert record.event.time_ms == 1_704_067_200_000


@pytest.mark.parametrize(
    ("task", "field"),
    [
        (EventImport(path="gone.csv"), "path"),
        (EventImport(path="e.csv"), "columns.default_type"),
        (EventImport(path="e.csv", columns={"user_id": "nobody"}), "columns.user_id"),
        (EventImport(path="e.csv", default_type=EventType.VIEW), "columns"),
        (EventImport(path="broken.parquet", default_type=EventType.VIEW), "columns"),
    ],
)
async def test_a_wrong_request_names_the_field(stores, imports, task, field):
    (imports / "e.csv").write_text("user_id,item_id\nu,a\n")
    (imports / "broken.parquet").write_text("no parquet")
    with pytest.raises(InvalidRequestError) as caught:
        await import_events(task, stores, Progress())
    assert caught.value.violations[0].field == field
    assert str(imports) not in str(caught.value)
    assert await stores.log.last_offset() == 0


async def test_items_are_imported_by_the_declared_schema(stores, imports):
    await stores.catalog.declare(
        [
            Attribute("tags", AttributeType.STRINGS),
            Attribute("price", AttributeType.NUMBER),
        ],
        [],
    )
    (imports / "i.csv").write_text(
        "sku,title,tags,price,colour,available_time\n"
        "a,Apple,x;y,1.5,red,2024-01-01\n"
        "b,Bread,,cheap,brown,\n"
        ",Cake,,,,\n"
        "a,Apple again,z,2,green,\n"
    )
    task = ItemImport(path="i.csv", item_id_column="sku", list_separator=";")
    progress = Progress()
    result = await import_items(task, stores, progress)
    assert (result.accepted, result.rejected) == (2, 2)
    assert result.ignored_columns == ("colour",)
    (apple,) = await stores.catalog.get(["a"])
    assert (apple.title, apple.attributes) == ("Apple again", {"tags": ("z",), "price": 2.0})
    assert apple.available_ms == 1_704_067_200_000
    assert progress.reports == [(0, 1), (1, 1)]
    text = (imports / result.rejected_path).read_text()
    assert "price 'cheap' is not a number" in text
    assert "item is missing (sku)" in text


async def test_an_item_file_needs_its_column_of_ids(stores, imports):
    (imports / "i.csv").write_text("id\na\n")
    with pytest.raises(InvalidRequestError) as caught:
        await import_items(ItemImport(path="i.csv"), stores, Progress())
    assert caught.value.violations[0].field == "item_id_column"
