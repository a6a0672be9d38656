"""A world that is started and stopped around a test."""

from __future__ import annotations

import pytest

from tests.stream_world import World


@pytest.fixture
async def world(tmp_path):
    world = await World(tmp_path).start()
    yield world
    await world.stop()
