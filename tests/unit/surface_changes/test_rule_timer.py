"""What is served changes when a rule begins or ceases to hold."""

import asyncio
from dataclasses import replace

import pytest

from server.core.surface import Rule, RuleKind, Surface
from server.orchestrator.surface_changes import rule_timer
from server.orchestrator.surface_changes.live_surfaces import LiveSurfaces
from server.orchestrator.surface_changes.rule_timer import RuleTimer
from server.orchestrator.surfaces import Surfaces
from tests.unit.small_world import FixedClock

RULE = Rule(name="now", kind=RuleKind.BOOST, start_ms=1000, end_ms=2000)
HOME = Surface(name="home", sources={"popular": 1})


class Timed:
    def __init__(self, *rules, ms=0):
        self.clock = FixedClock(ms)
        self.live = LiveSurfaces(Surfaces([replace(HOME, rules=rules)]), self.clock)
        self.timer = RuleTimer(self.live, self.clock, self.refresh)
        self.served = []
        self.is_broken = False

    def refresh(self):
        if self.is_broken:
            raise RuntimeError("broken")
        self.served.append([rule.name for rule in self.live.current().get("home").rules])

    async def pass_to(self, ms):
        self.clock.ms = ms
        await asyncio.sleep(0.03)


@pytest.fixture(autouse=True)
def looks_often(monkeypatch):
    monkeypatch.setattr(rule_timer, "_LONGEST_S", 0.005)


async def test_it_refreshes_at_each_border_once():
    it = Timed(RULE)
    it.timer.start()
    await it.pass_to(999)
    assert it.served == []
    await it.pass_to(1000)
    assert it.served == [["now"]]
    await it.pass_to(1999)
    await it.pass_to(2500)
    assert it.served == [["now"], []]
    it.timer.stop()
    await it.pass_to(0)
    assert it.served == [["now"], []]


async def test_a_clock_that_is_set_back_counts_too():
    it = Timed(RULE, ms=2500)
    it.timer.start()
    await it.pass_to(1500)
    assert it.served == [["now"]]
    it.timer.stop()


async def test_without_borders_it_does_not_wake():
    it = Timed(replace(RULE, start_ms=None, end_ms=None))
    it.timer.start()
    assert it.timer._timer is None
    await it.pass_to(5000)
    assert it.served == []


async def test_a_refresh_that_fails_is_tried_again():
    it = Timed(RULE)
    it.timer.start()
    it.is_broken = True
    await it.pass_to(1000)
    it.is_broken = False
    await asyncio.sleep(0.03)
    assert it.served == [["now"]]
    it.timer.stop()


async def test_it_sleeps_until_the_next_border(monkeypatch):
    monkeypatch.setattr(rule_timer, "_LONGEST_S", 5.0)
    it = Timed(RULE)
    it.timer.start()
    left_s = it.timer._timer.when() - asyncio.get_running_loop().time()
    assert 0.9 < left_s <= 1.0
    it.timer.stop()
