"""What is acknowledged is on the disk; what fails is said, and loses nothing else."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from pathlib import Path

import pytest

from server.catalog.adapters.embedded_catalog import EmbeddedCatalog
from server.catalog.item import Item
from server.core.errors import ArtifactError, StorageFullError, UnavailableError
from server.core.surface import Rule, RuleKind
from server.events.adapters.embedded_log import EmbeddedEventLog
from server.events.ports import Appended
from server.features.adapters.embedded_online import EmbeddedOnlineStore
from server.features.settings import OnlineStoreSettings
from server.orchestrator.adapters.embedded_surfaces import EmbeddedSurfaces
from server.orchestrator.surface_changes.stored import StoredRule
from server.profiles.adapters.embedded_profiles import EmbeddedProfiles
from server.profiles.ports import Profile
from tests.event_factory import SetClock, new_event
from tests.integration.fault_vfs import FaultVfs


@pytest.fixture
def vfs():
    vfs = FaultVfs()
    yield vfs
    vfs.unregister()


def event_ids(log: EmbeddedEventLog) -> list[str]:
    return [record.event.event_id for record in log.scan()]


async def test_the_log_is_synced_before_the_acknowledgement(tmp_path, vfs):
    log = EmbeddedEventLog(tmp_path / "events.db", SetClock(), vfs=vfs.label)
    for number in range(20):
        vfs.calls.clear()
        await log.append([new_event(f"e{number}")])
        vfs.mark("acknowledged")
        before = [call for call in vfs.calls if call[1] == "wal" or call[0] == "acknowledged"]
        assert ("write", "wal") in before
        # After the last write to the log comes its sync, and only then the acknowledgement.
        assert before[-2:] == [("sync", "wal"), ("acknowledged", "")]
    await log.close()


async def test_a_rule_is_synced_before_the_acknowledgement(tmp_path, vfs):
    store = EmbeddedSurfaces(tmp_path / "surfaces.db", vfs=vfs.label)
    rule = Rule(name="recalled", kind=RuleKind.BLOCK, item_ids=("i1",))
    for order in range(5):
        vfs.calls.clear()
        await store.put_rule(
            StoredRule(
                surface="home", name=rule.name, rule=rule, order=order, create_ms=1, update_ms=1
            )
        )
        vfs.mark("acknowledged")
        wal = [call for call in vfs.calls if call[1] == "wal" or call[0] == "acknowledged"]
        assert ("write", "wal") in wal
        assert wal[-2:] == [("sync", "wal"), ("acknowledged", "")]
    with vfs.full(), pytest.raises(StorageFullError):
        await store.delete_surface("home")
    assert (await store.load()).rules
    await store.close()


async def test_concurrent_writers_share_their_syncs(tmp_path, vfs):
    log = EmbeddedEventLog(tmp_path / "events.db", SetClock(), vfs=vfs.label)
    vfs.calls.clear()
    await asyncio.gather(*(log.append([new_event(f"e{number}")]) for number in range(1_000)))
    assert vfs.calls.count(("sync", "wal")) <= 50
    await log.close()


async def test_a_full_disk_is_said_and_the_log_works_again_with_space(tmp_path, vfs):
    log = EmbeddedEventLog(tmp_path / "events.db", SetClock(), vfs=vfs.label)
    await log.append([new_event("before")])
    with vfs.full():
        failing = [log.append([new_event(f"lost{number}")]) for number in range(20)]
        outcomes = await asyncio.gather(*failing, return_exceptions=True)
        assert all(isinstance(outcome, StorageFullError) for outcome in outcomes)
        assert event_ids(log) == ["before"]
    assert await log.append([new_event("lost1"), new_event("after")]) == [
        Appended(2, SetClock().ms),
        Appended(3, SetClock().ms),
    ]
    await log.close()
    log = EmbeddedEventLog(tmp_path / "events.db", SetClock())
    assert event_ids(log) == ["before", "lost1", "after"]
    await log.close()


async def test_a_disk_that_fills_up_within_a_large_write_writes_nothing_of_it(tmp_path, vfs):
    log = EmbeddedEventLog(tmp_path / "events.db", SetClock(), vfs=vfs.label)
    await log.append([new_event("before")])
    vfs.is_full = True
    with pytest.raises(StorageFullError):
        await log.append([new_event(f"e{number}" * 20) for number in range(5_000)])
    vfs.is_full = False
    assert event_ids(log) == ["before"]
    await log.close()


async def test_a_sync_that_fails_acknowledges_nothing(tmp_path, vfs):
    log = EmbeddedEventLog(tmp_path / "events.db", SetClock(), vfs=vfs.label)
    await log.append([new_event("before")])
    vfs.fails_to_sync = True
    with pytest.raises(UnavailableError):
        await log.append([new_event("unsure")])
    vfs.fails_to_sync = False
    (outcome,) = await log.append([new_event("unsure")])
    assert not outcome.is_duplicate
    assert event_ids(log) == ["before", "unsure"]
    await log.close()


@pytest.fixture
def memory_path():
    """A folder where a sync costs nothing, if the system has one."""
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as path:
        yield Path(path)


async def test_a_log_cut_at_any_byte_of_its_last_record_opens_with_all_before(
    tmp_path, memory_path
):
    log = EmbeddedEventLog(tmp_path / "events.db", SetClock())
    ids = [f"e{number}" for number in range(5)]
    for event_id in ids[:-1]:
        await log.append([new_event(event_id)])
    wal = tmp_path / "events.db-wal"
    before = wal.stat().st_size
    await log.append([new_event(ids[-1])])
    copy = memory_path
    shutil.copy(tmp_path / "events.db", copy / "pristine.db")
    whole = wal.read_bytes()
    await log.close()
    last_record = len(whole) - before
    assert last_record > 0
    for cut in range(before, len(whole)):
        shutil.copy(copy / "pristine.db", copy / "events.db")
        (copy / "events.db-wal").write_bytes(whole[:cut])
        (copy / "events.db-shm").unlink(missing_ok=True)
        cut_log = EmbeddedEventLog(copy / "events.db", SetClock())
        assert event_ids(cut_log) == ids[:-1], cut
        if cut % 97 == 0 or cut == len(whole) - 1:
            assert (await cut_log.append([new_event("next")]))[0].offset == 5
        await cut_log.close()


async def test_a_last_record_of_noise_is_ignored(tmp_path):
    log = EmbeddedEventLog(tmp_path / "events.db", SetClock())
    await log.append([new_event("e1")])
    copy = tmp_path / "copy"
    copy.mkdir()
    shutil.copy(tmp_path / "events.db", copy / "events.db")
    content = (tmp_path / "events.db-wal").read_bytes()
    await log.close()
    (copy / "events.db-wal").write_bytes(content + b"\x5a" * 10_000)
    log = EmbeddedEventLog(copy / "events.db", SetClock())
    assert event_ids(log) == ["e1"]
    await log.close()


async def test_a_damaged_file_is_said_with_its_name(tmp_path):
    log = EmbeddedEventLog(tmp_path / "events.db", SetClock())
    await log.append([new_event(f"e{number}") for number in range(3_000)])
    await log.close()
    content = bytearray((tmp_path / "events.db").read_bytes())
    content[4096:] = b"\xa5" * (len(content) - 4096)
    (tmp_path / "events.db").write_bytes(content)
    damaged = EmbeddedEventLog(tmp_path / "events.db", SetClock(), is_read_only=True)
    with pytest.raises(ArtifactError, match=r"events.db is damaged.*restore"):
        list(damaged.scan())
    (tmp_path / "events.db").write_bytes(b"not a database" * 500)
    for open_store in (EmbeddedEventLog, EmbeddedCatalog, EmbeddedProfiles, EmbeddedOnlineStore):
        with pytest.raises(ArtifactError, match=r"events.db is damaged"):
            open_store(tmp_path / "events.db", SetClock())


async def test_a_record_that_cannot_be_read_is_said_with_its_file(tmp_path):
    log = EmbeddedEventLog(tmp_path / "events.db", SetClock())
    await log.append([new_event("e1")])
    await log._writer.run(lambda c: c.execute("UPDATE events SET payload = x'ffff'"))
    with pytest.raises(ArtifactError, match=r"events.db.*cannot be read"):
        list(log.scan())
    await log.close()


async def test_the_catalogue_keeps_its_columns_when_the_disk_is_full(tmp_path, vfs):
    catalog = EmbeddedCatalog(tmp_path / "catalog.db", SetClock(), vfs=vfs.label)
    await catalog.create(Item(item_id="a"))
    with vfs.full():
        with pytest.raises(StorageFullError):
            await catalog.upsert([Item(item_id="b")])
        with pytest.raises(StorageFullError):
            await catalog.delete("a")
    assert dict(catalog.columns().row_of) == {"a": 0}
    await catalog.create(Item(item_id="b"))
    assert dict(catalog.columns().row_of) == {"a": 0, "b": 1}
    await catalog.close()


async def test_a_catalogue_that_misses_a_row_is_refused(tmp_path):
    catalog = EmbeddedCatalog(tmp_path / "catalog.db", SetClock())
    await catalog.upsert([Item(item_id="a"), Item(item_id="b")])
    await catalog._writer.run(lambda c: c.execute("DELETE FROM items WHERE row = 0"))
    await catalog.close()
    with pytest.raises(ArtifactError, match="misses a row"):
        EmbeddedCatalog(tmp_path / "catalog.db", SetClock())


async def test_profiles_and_merges_are_not_half_written(tmp_path, vfs):
    profiles = EmbeddedProfiles(tmp_path / "profiles.db", SetClock(), vfs=vfs.label)
    with vfs.full():
        with pytest.raises(StorageFullError):
            await profiles.update("ann", lambda _: Profile(user_id="ann"))
        with pytest.raises(StorageFullError):
            await profiles.merge("v1", "ann")
    assert profiles.owner_of("v1") is None
    assert await profiles.get("ann") is None
    await profiles.close()


async def test_online_values_wait_for_space_until_their_buffer_is_full(tmp_path, vfs):
    settings = OnlineStoreSettings(flush_interval_s=0.01, buffer_bytes=1_000)
    store = EmbeddedOnlineStore(tmp_path / "online.db", SetClock(), settings, vfs=vfs.label)
    with vfs.full():
        await store.write("feed", {"a": b"x" * 900})
        with pytest.raises(StorageFullError):
            await store.flush()
        with pytest.raises(StorageFullError):
            await store.write("feed", {"b": b"x" * 200})
        assert await store.read("feed", ["a", "b"]) == [b"x" * 900, None]
    await store.flush()
    assert store.buffered_bytes == 0
    await store.write("feed", {"b": b"x" * 200})
    await store.close()
    store = EmbeddedOnlineStore(tmp_path / "online.db", SetClock())
    assert await store.read("feed", ["a", "b"]) == [b"x" * 900, b"x" * 200]
    await store.close()


async def test_erased_bytes_are_gone_from_the_disk(tmp_path):
    secret = "SECRET-OF-ANN"
    log = EmbeddedEventLog(tmp_path / "events.db", SetClock())
    await log.append([new_event("e1", "ann", session_id=secret), new_event("e2", "bob")])
    assert await log.erase("ann", erase_ms=2**41) == 1
    files = b"".join(file.read_bytes() for file in tmp_path.glob("events.db*"))
    assert secret.encode() not in files
    await log.close()
