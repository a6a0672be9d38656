"""Where user profiles and visitor merges live."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from server.core.item_columns import AttributeValue


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What a user's owner told us of the user; times are milliseconds, set by the store."""

    user_id: str
    attributes: Mapping[str, AttributeValue] = field(default_factory=dict)
    create_ms: int | None = None
    update_ms: int | None = None


class ProfileStore(Protocol):
    """Durable profiles, and which visitor belongs to which user."""

    async def get(self, user_id: str) -> Profile | None: ...

    async def update(
        self,
        user_id: str,
        change: Callable[[Profile | None], Profile],
        *,
        validate_only: bool = False,
    ) -> Profile:
        """Replace a profile by `change(current)`, atomically and durably; `change` may raise."""
        ...

    async def upsert(self, profiles: list[Profile]) -> None:
        """Create or replace many profiles in one transaction (imports)."""
        ...

    async def erase(self, user_id: str) -> int:
        """Remove a profile and its merges; return how many records there were."""
        ...

    async def merge(self, visitor_id: str, user_id: str) -> bool:
        """Make a visitor part of a user, durably; return whether it was new.

        Raises:
            InvalidRequestError: the visitor belongs to another user.
        """
        ...

    def owner_of(self, visitor_id: str) -> str | None:
        """Return the user a visitor was merged into; from memory, never blocks."""
        ...

    def visitors_of(self, user_id: str) -> list[str]:
        """Return the visitors merged into a user."""
        ...

    def list(self) -> Iterator[Profile]:
        """Yield all profiles by user id; blocking."""
        ...
