"""An editor of surfaces over a store in memory, and a small world that is served."""

from __future__ import annotations

from server.orchestrator.assembly import serving_state
from server.orchestrator.serving_state import ModelParts, ServingStates
from server.orchestrator.surface_changes.editor import SurfaceEditor
from server.orchestrator.surface_changes.live_surfaces import LiveSurfaces
from server.orchestrator.surface_checks import surface_violations
from tests.memory_surfaces import MemorySurfaces
from tests.unit.small_world import FIELDS, World, items_of


class Editing:
    """Everything that a change goes through; `states.current` is what is served."""

    def __init__(self, base):
        self.world = World(items_of(6, genres=["a", "a", "b", "b", "c", "c"]))
        self.clock = self.world.clock
        self.store = MemorySurfaces()
        self.live = LiveSurfaces(base, self.clock)
        self.written = []
        self.refreshes = 0
        self.states = ServingStates(self._state())
        self.editor = SurfaceEditor(
            self.live, self.store, self, self.clock, on_write=self.written.append
        )

    def violations(self, surface):
        return surface_violations(surface, FIELDS)

    def refresh(self):
        self.refreshes += 1
        self.states.swap(self._state())

    def served(self, name="home"):
        return self.states.current.surfaces.get(name)

    def _state(self):
        return serving_state(ModelParts(), self.live.current(), self.world.live, FIELDS)
