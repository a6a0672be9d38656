"""A surface store that forgets everything when its process ends."""

from __future__ import annotations

from server.orchestrator.surface_changes.stored import SurfaceChanges


class MemorySurfaces:
    """`SurfaceStore` in memory."""

    def __init__(self):
        self.changes = SurfaceChanges()

    async def load(self):
        return self.changes

    async def put_surface(self, stored):
        self.changes = self.changes.with_surface(stored)

    async def delete_surface(self, name):
        self.changes = self.changes.without_surface(name)

    async def put_rule(self, stored):
        self.changes = self.changes.with_rule(stored)

    async def delete_rule(self, surface, name):
        self.changes = self.changes.without_rule(surface, name)
