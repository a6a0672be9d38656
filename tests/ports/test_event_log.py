"""Behaviour every event log shares; runs against each adapter."""

from __future__ import annotations

import asyncio

import pytest

from server.core.errors import EventIdConflictError, EventTooOldError
from server.core.event_type import EventType
from server.core.subject import Subject
from server.events.adapters.embedded_log import EmbeddedEventLog
from server.events.ports import Appended
from server.events.user_event import EventItem
from tests.event_factory import DAY_MS, NOON_MS, SetClock, new_event


@pytest.fixture
def clock():
    return SetClock()


@pytest.fixture(params=["embedded"])
async def log(request, tmp_path, clock):
    log = EmbeddedEventLog(tmp_path / "events.db", clock)
    yield log
    await log.close()


async def test_offsets_increase_from_one(log):
    outcomes = await log.append([new_event("e1"), new_event("e2")])
    assert outcomes == [Appended(1, NOON_MS), Appended(2, NOON_MS)]
    assert await log.last_offset() == 2


async def test_an_empty_log_has_no_offset(log):
    assert await log.last_offset() == 0
    assert list(log.scan()) == []
    assert await log.append([]) == []


async def test_a_record_keeps_everything(log):
    item = EventItem(item_id="i", quantity=2, price=9.5, dwell_ms=1234, rating=4.5, position=0)
    new = new_event(
        "e1",
        Subject("v1", is_visitor=True),
        item,
        "j",
        type=EventType.PURCHASE,
        time_ms=NOON_MS - 1,
        session_id="s",
        attribution_token="token",
        slate_request_id="r",
        slate_serving_config="home",
        context={"platform": "web", "device_class": "phone", "tab": "new", "locale": "de"},
        is_imported=True,
    )
    await log.append([new])
    (record,) = log.scan()
    assert record.event == new.event
    assert (record.offset, record.received_ms, record.is_imported) == (1, NOON_MS, True)


async def test_the_same_event_again_has_no_effect(log):
    first = await log.append([new_event("e1")])
    again = await log.append([new_event("e1"), new_event("e1")])
    assert first == [Appended(1, NOON_MS)]
    assert again == [Appended(1, NOON_MS, is_duplicate=True)] * 2
    assert len(list(log.scan())) == 1


async def test_an_id_with_another_payload_is_a_conflict_and_fails_alone(log):
    outcomes = await log.append(
        [new_event("e1", "ann"), new_event("e1", "bob"), new_event("e2", "bob")]
    )
    assert isinstance(outcomes[1], EventIdConflictError)
    assert outcomes[1].resource == "e1"
    assert [each.offset for each in (outcomes[0], outcomes[2])] == [1, 2]


async def test_an_id_may_be_used_again_after_thirty_days(log, clock):
    await log.append([new_event("e1", "ann")])
    clock.ms += 30 * DAY_MS
    (still,) = await log.append([new_event("e1", "bob")])
    assert isinstance(still, EventIdConflictError)
    clock.ms += 1
    assert await log.append([new_event("e1", "bob")]) == [Appended(2, clock.ms)]
    assert [record.event.subject.id for record in log.scan()] == ["ann", "bob"]
    (again,) = await log.append([new_event("e1", "bob")])
    assert again == Appended(2, clock.ms, is_duplicate=True)


async def test_an_import_may_be_repeated_at_any_time(log, clock):
    await log.append([new_event("e1", is_imported=True)])
    clock.ms += 365 * DAY_MS
    (again,) = await log.append([new_event("e1", is_imported=True)])
    assert again.is_duplicate


async def test_scans_begin_after_an_offset_and_see_the_log_as_of_the_call(log):
    await log.append([new_event(f"e{number}") for number in range(5)])
    scan = log.scan(2)
    await log.append([new_event("later")])
    assert [record.offset for record in scan] == [3, 4, 5]


async def test_scans_cross_pages(log):
    await log.append([new_event(f"e{number}") for number in range(4_500)])
    assert [record.offset for record in log.scan()] == list(range(1, 4_501))


async def test_a_subject_is_scanned_alone(log):
    visitor = Subject("ann", is_visitor=True)
    await log.append([new_event("e1", "ann"), new_event("e2", visitor), new_event("e3", "ann")])
    assert [record.offset for record in log.scan_subject("ann")] == [1, 3]
    assert [record.offset for record in log.scan_subject("visitor:ann")] == [2]


async def test_erasure_removes_and_refuses_what_came_before_it(log):
    await log.append([new_event("e1", "ann"), new_event("e2", "bob"), new_event("e3", "ann")])
    assert await log.erase("ann", erase_ms=NOON_MS) == 2
    assert [record.offset for record in log.scan()] == [2]
    assert await log.last_offset() == 3
    replayed, later = await log.append(
        [new_event("e1", "ann"), new_event("e4", "ann", time_ms=NOON_MS + 1)]
    )
    assert isinstance(replayed, EventTooOldError)
    assert later == Appended(4, NOON_MS)


async def test_erasing_nobody_is_allowed_and_a_later_erasure_counts(log):
    assert await log.erase("nobody", erase_ms=NOON_MS + 5) == 0
    assert await log.erase("nobody", erase_ms=NOON_MS) == 0
    (refused,) = await log.append([new_event("e1", "nobody", time_ms=NOON_MS + 5)])
    assert isinstance(refused, EventTooOldError)


async def test_concurrent_writers_get_their_own_outcomes(log):
    calls = [log.append([new_event(f"e{number}")]) for number in range(500)]
    outcomes = await asyncio.gather(*calls)
    assert sorted(outcome.offset for (outcome,) in outcomes) == list(range(1, 501))
    ids = {record.offset: record.event.event_id for record in log.scan()}
    assert all(ids[out.offset] == f"e{number}" for number, (out,) in enumerate(outcomes))


async def test_a_conflict_across_concurrent_calls_is_seen(log):
    one, other = await asyncio.gather(
        log.append([new_event("e1", "ann")]), log.append([new_event("e1", "bob")])
    )
    assert {type(one[0]), type(other[0])} == {Appended, EventIdConflictError}
