"""A user is exported from every store, and erased from every store, with a receipt."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import orjson
import pyarrow.parquet as pq
import pytest

from server.batch.holdout import HoldoutTask, Protocol, write_holdout
from server.batch.jobs.erase_user import erase_user
from server.batch.jobs.export_user import export_user
from server.batch.jobs.masked_users import MaskedUsers
from server.batch.snapshot import write_snapshot
from server.catalog.item import Attribute, AttributeType, Item
from server.core.errors import ArtifactError, EventTooOldError
from server.core.event_type import EventType
from server.core.subject import Subject
from server.events.ports import SlateRecord
from server.events.user_event import EventItem, NewEvent, UserEvent
from server.profiles.ports import Profile

NOW_MS = 1_750_000_000_000
NASTY = "..%2F*"


class FixedClock:
    def now_ms(self):
        return NOW_MS


def no_progress(done, total=0):
    pass


def click(name, subject, time_ms=1_000):
    event = UserEvent(
        event_id=name,
        type=EventType.CLICK,
        subject=subject,
        items=(EventItem(item_id="a", dwell_ms=5),),
        time_ms=time_ms,
        context={"platform": "ios"},
    )
    return NewEvent(event=event, digest=name.encode(), is_imported=True)


def slate(subject_key):
    return SlateRecord(
        request_id="r",
        served_ms=5,
        subject_key=subject_key,
        session_id="s",
        serving_config="home",
        model_version="m",
        variants=(("x", "a"),),
        item_ids=("a",),
        positions=np.array([0], np.int32),
        propensities=np.array([0.5]),
        scores=np.array([0.25], np.float32),
    )


@dataclass
class Slates:
    """A slate log in memory."""

    records: list = field(default_factory=list)

    def write(self, record):
        self.records.append(record)

    def scan(self):
        return iter(self.records)

    async def erase(self, subject_key):
        before = len(self.records)
        self.records = [each for each in self.records if each.subject_key != subject_key]
        return before - len(self.records)


@pytest.fixture
async def people(stores):
    """Ann has a visitor and a profile; Bob is somebody else."""
    await stores.catalog.declare([], [Attribute("country", AttributeType.STRING)])
    await stores.catalog.upsert([Item(item_id="a")])
    await stores.profiles.upsert(
        [Profile(user_id="ann", attributes={"country": "DE"}), Profile(user_id="bob")]
    )
    await stores.profiles.merge("v1", "ann")
    visitor = Subject("v1", is_visitor=True)
    await stores.log.append(
        [click("e1", Subject("ann")), click("e2", visitor), click("e3", Subject("bob"))]
    )
    return stores


async def test_an_export_holds_everything(people):
    slates = Slates([slate("ann"), slate("bob"), slate("visitor:v1")])
    export = await export_user("ann", people, slates, FixedClock(), no_progress)
    assert export.event_count == 2
    assert export.read_ms == NOW_MS
    profile, events, served = (people.paths.exports / name for name in export.files)
    document = orjson.loads(profile.read_bytes())
    assert document["attributes"] == {"country": "DE"}
    assert document["merged_visitor_ids"] == ["v1"]
    lines = [orjson.loads(line) for line in events.read_bytes().splitlines()]
    assert [line["event_id"] for line in lines] == ["e1", "e2"]
    assert lines[0]["items"][0]["dwell_ms"] == 5
    assert lines[0]["context"] == {"platform": "ios"}
    lines = [orjson.loads(line) for line in served.read_bytes().splitlines()]
    assert [line["subject"] for line in lines] == ["ann", "visitor:v1"]
    assert lines[0]["propensities"] == [0.5]


async def test_an_unknown_user_is_exported_empty_and_stays_in_the_folder(people):
    export = await export_user(NASTY, people, Slates(), FixedClock(), no_progress)
    assert export.event_count == 0
    for name in export.files:
        assert (people.paths.exports / name).resolve().is_relative_to(people.paths.exports)
    assert len(list(people.paths.exports.iterdir())) == 1


async def test_an_erasure_reaches_every_store(people):
    slates = Slates([slate("ann"), slate("bob"), slate("visitor:v1")])
    forgotten = []

    async def forget(subject_key):
        forgotten.append(subject_key)
        return 1

    snapshot = await write_snapshot(people)
    write_holdout(
        people.paths,
        [click("h1", Subject("ann")), click("h2", Subject("bob"))],
        Protocol(
            dataset="d",
            description="",
            label="click",
            tasks=(HoldoutTask("new items", repeats=False),),
            known_only=True,
            fits_held_out_users=False,
            has_impressions=False,
        ),
    )
    await export_user("ann", people, slates, FixedClock(), no_progress)
    derived = {"online_features": forget, "sessions": forget, "slate_log": slates.erase}
    reports = []
    erasure = await erase_user(
        "ann", people, derived, FixedClock(), lambda done, total=0: reports.append((done, total))
    )
    assert erasure.erase_ms == NOW_MS
    assert erasure.stores == {
        "event_log": 2,
        # There is none.
        "models": 0,
        "online_features": 2,
        "sessions": 2,
        "slate_log": 2,
        # Two events, one profile, one held-out event.
        "snapshots": 4,
        "exports": 1,
        "profiles": 2,
    }
    assert reports[-1] == (7, 7)
    assert set(forgotten) == {"ann", "visitor:v1"}
    assert [record.event.event_id for record in people.log.scan()] == ["e3"]
    assert await people.profiles.get("ann") is None
    assert people.profiles.visitors_of("ann") == []
    assert pq.read_table(snapshot.folder / "events.parquet")["user_id"].to_pylist() == ["bob"]
    assert pq.read_table(people.paths.holdout)["user_id"].to_pylist() == ["bob"]
    assert list(people.paths.exports.iterdir()) == []
    assert [each.subject_key for each in slates.records] == ["bob"]


async def test_late_events_of_an_erased_user_are_refused(people):
    await erase_user("ann", people, {}, FixedClock(), no_progress)
    outcomes = await people.log.append(
        [click("late", Subject("ann"), NOW_MS), click("new", Subject("ann"), NOW_MS + 1)]
    )
    assert isinstance(outcomes[0], EventTooOldError)
    assert not isinstance(outcomes[1], EventTooOldError)


async def test_an_erasure_can_be_repeated(people):
    await erase_user("ann", people, {}, FixedClock(), no_progress)
    again = await erase_user("ann", people, {}, FixedClock(), no_progress)
    assert set(again.stores.values()) == {0}


async def test_a_crash_in_the_middle_is_made_good_by_a_repetition(people):
    async def broken(subject_key):
        raise RuntimeError("crash")

    with pytest.raises(RuntimeError):
        await erase_user("ann", people, {"sessions": broken}, FixedClock(), no_progress)
    # The visitor is still known to belong to the user.
    seen = []

    async def forget(subject_key):
        seen.append(subject_key)
        return 0

    await erase_user("ann", people, {"sessions": forget}, FixedClock(), no_progress)
    assert seen == ["ann", "visitor:v1"]
    assert await people.profiles.get("ann") is None


def test_models_of_before_the_erasure_must_not_know_the_user(tmp_path):
    masked = MaskedUsers(tmp_path / "models")
    assert masked.keys() == []
    version = tmp_path / "models" / "v1"
    version.mkdir(parents=True)
    (version / "manifest.json").write_text('{"users": "user_ids.txt"}')
    (version / "user_ids.txt").write_text("ann\nbob\n")
    broken = tmp_path / "models" / "v2"
    broken.mkdir()
    (broken / "manifest.json").write_text("{")
    assert masked.add(["ann"], 100) == 1
    assert masked.add(["ann", "bob"], 200) == 1
    assert masked.add(["nobody"], 100) == 0
    assert masked.keys(log_watermark=200) == ["ann", "bob"]
    assert masked.keys(log_watermark=100) == ["ann", "bob", "nobody"]
    assert masked.keys(log_watermark=201) == []
    masked.path.write_text("[1]")
    with pytest.raises(ArtifactError, match=r"masked_users\.json: can't be read"):
        masked.keys()
