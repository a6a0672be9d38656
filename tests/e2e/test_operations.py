"""Long-running operations: imports, waiting, listing, cancelling, and surviving restarts."""

from __future__ import annotations

import csv
import time

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from server.gen.google.longrunning import operations_pb2
from server.gen.shortlist.v1 import catalog_service_pb2, event_service_pb2, user_service_pb2
from tests.e2e.harness.client import ids, new_id
from tests.e2e.harness.logs import logged_events
from tests.e2e.harness.refusals import Refusal, refused
from tests.e2e.harness.waiting import eventually

GHOST = "operations/0000000000000-00000000"


@pytest.fixture
def imports(server):
    folder = server.data_dir / "imports"
    folder.mkdir(exist_ok=True)
    return folder


def write_csv(path, header, rows):
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([header, *rows])


def import_events(client, path, **columns):
    request = event_service_pb2.ImportEventsRequest(path=path, columns=columns or None)
    return client.events.ImportEvents(request)


def import_items(client, path, **fields):
    request = catalog_service_pb2.ImportItemsRequest(path=path, **fields)
    return client.catalog.ImportItems(request)


def result(client, operation, message):
    """Wait for an operation and return its response."""
    done = client.wait(operation)
    assert not done.HasField("error"), done.error
    assert done.response.Unpack(message)
    return message


def failure(client, operation):
    done = client.wait(operation)
    assert done.WhichOneof("result") == "error"
    return Refusal(done.error)


def events_imported(client, operation):
    return result(client, operation, event_service_pb2.ImportEventsResponse())


def test_events_are_imported_and_bad_rows_are_written_aside(client, server, imports, user):
    old = int(time.time()) - 400 * 86_400
    rows = [[user, "click", f"i{number:03d}", old + number] for number in range(40)]
    rows[5][1], rows[7][2], rows[9][3] = "nonsense", "", "yesterday"
    path = f"{new_id('events')}.csv"
    write_csv(imports / path, ["user_id", "type", "item_id", "event_time"], rows)
    begun = import_events(client, path)
    assert begun.name.startswith("operations/")
    found = events_imported(client, begun)
    # Imports are exempt from the age limit.
    assert (found.accepted_count, found.duplicate_count, found.rejected_count) == (37, 0, 3)
    with (imports / found.rejected_path).open() as file:
        rejected = list(csv.DictReader(file))
    assert [row["line"] for row in rejected] == ["7", "9", "11"]
    assert all(row["reason"] for row in rejected)
    metadata = event_service_pb2.ImportEventsMetadata()
    operation = client.wait(begun)
    assert operation.metadata.Unpack(metadata)
    assert metadata.total_count == 40 and metadata.read_count > 0
    assert abs(metadata.create_time.seconds - time.time()) < 60
    # They count at once.
    engaged = {f"i{number:03d}" for number in range(40)} - {"i005", "i007", "i009"}
    assert not engaged & set(ids(client.recommend(user_id=user, page_size=200)))
    again = events_imported(client, import_events(client, path))
    assert (again.accepted_count, again.duplicate_count) == (0, 37)


def test_events_of_a_parquet_file_with_other_column_names(client, imports, user):
    table = pa.table(
        {
            "who": [user] * 3,
            "what": ["i010", "i011", "i012"],
            "when": [1_700_000_000_000, 1_700_000_001_000, 1_700_000_002_000],
        }
    )
    path = f"{new_id('events')}.parquet"
    pq.write_table(table, imports / path)
    begun = import_events(
        client, path, user_id="who", item_id="what", event_time="when", default_type=8
    )
    assert events_imported(client, begun).accepted_count == 3
    found = ids(client.recommend(user_id=user, serving_config="unbought", page_size=200))
    assert not {"i010", "i011", "i012"} & set(found)


def test_items_are_imported_and_recommended(client, imports, user):
    brand, names = new_id("brand"), [new_id("import") for _ in range(4)]
    rows = [[each, f"Thing {each}", brand, "a|b", 5, "red"] for each in names]
    rows[1][4] = "cheap"
    path = f"{new_id('items')}.csv"
    write_csv(imports / path, ["item_id", "title", "brand", "tags", "price", "colour"], rows)
    found = result(client, import_items(client, path), catalog_service_pb2.ImportItemsResponse())
    assert (found.accepted_count, found.rejected_count) == (3, 1)
    assert list(found.ignored_columns) == ["colour"]
    assert (imports / found.rejected_path).exists()
    wanted = {names[0], *names[2:]}
    asked = {"user_id": user, "filter": f'brand = "{brand}" AND tags:"b"'}
    eventually(lambda: set(ids(client.recommend(**asked))) == wanted)
    for each in wanted:
        client.catalog.DeleteItem(catalog_service_pb2.DeleteItemRequest(name=f"items/{each}"))


@pytest.mark.parametrize("path", ["../x.csv", "/etc/passwd", "a/../../x.csv", ""])
def test_a_path_may_not_leave_the_import_folder(client, path):
    for begin in (import_events, import_items):
        found = refused(begin, client, path)
        assert (found.code, found.reason) == ("INVALID_ARGUMENT", "INVALID_REQUEST")
        assert found.fields == ["path"]


