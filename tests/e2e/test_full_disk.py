"""A full disk: STORAGE_FULL for what would have to be written, and nothing acknowledged is lost."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import grpc
import pytest

from server.gen.shortlist.v1 import (
    catalog_service_pb2,
    event_service_pb2,
    item_pb2,
    user_service_pb2,
)
from tests.e2e.harness.client import event, ids, item, new_id
from tests.e2e.harness.logs import logged_events
from tests.e2e.harness.refusals import refusal_of, refused
from tests.e2e.harness.small_disk import SmallDisk
from tests.e2e.harness.waiting import eventually


@pytest.fixture
def disk(tmp_path, shop_data):
    if not SmallDisk.namespaces():
        # The kernel decides; the same is shown with a failing file layer in tests/integration.
        pytest.skip("no small disk: this user may not make a mount namespace here")
    with SmallDisk(tmp_path / "disk", "48m") as small:
        shutil.copytree(shop_data, small.outside / "data")
        yield small


def write_until_full(client, acknowledged):
    """Write events until one is refused; return the refusal."""
    for _ in range(20_000):
        message = event("click", "i001", user="writer", session_id="x" * 100)
        try:
            acknowledged[message.event_id] = client.write_one(message).offset
        except grpc.RpcError as error:
            return refusal_of(error)
    raise AssertionError("the disk was never full")


def test_a_full_disk_refuses_writes_and_loses_nothing(disk, start_server):
    server = start_server(data_dir=disk.path / "data", wrapper=disk.wrapper)
    client, acknowledged = server.client, {}
    disk.fill()
    found = write_until_full(client, acknowledged)
    assert (found.code, found.reason) == ("RESOURCE_EXHAUSTED", "STORAGE_FULL")
    assert found.domain == "shortlist"
    # In a batch nothing was written either.
    batch = event_service_pb2.BatchWriteEventsRequest(
        events=[event("click", "i001", user="batch", session_id="x" * 100) for _ in range(200)]
    )
    assert refused(client.events.BatchWriteEvents, batch).reason == "STORAGE_FULL"
    reasons = {
        refused(call, request).reason
        for call, request in (
            (client.catalog.BatchUpsertItems, big_items()),
            (client.users.UpdateUser, big_profile()),
        )
    }
    assert reasons == {"STORAGE_FULL"}
    # Whoever reads is still answered.
    assert len(client.recommend(user_id="u001").recommendations) == 20
    logged = {each.event.event_id: each.offset for each in events_on(disk)}
    assert {name: logged.get(name) for name in acknowledged} == acknowledged
    assert not {each.event_id for each in batch.events} & set(logged)

    disk.free()
    eventually(lambda: not client.write(*batch.events)[0].accepted.duplicate)
    server.kill()
    again = start_server(data_dir=disk.path / "data", wrapper=disk.wrapper)
    records = [each.event.event_id for each in events_on(disk)]
    assert len(records) == len(set(records))
    assert {*acknowledged, *(each.event_id for each in batch.events)} <= set(records)
    assert "i001" not in ids(again.client.recommend(user_id="batch", page_size=200))


def events_on(disk):
    """Return what the log on the disk holds, from a copy: SQLite would resolve the path away."""
    with tempfile.TemporaryDirectory() as folder:
        for path in (disk.outside / "data").glob("events.db*"):
            shutil.copy(path, folder)
        return logged_events(Path(folder))


def big_items():
    items = [item(new_id("big"), "x" * 900) for _ in range(500)]
    return catalog_service_pb2.BatchUpsertItemsRequest(items=items)


def big_profile():
    request = user_service_pb2.UpdateUserRequest(
        user={"name": f"users/{new_id('big')}"}, allow_missing=True
    )
    value = item_pb2.AttributeValue(string_value="x" * 10_000)
    request.user.attributes["country"].CopyFrom(value)
    return request


def test_a_server_that_fills_its_disk_stops_cleanly_and_starts_again(disk, start_server):
    server = start_server(data_dir=disk.path / "data", wrapper=disk.wrapper)
    acknowledged = {}
    disk.fill()
    assert write_until_full(server.client, acknowledged).reason == "STORAGE_FULL"
    for _ in range(30):
        server.client.recommend(user_id="u001")
    assert server.stop() == 0
    disk.free()
    again = start_server(data_dir=disk.path / "data", wrapper=disk.wrapper)
    assert set(acknowledged) <= {each.event.event_id for each in events_on(disk)}
    assert len(again.client.recommend(user_id="u001").recommendations) == 20
