"""One subscription to the catalogue for models that come and go."""

from __future__ import annotations

from collections.abc import Callable

from server.catalog.ports import Catalog
from server.core.batch import Rows


class CatalogChanges:
    """Passes each change on to whoever listens at the time; for the event loop's thread."""

    def __init__(self, catalog: Catalog) -> None:
        self._listeners: list[Callable[[Rows], None]] = []
        catalog.subscribe(self._on_change)

    def listen(self, listener: Callable[[Rows], None]) -> Callable[[], None]:
        """Add a listener; return the function that removes it."""
        self._listeners.append(listener)

        def stop() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return stop

    def _on_change(self, rows: Rows) -> None:
        for listener in tuple(self._listeners):
            listener(rows)
