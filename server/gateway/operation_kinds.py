"""The kinds of long-running operations: what runs, and what clients see of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.message import Message

from server.core.jobs import Export, Progress
from server.gateway.ports import Jobs, OperationRecord, OperationStore
from server.gateway.translation.attributes import DeclaredAttributes
from server.gateway.translation.job_results import (
    erasure_receipt,
    event_import,
    events_imported,
    item_import,
    items_imported,
    user_export,
)
from server.gateway.translation.users import user_id_of, user_message
from server.gen.shortlist.v1 import (
    catalog_service_pb2,
    event_service_pb2,
    user_pb2,
    user_service_pb2,
)
from server.profiles.ports import ProfileStore

# Of the kind's own request type.
Request: TypeAlias = Any

IMPORT_EVENTS = "import_events"
IMPORT_ITEMS = "import_items"
ERASE_USER = "erase_user"
EXPORT_USER = "export_user"
# Operations that are looked through at a time.
_PAGE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationKind:
    """One kind of operation.

    Attributes:
        check: raises InvalidRequestError for a request that cannot be started.
        metadata: what clients see of the progress.
        is_cancellable: an erasure that was asked for is finished, whatever happens.
        alone_with: what no two operations may be at work on at the same time, until the result of
            the first is stored; None: any number may.
    """

    request: type[Message]
    run: Callable[[Request, Progress], Awaitable[Message]]
    metadata: Callable[[Request, OperationRecord], Message]
    check: Callable[[Request], object] = lambda request: None
    is_cancellable: bool = True
    alone_with: Callable[[Request], str] | None = None


def operation_kinds(
    jobs: Jobs, profiles: ProfileStore, declared: DeclaredAttributes, operations: OperationStore
) -> Mapping[str, OperationKind]:
    """Return the kinds by name; `operations` is where their results go."""

    async def import_events(request: Request, progress: Progress) -> Message:
        return events_imported(await jobs.import_events(event_import(request), progress))

    async def import_items(request: Request, progress: Progress) -> Message:
        return items_imported(await jobs.import_items(item_import(request), progress))

    async def erase_user(request: Request, progress: Progress) -> Message:
        erasure = await jobs.erase_user(user_id_of(request.name), progress)
        stores = {**erasure.stores, "operations": await forget_exports(request.name, operations)}
        return erasure_receipt(request.name, replace(erasure, stores=stores))

    async def export_user(request: Request, progress: Progress) -> Message:
        user_id = user_id_of(request.name)
        export = await _exported(jobs, user_id, progress)
        profile = await profiles.get(user_id)
        user = None if profile is None else user_message(profile, declared.of_users())
        return user_export(export, user)

    return {
        IMPORT_EVENTS: OperationKind(
            request=event_service_pb2.ImportEventsRequest,
            run=import_events,
            metadata=_import_metadata(event_service_pb2.ImportEventsMetadata),
            check=event_import,
        ),
        IMPORT_ITEMS: OperationKind(
            request=catalog_service_pb2.ImportItemsRequest,
            run=import_items,
            metadata=_import_metadata(catalog_service_pb2.ImportItemsMetadata),
            check=item_import,
        ),
        ERASE_USER: OperationKind(
            request=user_service_pb2.EraseUserRequest,
            run=erase_user,
            metadata=_user_metadata,
            is_cancellable=False,
            # What an export has read before an erasure must not be written after it.
            alone_with=_user_of,
        ),
        EXPORT_USER: OperationKind(
            request=user_service_pb2.ExportUserRequest,
            run=export_user,
            metadata=_user_metadata,
            alone_with=_user_of,
        ),
    }


class _StoppedError(Exception):
    """Ends the thread of an export that was cancelled."""


async def _exported(jobs: Jobs, user_id: str, progress: Progress) -> Export:
    """Export a user; cancelled, it has not ended before its thread writes no more."""
    is_stopped = False

    def going_on(done: int, total: int = 0) -> None:
        if is_stopped:
            raise _StoppedError
        progress(done, total)

    work = asyncio.ensure_future(jobs.export_user(user_id, going_on))
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        is_stopped = True
        await asyncio.gather(work, return_exceptions=True)
        raise


async def forget_exports(user: str, operations: OperationStore) -> int:
    """Take what was exported of `users/{user}` out of finished exports, whose results can be read
    for as long as the operations are kept; return of how many.

    Raises:
        StorageFullError, UnavailableError: repeat it.
    """
    count, after = 0, ""
    while found := await operations.page(after=after, limit=_PAGE):
        for record in found:
            if record.kind != EXPORT_USER or not record.response:
                continue
            request = user_service_pb2.ExportUserRequest.FromString(record.request)
            if request.name == user:
                await operations.put(replace(record, response=_emptied(record.response)))
                count += 1
        after = found[-1].name
    # Also without any: an earlier attempt may have come no further.
    await operations.scrub()
    return count


def _emptied(response: bytes) -> bytes:
    """Return the packed result of an export with nothing left but that there was one."""
    packed, export = AnyMessage.FromString(response), user_pb2.UserExport()
    packed.Unpack(export)
    packed.Pack(user_pb2.UserExport(read_time=export.read_time))
    return packed.SerializeToString()


def _import_metadata(
    message_type: (
        type[event_service_pb2.ImportEventsMetadata] | type[catalog_service_pb2.ImportItemsMetadata]
    ),
) -> Callable[[Request, OperationRecord], Message]:
    def metadata(request: Request, record: OperationRecord) -> Message:
        message = message_type(read_count=record.done_count, total_count=record.total_count)
        message.create_time.FromMilliseconds(record.create_ms)
        return message

    return metadata


def _user_of(request: Request) -> str:
    return str(request.name)


def _user_metadata(request: Request, record: OperationRecord) -> Message:
    message = user_service_pb2.UserOperationMetadata(user=request.name)
    message.create_time.FromMilliseconds(record.create_ms)
    return message
