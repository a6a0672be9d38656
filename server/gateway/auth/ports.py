"""What the checks at the edge need of the world; wiring brings it in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from server.gateway.auth.api_keys import ApiKey
from server.gateway.auth.caller import Caller, Credentials


class Callers(Protocol):
    """Tells who calls."""

    @property
    def lets_anyone_in(self) -> bool:
        """Whether calls without credentials have all scopes."""
        ...

    def recognise(self, credentials: Credentials) -> Caller | None:
        """Return the caller, if that takes no waiting.

        Raises:
            CredentialsError.
        """
        ...

    async def authenticate(self, credentials: Credentials) -> Caller:
        """Return the caller, however long it takes.

        Raises:
            CredentialsError.
            UnavailableError: what is needed to check them cannot be had now.
        """
        ...

    def require_current(self, caller: Caller) -> None:
        """Check that a caller's credentials still hold, while its stream is open.

        Raises:
            CredentialsError.
        """
        ...


class ApiKeyStore(Protocol):
    """The API keys of a deployment; another process may change them at any time."""

    def read_if_changed(self) -> Sequence[ApiKey] | None:
        """Return all keys; None: they are as they were at the last call. Blocks.

        Raises:
            ArtifactError, UnavailableError.
        """
        ...


class KeySetSource(Protocol):
    """Where an issuer publishes the keys that verify its tokens.

    Attributes:
        refresh_s: read it again so often.
    """

    @property
    def refresh_s(self) -> float: ...

    async def read(self) -> bytes:
        """Return the JSON Web Key Set as published.

        Raises:
            UnavailableError: it cannot be had.
        """
        ...


class AuditSink(Protocol):
    """Keeps audit lines beside the log."""

    async def write(self, line: bytes) -> None:
        """Append a line; durable on return. It is written even if the waiting is cancelled.

        Raises:
            OSError.
        """
        ...
