"""Long-running operations over real gRPC, with jobs that wait for the test."""

import asyncio

import grpc
from google.protobuf.any_pb2 import Any
from google.rpc import error_details_pb2

from server.core.errors import InvalidRequestError, StorageFullError
from server.core.event_type import EventType
from server.core.jobs import EventImport, ItemImport
from server.gateway.adapters.embedded_operations import EmbeddedOperations
from server.gen.google.longrunning import operations_pb2
from server.gen.shortlist.v1 import (
    catalog_service_pb2,
    event_pb2,
    event_service_pb2,
    user_pb2,
    user_service_pb2,
)
from tests.integration.gateway.conftest import refused
from tests.integration.gateway.fake_operations import MemoryJobs, MemoryOperations

IMPORT = event_service_pb2.ImportEventsRequest(path="a/events.csv")


async def finished(edge, name):
    request = operations_pb2.WaitOperationRequest(name=name)
    request.timeout.FromSeconds(5)
    operation = await edge.operations.WaitOperation(request)
    assert operation.done
    return operation


def unpacked(packed: Any, kind):
    message = kind()
    assert packed.Unpack(message)
    return message


async def test_an_import_shows_progress_and_result(edge):
    edge.fakes.jobs.gate.clear()
    request = event_service_pb2.ImportEventsRequest(
        path="a/events.csv",
        columns={"item_id": "book", "default_type": event_pb2.EVENT_TYPE_RATE},
    )
    started = await edge.event.ImportEvents(request)
    assert started.name.startswith("operations/") and not started.done
    await asyncio.sleep(0.02)
    assert edge.fakes.jobs.tasks == [
        EventImport(path="a/events.csv", columns={"item_id": "book"}, default_type=EventType.RATE)
    ]
    got = await edge.operations.GetOperation(operations_pb2.GetOperationRequest(name=started.name))
    progress = unpacked(got.metadata, event_service_pb2.ImportEventsMetadata)
    assert (progress.read_count, progress.total_count) == (5, 10)
    assert progress.create_time.ToMilliseconds() > 0
    edge.fakes.jobs.gate.set()
    done = await finished(edge, started.name)
    result = unpacked(done.response, event_service_pb2.ImportEventsResponse)
    assert (result.accepted_count, result.duplicate_count, result.rejected_count) == (8, 1, 1)
    assert result.rejected_path == "x.rejected.csv"


async def test_items_are_imported(edge):
    started = await edge.catalog.ImportItems(
        catalog_service_pb2.ImportItemsRequest(path="items.parquet")
    )
    done = await finished(edge, started.name)
    assert edge.fakes.jobs.tasks == [ItemImport(path="items.parquet")]
    result = unpacked(done.response, catalog_service_pb2.ImportItemsResponse)
    assert (result.accepted_count, list(result.ignored_columns)) == (5, ["colour"])


async def test_an_erasure_ends_with_a_receipt(edge):
    started = await edge.user.EraseUser(user_service_pb2.EraseUserRequest(name="users/ann"))
    done = await finished(edge, started.name)
    receipt = unpacked(done.response, user_pb2.ErasureReceipt)
    assert (receipt.user, receipt.erase_time.ToMilliseconds()) == ("users/ann", 5000)
    assert {each.store: each.erased_count for each in receipt.stores} == {
        "event_log": 4,
        "profiles": 1,
        "operations": 0,
    }
    progress = unpacked(done.metadata, user_service_pb2.UserOperationMetadata)
    assert progress.user == "users/ann"


async def test_an_export_has_the_profile_and_the_files(edge):
    request = user_service_pb2.UpdateUserRequest(user={"name": "users/ann"}, allow_missing=True)
    await edge.user.UpdateUser(request)
    for user, has_profile in (("users/ann", True), ("users/bob", False)):
        started = await edge.user.ExportUser(user_service_pb2.ExportUserRequest(name=user))
        done = await finished(edge, started.name)
        export = unpacked(done.response, user_pb2.UserExport)
        assert list(export.files) == ["ann/events.jsonl"]
        assert export.HasField("user") is has_profile


async def test_a_path_may_not_leave_the_import_folder(edge):
    for path in ("/etc/passwd", "../x", "a/../../x", "a\\b"):
        for call in (
            edge.event.ImportEvents(event_service_pb2.ImportEventsRequest(path=path)),
            edge.catalog.ImportItems(catalog_service_pb2.ImportItemsRequest(path=path)),
        ):
            refusal = await refused(call)
            assert (refusal.reason, refusal.fields) == ("INVALID_REQUEST", ["path"])
    assert edge.fakes.operations.records == {}


async def test_a_job_that_fails_says_why_but_not_a_fault(edge, caplog):
    edge.fakes.jobs.error = InvalidRequestError.of("path", "no such file")
    started = await edge.event.ImportEvents(IMPORT)
    error = (await finished(edge, started.name)).error
    assert error.code == grpc.StatusCode.INVALID_ARGUMENT.value[0]
    info = unpacked(error.details[0], error_details_pb2.ErrorInfo)
    assert (info.reason, info.domain) == ("INVALID_REQUEST", "shortlist")
    edge.fakes.jobs.error = RuntimeError("secret")
    started = await edge.event.ImportEvents(IMPORT)
    error = (await finished(edge, started.name)).error
    assert error.code == grpc.StatusCode.INTERNAL.value[0]
    assert "secret" not in error.message
    assert "secret" in caplog.text


