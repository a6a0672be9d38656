"""Who calls: what a call's credentials say, once they are checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from server.gateway.auth.scope import Scope

Quota: TypeAlias = Literal["client", "shared_client", "partner", "admin"]


API_KEY: Final = "x-api-key"
AUTHORIZATION: Final = "authorization"
CREDENTIAL_KEYS: Final = frozenset({API_KEY, AUTHORIZATION})


@dataclass(slots=True)
class Credentials:
    """What a call brought along to say who it is; nothing of it may be logged.

    Attributes:
        is_repeated: one of the headers came twice: which of them counts would be a guess.
    """

    api_key: str = ""
    authorization: str = ""
    is_repeated: bool = False

    def add(self, key: str, value: str) -> None:
        """Take a header, one of `CREDENTIAL_KEYS`."""
        if key == API_KEY:
            self.is_repeated = self.is_repeated or bool(self.api_key)
            self.api_key = value
        else:
            self.is_repeated = self.is_repeated or bool(self.authorization)
            self.authorization = value

    def __repr__(self) -> str:
        return "Credentials(...)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A caller whose credentials were checked.

    Attributes:
        id: the same for all credentials of one party: quotas and the audit go by it.
        key_id: of the API key; empty: it was no API key.
        user_id, visitor_id: the caller's own subject; empty: none. Matters for client scope only.
        expire_ms: when the credentials end; None: never.
        name: for people; may be empty.
    """

    id: str
    scope: Scope
    key_id: str = ""
    user_id: str = ""
    visitor_id: str = ""
    expire_ms: int | None = None
    name: str = ""

    @property
    def quota(self) -> Quota:
        """Which quota is the caller's; clients without a subject share one key among many."""
        if self.scope is Scope.CLIENT:
            return "client" if self.user_id or self.visitor_id else "shared_client"
        return "partner" if self.scope is Scope.PARTNER else "admin"


# Until a call is admitted: may do nothing for anybody.
NOBODY: Final = Caller(id="nobody", scope=Scope.CLIENT)
# Everyone, where nobody is asked.
ANONYMOUS: Final = Caller(id="anonymous", scope=Scope.ADMIN)
