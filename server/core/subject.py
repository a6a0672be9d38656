"""Who a request or event is about."""

from __future__ import annotations

from dataclasses import dataclass

VISITOR_PREFIX = "visitor:"


@dataclass(frozen=True, slots=True)
class Subject:
    """A known user, or a visitor that has not signed in."""

    id: str
    is_visitor: bool = False

    @property
    def key(self) -> str:
        """One string for stores and snapshots: the user id, or `visitor:<id>`.

        A user id may itself begin with `visitor:`; such ids get a leading `user:` so that the two
        kinds never collide.
        """
        if self.is_visitor:
            return VISITOR_PREFIX + self.id
        return f"user:{self.id}" if self.id.startswith((VISITOR_PREFIX, "user:")) else self.id

    @classmethod
    def from_key(cls, key: str) -> Subject:
        """The inverse of `key`."""
        if key.startswith(VISITOR_PREFIX):
            return cls(key.removeprefix(VISITOR_PREFIX), is_visitor=True)
        return cls(key.removeprefix("user:"))
