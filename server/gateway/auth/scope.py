"""What a credential allows, in the order of the contract."""

from __future__ import annotations

from enum import IntEnum

from server.gen.shortlist.options.v1 import options_pb2


class Scope(IntEnum):
    """Ordered: each includes those before it."""

    CLIENT = options_pb2.SCOPE_CLIENT
    PARTNER = options_pb2.SCOPE_PARTNER
    ADMIN = options_pb2.SCOPE_ADMIN

    @property
    def label(self) -> str:
        """Its name in settings, key files, errors and logs."""
        return self.name.lower()

    @classmethod
    def of_label(cls, label: str) -> Scope:
        """The inverse of `label`.

        Raises:
            ValueError: there is no such scope.
        """
        for scope in cls:
            if scope.label == label:
                return scope
        raise ValueError(f"no scope {label!r}: choose client, partner or admin")
