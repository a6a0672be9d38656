"""Writes everything that is held about a user into files."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path

import orjson

from server.batch.jobs.user_files import export_prefix
from server.batch.stores import Stores
from server.core.clock import Clock
from server.core.event_type import EventType
from server.core.jobs import Export, Progress
from server.core.subject import Subject
from server.events.ports import SlateLog, SlateRecord
from server.events.user_event import LoggedEvent
from server.profiles.ports import Profile

_REPORT_EVERY = 1_000


async def export_user(
    user_id: str, stores: Stores, slates: SlateLog, clock: Clock, progress: Progress
) -> Export:
    """Write profile, events and served slates of a user and of the visitors merged into it.

    The files are JSON (lines) in a new folder of the export folder; a user of whom nothing is
    known gets empty ones.

    Raises:
        UnavailableError: a store did not answer.
        OSError: the files can't be written.
    """
    read_ms = clock.now_ms()
    visitors = stores.profiles.visitors_of(user_id)
    subjects = [Subject(user_id), *(Subject(each, is_visitor=True) for each in visitors)]
    keys = [subject.key for subject in subjects]
    profile = await stores.profiles.get(user_id)
    name = f"{export_prefix(user_id)}{read_ms}"
    document = _profile(user_id, profile, visitors)
    count = await asyncio.to_thread(_write, stores, slates, (name, keys), document, progress)
    files = tuple(f"{name}/{file}" for file in ("profile.json", "events.jsonl", "slates.jsonl"))
    return Export(files=files, event_count=count, read_ms=read_ms)


def _write(
    stores: Stores,
    slates: SlateLog,
    target: tuple[str, Sequence[str]],
    profile: dict[str, object],
    progress: Progress,
) -> int:
    """Write the files aside, then put the folder into its place; return the number of events."""
    name, keys = target
    exports = stores.paths.exports
    exports.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f"{name}.partial-", dir=exports))
    try:
        (folder / "profile.json").write_bytes(orjson.dumps(profile, option=orjson.OPT_INDENT_2))
        events = chain.from_iterable(stores.log.scan_subject(key) for key in keys)
        count = _write_lines(folder / "events.jsonl", map(_event, events), progress)
        served = (_slate(each) for each in slates.scan() if each.subject_key in keys)
        _write_lines(folder / "slates.jsonl", served, lambda done, total=0: None)
        folder.rename(exports / name)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return count


def _write_lines(path: Path, documents: Iterable[dict[str, object]], progress: Progress) -> int:
    count = 0
    with path.open("wb") as file:
        for document in documents:
            file.write(orjson.dumps(document) + b"\n")
            count += 1
            if count % _REPORT_EVERY == 0:
                progress(count)
    return count


def _profile(user_id: str, profile: Profile | None, visitors: list[str]) -> dict[str, object]:
    return {
        "user_id": user_id,
        "attributes": {} if profile is None else dict(profile.attributes),
        "create_time_ms": None if profile is None else profile.create_ms,
        "update_time_ms": None if profile is None else profile.update_ms,
        "merged_visitor_ids": visitors,
    }


def _event(record: LoggedEvent) -> dict[str, object]:
    event = record.event
    return {
        "event_id": event.event_id,
        "type": EventType(event.type).name.lower(),
        "subject": event.subject.key,
        "event_time_ms": event.time_ms,
        "received_time_ms": record.received_ms,
        "session_id": event.session_id,
        "context": dict(event.context),
        "slate_request_id": event.slate_request_id,
        "imported": record.is_imported,
        "items": [
            {
                "item_id": item.item_id,
                "quantity": item.quantity,
                "price": item.price,
                "dwell_ms": item.dwell_ms,
                "rating": item.rating,
                "position": item.position,
            }
            for item in event.items
        ],
    }


def _slate(record: SlateRecord) -> dict[str, object]:
    return {
        "request_id": record.request_id,
        "served_time_ms": record.served_ms,
        "subject": record.subject_key,
        "session_id": record.session_id,
        "serving_config": record.serving_config,
        "model_version": record.model_version,
        "variants": dict(record.variants),
        "item_ids": list(record.item_ids),
        "positions": record.positions.tolist(),
        "propensities": record.propensities.tolist(),
        "scores": record.scores.tolist(),
    }