async def test_a_cancelled_operation_says_so(edge):
    edge.fakes.jobs.gate.clear()
    started = await edge.event.ImportEvents(IMPORT)
    await asyncio.sleep(0.02)
    await edge.operations.CancelOperation(operations_pb2.CancelOperationRequest(name=started.name))
    done = await finished(edge, started.name)
    assert done.error.code == grpc.StatusCode.CANCELLED.value[0]
    await edge.operations.CancelOperation(operations_pb2.CancelOperationRequest(name=started.name))


async def test_an_erasure_is_finished_even_when_cancelled(edge):
    edge.fakes.jobs.gate.clear()
    started = await edge.user.EraseUser(user_service_pb2.EraseUserRequest(name="users/ann"))
    await edge.operations.CancelOperation(operations_pb2.CancelOperationRequest(name=started.name))
    edge.fakes.jobs.gate.set()
    assert (await finished(edge, started.name)).HasField("response")


async def test_waiting_ends_with_the_timeout(edge):
    edge.fakes.jobs.gate.clear()
    started = await edge.event.ImportEvents(IMPORT)
    request = operations_pb2.WaitOperationRequest(name=started.name)
    request.timeout.FromMilliseconds(30)
    assert not (await edge.operations.WaitOperation(request)).done
    request.ClearField("timeout")
    assert not (await edge.operations.WaitOperation(request, timeout=0.3)).done


async def test_operations_are_listed_and_deleted(edge):
    names = [(await edge.event.ImportEvents(IMPORT)).name for _ in range(3)]
    for name in names:
        await finished(edge, name)
    request, listed = operations_pb2.ListOperationsRequest(name="operations", page_size=2), []
    while True:
        reply = await edge.operations.ListOperations(request)
        listed += [each.name for each in reply.operations]
        if not reply.next_page_token:
            break
        request.page_token = reply.next_page_token
    assert listed == sorted(names)
    await edge.operations.DeleteOperation(operations_pb2.DeleteOperationRequest(name=names[0]))
    refusal = await refused(
        edge.operations.GetOperation(operations_pb2.GetOperationRequest(name=names[0]))
    )
    assert (refusal.code, refusal.reason) == ("NOT_FOUND", "OPERATION_NOT_FOUND")


async def test_what_cannot_be_done_with_operations(edge):
    edge.fakes.jobs.gate.clear()
    started = await edge.event.ImportEvents(IMPORT)
    cases = (
        (edge.operations.DeleteOperation, {"name": started.name}, "INVALID_REQUEST"),
        (edge.operations.DeleteOperation, {"name": "operations/none"}, "OPERATION_NOT_FOUND"),
        (edge.operations.CancelOperation, {"name": "operations/none"}, "OPERATION_NOT_FOUND"),
        (edge.operations.WaitOperation, {"name": ""}, "OPERATION_NOT_FOUND"),
        (edge.operations.ListOperations, {"filter": "done"}, "INVALID_FILTER"),
        (edge.operations.ListOperations, {"page_size": -1}, "INVALID_REQUEST"),
        (edge.operations.ListOperations, {"name": "elsewhere"}, "INVALID_REQUEST"),
        (edge.operations.ListOperations, {"page_token": "x"}, "INVALID_PAGE_TOKEN"),
    )
    for method, fields, reason in cases:
        name = method._method.decode().rsplit("/", 1)[1]
        request = getattr(operations_pb2, f"{name}Request")(**fields)
        assert (await refused(method(request))).reason == reason


async def test_an_unfinished_operation_runs_again_after_a_restart(serve, tmp_path):
    path = tmp_path / "operations.sqlite"
    first_jobs, second_jobs = MemoryJobs(), MemoryJobs()
    first_jobs.gate.clear()
    store = EmbeddedOperations(path)
    edge = await serve(jobs=first_jobs, operations=store)
    done = await edge.user.EraseUser(user_service_pb2.EraseUserRequest(name="users/ann"))
    await asyncio.sleep(0.02)
    await edge.server.stop()
    await store.close()

    store = EmbeddedOperations(path)
    edge = await serve(jobs=second_jobs, operations=store)
    assert (await finished(edge, done.name)).HasField("response")
    assert (first_jobs.tasks, second_jobs.tasks) == (["ann"], ["ann"])
    await edge.server.stop()
    await store.close()


async def test_a_result_waits_for_a_full_disk(serve, monkeypatch):
    class FullFor(MemoryOperations):
        refusals = 0

        async def put(self, record):
            if record.is_done and self.refusals < 2:
                self.refusals += 1
                raise StorageFullError("no space left")
            await super().put(record)

    monkeypatch.setattr("server.gateway.operations.STORE_RETRY_S", 0.01)
    edge = await serve(operations=FullFor())
    started = await edge.event.ImportEvents(IMPORT)
    assert (await finished(edge, started.name)).HasField("response")
    assert edge.fakes.operations.refusals == 2
