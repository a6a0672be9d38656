"""A dozen books, a catalogue in memory, and item counters that stand still."""

from dataclasses import replace

import numpy as np

from server.catalog.column_builder import ColumnBuilder, RowValues
from server.catalog.item import Attribute, AttributeType, Item, Schema
from server.core.batch import Retrieved

DAY_MS = 86_400_000
NOW_MS = 1_000 * DAY_MS

ATTRIBUTES = (
    Attribute("author", AttributeType.STRING),
    Attribute("genres", AttributeType.STRINGS),
    Attribute("year", AttributeType.NUMBER),
    Attribute("blurb", AttributeType.TEXT),
    Attribute("released", AttributeType.TIMESTAMP),
)
AUTHORS = ("Ada", "Borges", "Calvino")
GENRES = ("essay", "fable", "novel", "poem")


def book(number: int) -> Item:
    """Book 3 has no attributes at all, book 5 no genres."""
    attributes: dict = {
        "author": AUTHORS[number % 3],
        "genres": () if number == 5 else (GENRES[number % 4], GENRES[(number * 3 + 1) % 4]),
        "year": 1900.0 + 10 * number,
        "blurb": f"A tale of {number} rivers",
        "released": float(NOW_MS - number * 10 * DAY_MS),
    }
    return Item(
        item_id=f"book-{number}",
        title=f"The Garden of {AUTHORS[number % 3]} {number}",
        attributes={} if number == 3 else attributes,
        create_ms=None if number == 4 else NOW_MS - number * DAY_MS,
    )


BOOKS = tuple(book(number) for number in range(12))


class MemoryCatalog:
    """The parts of the catalogue that models need, synchronous."""

    def __init__(self, items=BOOKS, attributes=ATTRIBUTES) -> None:
        self._attributes = attributes
        self._builder = ColumnBuilder(attributes)
        self._listeners = []
        self._columns = self._builder.publish()
        self.write(*items)

    def columns(self):
        return self._columns

    def schema(self) -> Schema:
        return Schema(item_attributes=self._attributes)

    def subscribe(self, on_change) -> None:
        self._listeners.append(on_change)

    def write(self, *items: Item) -> np.ndarray:
        """Create or replace; return the rows."""
        size, written = self._columns.size, {}
        for item in items:
            row = self._columns.row_of.get(item.item_id)
            if row is None:
                row, size = size, size + 1
            written[row] = item
        self._builder.write(RowValues.of(written))
        return self._publish(np.array(list(written), np.int64))

    def rename(self, item_id: str, title: str) -> np.ndarray:
        number = int(item_id.removeprefix("book-"))
        return self.write(replace(book(number), title=title))

    def delete(self, item_id: str) -> np.ndarray:
        row = self._columns.row_of[item_id]
        self._builder.delete([row])
        return self._publish(np.array([row], np.int64))

    def _publish(self, rows: np.ndarray) -> np.ndarray:
        self._columns = self._builder.publish()
        for listener in self._listeners:
            listener(rows)
        return rows


class StillSignals:
    """Row r: 10 r impressions, r clicks, popularity r + 1, half of it recent."""

    def __init__(self, rows: int = 12) -> None:
        self._row = np.arange(rows, dtype=np.float32)

    def popularity(self):
        return self._row + 1

    def recent(self, now_ms):
        return (self._row + 1) / 2

    def event_counts(self, event_type):
        return {1: self._row * 10, 2: self._row}.get(event_type, self._row * 0)

    def counts_since_impression(self, event_type):
        return self.event_counts(event_type)

    def trending(self, now_ms):
        return Retrieved.nothing()
