"""Behaviour every slate log shares; runs against each adapter."""

from __future__ import annotations

import asyncio
import dataclasses

import numpy as np
import pytest

from server.core.errors import ArtifactError, StorageFullError
from server.events.adapters.embedded_slate_log import EmbeddedSlateLog
from server.events.ports import SlateRecord
from server.events.settings import SlateLogSettings
from tests.event_factory import DAY_MS, NOON_MS, SetClock


def record(request_id: str = "r1", subject_key: str = "ann", **fields) -> SlateRecord:
    values = {
        "request_id": request_id,
        "served_ms": NOON_MS,
        "subject_key": subject_key,
        "session_id": "s1",
        "serving_config": "home",
        "model_version": "v1",
        "variants": (("diversity", "b"),),
        "item_ids": ("a", "b"),
        "positions": np.array([0, 1], np.int32),
        "propensities": np.array([1.0, 0.1]),
        "scores": np.array([0.9, 0.3], np.float32),
    }
    return SlateRecord(**{**values, **fields})


@pytest.fixture
def clock():
    return SetClock()


@pytest.fixture(params=["embedded"])
async def log(request, tmp_path, clock):
    settings = SlateLogSettings(queue_limit=3, keep_bytes=4_000_000)
    log = EmbeddedSlateLog(tmp_path / "slates.db", clock, settings)
    yield log
    await log.close()


async def test_records_come_back_in_order_as_they_were(log):
    features = np.array([[0.5, np.nan], [2.0, 1e9]], np.float32)
    written = [
        record("r1"),
        record("r2", feature_names=("x", "y"), features=features),
        record(
            "r3",
            item_ids=(),
            positions=np.empty(0, np.int32),
            propensities=np.empty(0),
            scores=np.empty(0, np.float32),
        ),
    ]
    for each in written:
        log.write(each)
    await log.flush()
    found = list(log.scan())
    for before, after in zip(written, found, strict=True):
        for field in dataclasses.fields(SlateRecord):
            if field.name != "features":
                np.testing.assert_array_equal(
                    getattr(after, field.name), getattr(before, field.name)
                )
    assert found[0].features is None
    np.testing.assert_allclose(found[1].features, [[0.5, np.nan], [2.0, 65504.0]])


async def test_a_full_queue_drops_and_counts(log):
    for number in range(5):
        log.write(record(f"r{number}"))
    assert log.dropped_count == 2
    await log.flush()
    assert [each.request_id for each in log.scan()] == ["r0", "r1", "r2"]


async def test_a_subject_is_erased_even_before_it_was_written(log):
    log.write(record("r1", "ann"))
    log.write(record("r2", "bob"))
    assert await log.erase("ann") == 1
    assert [each.request_id for each in log.scan()] == ["r2"]


async def test_old_records_are_removed(log, clock):
    log.write(record("old"))
    await log.flush()
    clock.ms += 91 * DAY_MS
    log.write(record("new", served_ms=clock.ms))
    await log.flush()
    assert [each.request_id for each in log.scan()] == ["new"]


async def test_the_oldest_make_room(log, clock):
    noise = np.random.default_rng(1).normal(size=(2, 100_000)).astype(np.float32)
    for number in range(30):
        clock.ms += 60_000
        log.write(record(f"r{number}", features=noise, feature_names=("x",) * 100_000))
        await log.flush()
    kept = [each.request_id for each in log.scan()]
    assert kept == [f"r{number}" for number in range(30 - len(kept), 30)]
    assert 5 <= len(kept) <= 15


async def test_records_are_written_in_the_background(log):
    log.write(record("r1"))
    assert log.queue_depth == 1
    async with asyncio.timeout(10):
        while log.queue_depth:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    assert [each.request_id for each in log.scan()] == ["r1"]


async def test_records_wait_while_they_cannot_be_written(log, monkeypatch, caplog):
    async def fail(*_):
        raise StorageFullError("full")

    log.write(record("r1"))
    with monkeypatch.context() as patched:
        patched.setattr(log._writer, "run_merged", fail)
        async with asyncio.timeout(10):
            while "cannot be written yet" not in caplog.text:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
    await log.flush()
    assert [each.request_id for each in log.scan()] == ["r1"]


async def test_what_cannot_be_written_at_the_end_is_counted(tmp_path, clock, monkeypatch):
    async def fail(*_):
        raise StorageFullError("full")

    log = EmbeddedSlateLog(tmp_path / "other.db", clock)
    log.write(record("r1"))
    monkeypatch.setattr(log._writer, "run_merged", fail)
    await log.close()
    assert log.dropped_count == 1


async def test_a_slate_that_cannot_be_read_is_said_with_its_file(log):
    log.write(record("r1"))
    await log.flush()
    await log._writer.run(lambda c: c.execute("UPDATE slates SET payload = x'00'"))
    with pytest.raises(ArtifactError, match=r"slates.db"):
        list(log.scan())
