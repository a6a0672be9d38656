"""Long-running operations: requests as tasks, results and progress as messages."""

from __future__ import annotations

from pathlib import PurePosixPath

from server.core.errors import InvalidRequestError
from server.core.event_type import EventType
from server.core.jobs import Erasure, EventImport, Export, ImportResult, ItemImport
from server.gen.shortlist.v1 import catalog_service_pb2, event_service_pb2, user_pb2


def event_import(request: event_service_pb2.ImportEventsRequest) -> EventImport:
    """Return the task of an import of events.

    Raises:
        InvalidRequestError: the path leaves the import folder.
    """
    columns = {field.name: value for field, value in request.columns.ListFields()}
    columns.pop("default_type", None)
    kind = request.columns.default_type
    return EventImport(
        path=_inside_folder(request.path),
        columns=columns,
        default_type=EventType(kind) if kind else None,
    )


def item_import(request: catalog_service_pb2.ImportItemsRequest) -> ItemImport:
    """Return the task of an import of items.

    Raises:
        InvalidRequestError: the path leaves the import folder.
    """
    return ItemImport(
        path=_inside_folder(request.path),
        item_id_column=request.item_id_column or "item_id",
        list_separator=request.list_separator or "|",
    )


def _inside_folder(path: str) -> str:
    parts = PurePosixPath(path)
    if parts.is_absolute() or ".." in parts.parts or "\0" in path or "\\" in path:
        raise InvalidRequestError.of("path", "must be relative to the import folder, and inside it")
    return path


def events_imported(result: ImportResult) -> event_service_pb2.ImportEventsResponse:
    """Return the result of an import of events."""
    return event_service_pb2.ImportEventsResponse(
        accepted_count=result.accepted,
        duplicate_count=result.duplicates,
        rejected_count=result.rejected,
        rejected_path=result.rejected_path,
    )


def items_imported(result: ImportResult) -> catalog_service_pb2.ImportItemsResponse:
    """Return the result of an import of items."""
    return catalog_service_pb2.ImportItemsResponse(
        accepted_count=result.accepted,
        rejected_count=result.rejected,
        rejected_path=result.rejected_path,
        ignored_columns=result.ignored_columns,
    )


def erasure_receipt(user: str, erasure: Erasure) -> user_pb2.ErasureReceipt:
    """Return the receipt for `users/{user}`."""
    receipt = user_pb2.ErasureReceipt(user=user)
    receipt.erase_time.FromMilliseconds(erasure.erase_ms)
    for store, count in erasure.stores.items():
        receipt.stores.add(store=store, erased_count=count)
    return receipt


def user_export(export: Export, user: user_pb2.User | None) -> user_pb2.UserExport:
    """Return what was exported; `user` is the profile, if there is one."""
    message = user_pb2.UserExport(user=user, files=export.files, event_count=export.event_count)
    message.read_time.FromMilliseconds(export.read_ms)
    return message
