"""Operations on the same user: an export and an erasure never run beside each other."""

import asyncio
import threading

import pytest

from server.core.jobs import Erasure, Export
from server.gen.google.longrunning import operations_pb2
from server.gen.shortlist.v1 import user_pb2, user_service_pb2
from tests.integration.gateway.fake_operations import MemoryJobs, MemoryOperations


async def export(edge, user):
    return (await edge.user.ExportUser(user_service_pb2.ExportUserRequest(name=user))).name


async def erase(edge, user):
    return (await edge.user.EraseUser(user_service_pb2.EraseUserRequest(name=user))).name


async def cancel(edge, name):
    await edge.operations.CancelOperation(operations_pb2.CancelOperationRequest(name=name))


async def finished(edge, name):
    request = operations_pb2.WaitOperationRequest(name=name)
    operation = await edge.operations.WaitOperation(request, timeout=5)
    assert operation.done
    return operation


class NamedJobs(MemoryJobs):
    """Notes what begins, by kind and user."""

    async def erase_user(self, user_id, progress):
        await self._work(f"erase {user_id}", progress)
        return Erasure(erase_ms=5000, stores={})

    async def export_user(self, user_id, progress):
        await self._work(f"export {user_id}", progress)
        return Export(files=("ann/events.jsonl",), event_count=4, read_ms=6000)


async def test_an_erasure_waits_for_an_export_of_its_user_and_empties_it(serve):
    edge = await serve(jobs=NamedJobs())
    jobs = edge.fakes.jobs
    jobs.gate.clear()
    exported, erased = await export(edge, "users/ann"), await erase(edge, "users/ann")
    other = await erase(edge, "users/bob")
    await asyncio.sleep(0.05)
    # Who waits for another operation takes no place from others.
    assert jobs.tasks == ["export ann", "erase bob"]
    jobs.gate.set()
    for name in (erased, other):
        assert (await finished(edge, name)).HasField("response")
    assert jobs.tasks[2:] == ["erase ann"]
    left = user_pb2.UserExport()
    assert (await finished(edge, exported)).response.Unpack(left)
    assert not left.files and not left.HasField("user")


class SlowOperations(MemoryOperations):
    """Takes a while to store a result."""

    async def put(self, record):
        if record.is_done and record.kind == "export_user":
            await asyncio.sleep(0.1)
        await super().put(record)


async def test_an_erasure_also_waits_until_the_result_of_an_export_is_stored(serve):
    edge = await serve(operations=SlowOperations())
    exported, erased = await export(edge, "users/ann"), await erase(edge, "users/ann")
    await finished(edge, erased)
    left = user_pb2.UserExport()
    assert (await finished(edge, exported)).response.Unpack(left)
    assert not left.files


async def test_an_export_waits_for_an_erasure_and_can_be_cancelled_meanwhile(serve):
    edge = await serve(jobs=NamedJobs())
    jobs = edge.fakes.jobs
    jobs.gate.clear()
    erased, exported = await erase(edge, "users/ann"), await export(edge, "users/ann")
    later = await export(edge, "users/ann")
    await asyncio.sleep(0.05)
    assert jobs.tasks == ["erase ann"]
    await cancel(edge, exported)
    assert (await finished(edge, exported)).error.code == 1
    jobs.gate.set()
    await finished(edge, erased)
    await finished(edge, later)
    assert jobs.tasks == ["erase ann", "export ann"]


class ThreadedJobs(NamedJobs):
    """Exports in a thread, which cancelling its task does not stop."""

    def __init__(self):
        super().__init__()
        self.is_writing = asyncio.Event()
        self.can_go_on = threading.Event()

    async def export_user(self, user_id, progress):
        self.is_writing.set()
        await asyncio.to_thread(self._write, progress)
        return Export(files=("ann/events.jsonl",), event_count=4, read_ms=6000)

    def _write(self, progress):
        self.can_go_on.wait(5)
        self.tasks.append("export still writes")
        progress(1000)
        self.tasks.append("export was not told to stop")


@pytest.mark.parametrize("times", [1, 2])
async def test_an_erasure_waits_for_the_thread_of_a_cancelled_export(serve, times):
    edge = await serve(jobs=ThreadedJobs())
    jobs = edge.fakes.jobs
    exported = await export(edge, "users/ann")
    await jobs.is_writing.wait()
    for _ in range(times):
        await cancel(edge, exported)
    erased = await erase(edge, "users/ann")
    await asyncio.sleep(0.05)
    assert jobs.tasks == []
    jobs.can_go_on.set()
    await finished(edge, erased)
    assert jobs.tasks == ["export still writes", "erase ann"]
    assert (await finished(edge, exported)).error.code == 1


async def test_cancelling_what_has_a_result_does_not_lose_it(serve):
    edge = await serve(operations=SlowOperations())
    exported = await export(edge, "users/ann")
    await asyncio.sleep(0.05)
    await cancel(edge, exported)
    assert (await finished(edge, exported)).HasField("response")


async def test_a_server_does_not_wait_for_an_export_when_it_stops(serve):
    edge = await serve(jobs=NamedJobs())
    edge.fakes.jobs.gate.clear()
    await export(edge, "users/ann")
    async with asyncio.timeout(5):
        await edge.server.stop()


async def test_what_was_cancelled_is_not_run_again_because_the_server_stopped_meanwhile(serve):
    edge = await serve(jobs=ThreadedJobs())
    exported = await export(edge, "users/ann")
    await edge.fakes.jobs.is_writing.wait()
    await cancel(edge, exported)
    async with asyncio.timeout(5):
        await edge.server.stop()
    edge.fakes.jobs.can_go_on.set()
    assert await edge.fakes.operations.pending() == []