def test_an_operation_that_fails_says_why(client, imports):
    (imports / "secret.csv").symlink_to("/etc/passwd")
    write_csv(imports / "no_type.csv", ["user_id", "item_id", "event_time"], [["u", "i", 1]])
    for path, field in (
        ("none.csv", "path"),
        ("secret.csv", "path"),
        ("no_type.csv", "columns.default_type"),
    ):
        found = failure(client, import_events(client, path))
        assert (found.code, found.reason) == ("INVALID_ARGUMENT", "INVALID_REQUEST")
        assert found.fields == [field]


def test_operations_are_got_listed_and_deleted(client, user):
    begun = [
        client.users.ExportUser(user_service_pb2.ExportUserRequest(name=f"users/{user}"))
        for _ in range(3)
    ]
    names = {client.wait(each).name for each in begun}
    listed, token = [], ""
    while True:
        request = operations_pb2.ListOperationsRequest(
            name="operations", page_size=2, page_token=token
        )
        reply = client.operations.ListOperations(request)
        assert len(reply.operations) <= 2
        listed += [each.name for each in reply.operations]
        token = reply.next_page_token
        if not token:
            break
    assert len(set(listed)) == len(listed) and names <= set(listed)
    for name in names:
        assert get(client, name).done
        client.operations.DeleteOperation(operations_pb2.DeleteOperationRequest(name=name))
        assert refused(get, client, name).reason == "OPERATION_NOT_FOUND"


def get(client, name):
    return client.operations.GetOperation(operations_pb2.GetOperationRequest(name=name))


def test_an_operation_that_is_none_is_not_found(client):
    stub = client.operations
    calls = (
        lambda: get(client, GHOST),
        lambda: stub.WaitOperation(operations_pb2.WaitOperationRequest(name=GHOST)),
        lambda: stub.CancelOperation(operations_pb2.CancelOperationRequest(name=GHOST)),
        lambda: stub.DeleteOperation(operations_pb2.DeleteOperationRequest(name=GHOST)),
    )
    for call in calls:
        found = refused(call)
        assert (found.code, found.reason) == ("NOT_FOUND", "OPERATION_NOT_FOUND")
        assert found.details["ResourceInfo"].resource_name == GHOST


# Long enough that something can be seen of it while it runs.
MANY = 50_000


def write_many(folder, user="many"):
    """Write a file of many events, `many.csv`."""
    folder.mkdir(exist_ok=True)
    with (folder / "many.csv").open("w") as file:
        file.write("user_id,item_id,event_time\n")
        file.writelines(
            f"{user}{n % 100},i{n % 300:03d},{1_700_000_000 + n}\n" for n in range(MANY)
        )


def test_a_running_operation_shows_progress_and_can_be_cancelled(start_server):
    server = start_server()
    client = server.client
    write_many(server.data_dir / "imports")
    name = import_events(client, "many.csv", default_type=2).name

    def progress():
        metadata = event_service_pb2.ImportEventsMetadata()
        operation = get(client, name)
        assert not operation.done and operation.metadata.Unpack(metadata)
        return metadata if metadata.read_count else None

    seen = eventually(progress, every_s=0.005)
    assert 0 < seen.read_count < seen.total_count == MANY
    # Waiting has an end, and a running operation cannot be deleted.
    waited = client.operations.WaitOperation(
        operations_pb2.WaitOperationRequest(name=name, timeout={"nanos": 1_000_000})
    )
    assert not waited.done
    delete = operations_pb2.DeleteOperationRequest(name=name)
    assert refused(client.operations.DeleteOperation, delete).reason == "INVALID_REQUEST"
    client.operations.CancelOperation(operations_pb2.CancelOperationRequest(name=name))
    done = client.wait(waited)
    assert done.error.code == 1
    # Requests are answered meanwhile and afterwards.
    assert len(client.recommend(user_id="u001").recommendations) == 20


def test_an_operation_is_finished_after_a_crash(start_server):
    server = start_server()
    write_many(server.data_dir / "imports", "crashed")
    before = len(logged_events(server.data_dir))
    name = import_events(server.client, "many.csv", default_type=2).name

    def has_begun():
        metadata = event_service_pb2.ImportEventsMetadata()
        get(server.client, name).metadata.Unpack(metadata)
        return metadata.read_count > 5_000

    eventually(has_begun, every_s=0.005)
    server.kill()
    written = len(logged_events(server.data_dir)) - before
    assert 0 < written < MANY
    again = start_server(data_dir=server.data_dir)
    found = events_imported(again.client, get(again.client, name))
    assert found.accepted_count + found.duplicate_count == MANY
    assert found.duplicate_count >= 5_000
    assert len(logged_events(server.data_dir)) - before == MANY
    again.stop()
    # A finished one is remembered, too.
    third = start_server(data_dir=server.data_dir)
    assert events_imported(third.client, get(third.client, name)) == found
