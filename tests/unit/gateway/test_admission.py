"""The concurrency limit, without a clock or a socket, and the lane around it."""

import asyncio

import pytest

from server.core.errors import OverloadedError
from server.gateway.admission import ConcurrencyLimit, Lane
from server.gateway.settings import LaneSettings


def settings(**over):
    fields = {
        "target_s": 0.05,
        "initial": 10,
        "minimum": 2,
        "maximum": 12,
        "queue_length": 1,
        "queue_wait_s": 5.0,
        "burst_s": 60.0,
        "burst_wait_s": 5.0,
        "window_s": 1.0,
        "retry_after_s": 1.0,
    }
    return LaneSettings(**(fields | over))


def after_window(limit, latencies_s, in_flight, start_s=0.0):
    """Observe one window; its last request ends it."""
    for latency_s in latencies_s[:-1]:
        limit.observe(latency_s, in_flight, start_s)
    limit.observe(latencies_s[-1], in_flight, start_s + 1.0)
    return limit.limit


def test_slow_windows_shrink_the_limit_to_its_minimum():
    limit = ConcurrencyLimit(settings())
    seen = [after_window(limit, [0.06] * 10, 10, start_s=n * 10) for n in range(8)]
    assert seen == [8, 6, 4, 3, 2, 2, 2, 2]


def test_one_slow_request_in_twenty_changes_nothing():
    limit = ConcurrencyLimit(settings())
    assert after_window(limit, [0.01] * 19 + [5.0], in_flight=3) == 10


def test_a_limit_that_was_reached_grows_to_its_maximum():
    limit = ConcurrencyLimit(settings())
    seen = [after_window(limit, [0.01] * 10, 12, start_s=n * 10) for n in range(4)]
    assert seen == [11, 12, 12, 12]


def test_an_idle_server_learns_nothing():
    limit = ConcurrencyLimit(settings())
    assert after_window(limit, [0.01] * 50, in_flight=3) == 10


def test_a_few_requests_are_no_verdict():
    limit = ConcurrencyLimit(settings())
    assert after_window(limit, [9.0] * 7, in_flight=10) == 10


def test_requests_from_before_the_limit_shrank_do_not_count():
    limit = ConcurrencyLimit(settings())
    assert after_window(limit, [0.06] * 10, in_flight=10) == 8
    for _ in range(20):
        limit.observe(3.0, 10, now_s=3.0)
    assert limit.limit == 8


def test_it_finds_the_capacity_of_a_simple_server():
    """Each request takes 10 ms of a core; two cores serve five at once within 25 ms."""
    limit = ConcurrencyLimit(settings(initial=12, maximum=64, target_s=0.05))
    now_s, seen = 0.0, []
    for _ in range(3000):
        now_s += 0.2
        limit.observe(limit.limit * 0.010 / 2, limit.limit, now_s)
        seen.append(limit.limit)
    assert min(seen[500:]) >= 8 and max(seen[500:]) <= 11


async def test_places_are_given_back():
    lane = Lane("x", settings(initial=2))
    assert [lane.try_enter() for _ in range(3)] == [True, True, False]
    lane.leave(0.01)
    assert lane.try_enter()
    assert lane.in_flight == 2


async def waiting(lane, count):
    """Begin to wait `count` times, in order."""
    tasks = [asyncio.create_task(lane.enter()) for _ in range(count)]
    await asyncio.sleep(0)
    return tasks


async def test_a_burst_is_served_in_the_order_of_arrival():
    lane = Lane("x", settings(initial=2, queue_length=3))
    lane.try_enter(), lane.try_enter()
    first, second = await waiting(lane, 2)
    lane.leave(0.01)
    await first
    assert not second.done() and not lane.try_enter()
    lane.leave(0.01)
    await second
    assert (lane.in_flight, lane.queue_length) == (2, 0)


async def test_a_queue_that_was_full_refuses_and_lets_the_newest_in_first():
    lane = Lane("x", settings(initial=2, queue_length=2))
    lane.try_enter(), lane.try_enter()
    first, second = await waiting(lane, 2)
    assert lane.queue_length == 2
    with pytest.raises(OverloadedError) as caught:
        await lane.enter()
    assert 0.5 <= caught.value.retry_after_s <= 1.5
    lane.leave(0.01)
    await second
    assert not first.done()
    lane.leave(0.01)
    await first
    # Empty again: what comes next is a burst of its own.
    third, fourth = await waiting(lane, 2)
    lane.leave(0.01)
    await third
    lane.leave(0.01)
    await fourth


async def test_a_queue_that_lasts_lets_the_newest_in_first():
    lane = Lane("x", settings(initial=2, queue_length=3, burst_s=0.01))
    lane.try_enter(), lane.try_enter()
    first, second = await waiting(lane, 2)
    await asyncio.sleep(0.02)
    lane.leave(0.01)
    await second
    assert not first.done()
    lane.leave(0.01)
    await first


async def test_a_burst_may_wait_longer_than_an_overload():
    lane = Lane("x", settings(initial=2, queue_length=2, queue_wait_s=0, burst_wait_s=5))
    lane.try_enter(), lane.try_enter()
    first, second = await waiting(lane, 2)
    with pytest.raises(OverloadedError):
        await lane.enter()
    lane.leave(0.01)
    await second
    # The queue was full and isn't empty yet: who comes now waits as in an overload.
    with pytest.raises(OverloadedError):
        await asyncio.wait_for(lane.enter(), 1)
    lane.leave(0.01)
    await first


async def test_who_waits_too_long_or_goes_away_leaves_no_trace():
    lane = Lane("x", settings(initial=2, queue_length=2, burst_wait_s=0.01))
    lane.try_enter(), lane.try_enter()
    gone = asyncio.create_task(lane.enter())
    with pytest.raises(OverloadedError):
        await lane.enter()
    gone.cancel()
    await asyncio.gather(gone, return_exceptions=True)
    assert lane.queue_length == 0
    lane.leave(0.01), lane.leave(0.01)
    assert lane.in_flight == 0
    assert not lane.is_full


async def test_a_place_given_to_someone_who_goes_away_is_passed_on():
    lane = Lane("x", settings(initial=2, queue_length=2))
    lane.try_enter(), lane.try_enter()
    first, second = await waiting(lane, 2)
    lane.leave(0.01)
    first.cancel()
    await second
    await asyncio.gather(first, return_exceptions=True)
    assert first.cancelled()
    assert lane.in_flight == 2


def test_the_order_of_the_limits_is_checked():
    with pytest.raises(ValueError, match="minimum <= initial <= maximum"):
        settings(minimum=11)
