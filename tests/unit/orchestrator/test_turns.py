"""Long steps take turns; everything short goes on in between."""

import asyncio
from itertools import pairwise

from server.orchestrator.turns import Turns


async def test_a_first_step_does_not_wait():
    turns = Turns()
    step = turns.take()
    try:
        step.send(None)
    except StopIteration:
        return
    raise AssertionError("it waited")


async def test_steps_run_in_their_order_with_passes_between_them():
    turns, seen, passes = Turns(), [], 0
    is_over = False

    async def count_passes():
        nonlocal passes
        while not is_over:
            passes += 1
            await asyncio.sleep(0)

    async def step(name):
        await turns.take()
        seen.append((name, passes))

    counter = asyncio.create_task(count_passes())
    await asyncio.gather(*(step(name) for name in "abcd"))
    is_over = True
    await counter
    assert [name for name, _ in seen] == ["a", "b", "c", "d"]
    at = [each for _, each in seen]
    assert all(later - earlier >= 5 for earlier, later in pairwise(at))


async def test_one_that_gave_up_does_not_hold_up_the_others():
    turns = Turns()
    await turns.take()
    waiting = [asyncio.create_task(turns.take()) for _ in range(3)]
    await asyncio.sleep(0)
    waiting[1].cancel()
    await waiting[0]
    await waiting[2]
    assert waiting[1].cancelled()


async def test_after_a_rest_the_next_step_does_not_wait():
    turns = Turns()
    await turns.take()
    for _ in range(30):
        await asyncio.sleep(0)
    step = asyncio.create_task(turns.take())
    await asyncio.sleep(0)
    assert step.done()
