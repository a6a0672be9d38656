"""The source in docs/extending.md works as the guide says."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from server.candidates.best_rows import best_rows, is_allowed
from server.core.batch import Retrieved
from server.core.context import RequestContext
from server.core.surface import SeenPolicy, Surface
from server.orchestrator.assembly import LiveSources, serving_state
from server.orchestrator.pipeline import recommend
from server.orchestrator.serving_state import ModelParts
from server.orchestrator.surfaces import Surfaces
from tests.unit.small_world import FIELDS, FixedSignals, context_of, items_of

GUIDE = Path(__file__).parents[3] / "docs" / "extending.md"
# What a file with the guide's code imports.
IMPORTED = (ClassVar, Path, RequestContext, Retrieved, best_rows, dataclass, is_allowed, np)


def guide_code():
    return re.search(r"```python\n(.*?)```", GUIDE.read_text(), re.DOTALL).group(1)


def guide_source():
    names = dict(globals())
    exec(compile(guide_code(), "docs/extending.md", "exec"), names)
    return names["Bargains"]()


def test_the_guide_needs_about_ten_lines():
    assert len([line for line in guide_code().splitlines() if line.strip()]) <= 11


async def test_the_guide_source_serves_on_a_surface():
    surface = Surface(name="cheap", sources={"bargains": 2}, seen=SeenPolicy.KEEP)
    live = LiveSources.of(FixedSignals(), {"bargains": guide_source()})
    state = serving_state(ModelParts(), Surfaces([surface]), live, FIELDS)
    items = items_of(4, prices=[3.0, 1.0, np.nan, 2.0])
    slate = await recommend(context_of(items, surface=surface), state.pipelines["cheap"])
    assert sorted(slate.batch.items.tolist()) == [1, 3]
    assert slate.source_names[0] == "bargains"
