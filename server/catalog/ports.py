"""Where items live."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, TypeAlias

from server.catalog.item import Attribute, Item, Schema
from server.core.batch import Rows
from server.core.errors import ServerError
from server.core.item_columns import ItemColumns

UpsertOutcome: TypeAlias = Item | ServerError


class Catalog(Protocol):
    """The one catalogue: durable writes, and the columns that the pipeline reads.

    Rows are allocated in the writing transaction, monotonic, never reused; an item created again
    after deletion gets a new row.
    """

    def columns(self) -> ItemColumns:
        """Return the current view; every write that has returned is in it."""
        ...

    def schema(self) -> Schema: ...

    async def declare(
        self,
        item_attributes: Sequence[Attribute],
        user_attributes: Sequence[Attribute],
        *,
        validate_only: bool = False,
    ) -> Schema:
        """Add attributes, or change their flags.

        Raises:
            InvalidRequestError: a type would change.
            StorageFullError, UnavailableError.
        """
        ...

    async def get(self, item_ids: Sequence[str]) -> list[Item | None]:
        """Return the items, None for those that are unknown or deleted; one round trip."""
        ...

    async def create(self, item: Item, *, validate_only: bool = False) -> Item:
        """Create one item, durable on return.

        Raises:
            ItemAlreadyExistsError, UnknownAttributeError, InvalidRequestError (a value of the
            wrong type), StorageFullError, UnavailableError.
        """
        ...

    async def update(
        self,
        item_id: str,
        change: Callable[[Item | None], Item],
        *,
        validate_only: bool = False,
    ) -> Item:
        """Replace an item by `change(current)`, atomically; `current` is None if there is none.

        `change` may raise, for example ItemNotFoundError; nothing is written then.
        """
        ...

    async def upsert(self, items: Sequence[Item]) -> list[UpsertOutcome]:
        """Create or replace items in one transaction; one outcome for each, in order."""
        ...

    async def delete(self, item_id: str) -> None:
        """Delete an item; it is out of `columns()` when this returns.

        Raises:
            ItemNotFoundError.
        """
        ...

    def list(self, *, after_row: int = -1, limit: int | None = None) -> Iterator[tuple[int, Item]]:
        """Yield (row, item) of the items that are not deleted, by row, blocking."""
        ...

    def subscribe(self, on_change: Callable[[Rows], None]) -> None:
        """Call `on_change` with the rows written or deleted, after each committed write.

        The call comes on the event loop's thread and must not block.
        """
        ...
