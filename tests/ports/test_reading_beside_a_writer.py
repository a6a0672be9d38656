"""Every durable store can be read while another process has it open for writing."""

from __future__ import annotations

import pytest

from server.catalog.adapters.embedded_catalog import EmbeddedCatalog
from server.catalog.item import Item
from server.core.errors import ArtifactError, UnavailableError
from server.events.adapters.embedded_log import EmbeddedEventLog
from server.profiles.adapters.embedded_profiles import EmbeddedProfiles
from server.profiles.ports import Profile
from tests.event_factory import SetClock, new_event


async def test_the_event_log(tmp_path):
    path, clock = tmp_path / "events.db", SetClock()
    with pytest.raises(ArtifactError, match="does not exist"):
        EmbeddedEventLog(path, clock, is_read_only=True)
    writer = EmbeddedEventLog(path, clock)
    reader = EmbeddedEventLog(path, clock, is_read_only=True)
    await writer.append([new_event("e1")])
    assert [record.event.event_id for record in reader.scan()] == ["e1"]
    assert await reader.last_offset() == 1
    assert reader.queue_depth == 0
    with pytest.raises(UnavailableError, match="reading only"):
        await reader.append([new_event("e2")])
    await reader.close()
    await writer.close()


async def test_the_catalogue(tmp_path):
    path, clock = tmp_path / "catalog.db", SetClock()
    writer = EmbeddedCatalog(path, clock)
    await writer.create(Item(item_id="a"))
    reader = EmbeddedCatalog(path, clock, is_read_only=True)
    assert dict(reader.columns().row_of) == {"a": 0}
    with pytest.raises(UnavailableError, match="reading only"):
        await reader.delete("a")
    await reader.close()
    await writer.close()


async def test_profiles(tmp_path):
    path, clock = tmp_path / "profiles.db", SetClock()
    writer = EmbeddedProfiles(path, clock)
    await writer.update("ann", lambda _: Profile(user_id="ann"))
    await writer.merge("v1", "ann")
    reader = EmbeddedProfiles(path, clock, is_read_only=True)
    assert [each.user_id for each in reader.list()] == ["ann"]
    assert reader.owner_of("v1") == "ann"
    with pytest.raises(UnavailableError, match="reading only"):
        await reader.merge("v2", "ann")
    await reader.close()
    await writer.close()
