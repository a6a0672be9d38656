"""Who may call: API keys, an identity provider and the audit log, from the settings."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from server.core.clock import Clock
from server.core.errors import ArtifactError, UnavailableError
from server.gateway.adapters.file_api_keys import FileApiKeys
from server.gateway.adapters.file_audit import FileAudit
from server.gateway.adapters.file_key_set import FileKeySet
from server.gateway.adapters.https_key_set import HttpsKeySet
from server.gateway.auth.api_keys import ApiKeys
from server.gateway.auth.audit import Audit
from server.gateway.auth.credential_callers import AnonymousCallers, CredentialCallers
from server.gateway.auth.jwt_tokens import JwtTokens
from server.gateway.auth.key_set import KeySet, UnreadableKeySetError
from server.gateway.auth.key_watch import read_keys, watch_keys
from server.gateway.auth.ports import Callers
from server.gateway.auth.settings import AuthSettings, JwtSettings
from server.observability.metrics import Metrics
from server.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What tells who calls, and keeps what they did.

    Attributes:
        is_closed: credentials are required, and there are none yet that anyone could have.
    """

    callers: Callers
    audit: Audit
    is_closed: bool = False


def api_key_store(settings: Settings) -> FileApiKeys:
    """Return the API keys of a data directory, to list and change them beside its server."""
    return FileApiKeys(settings.data_dir / settings.gateway.auth.key_file)


@asynccontextmanager
async def open_access(
    settings: AuthSettings, root: Path, clock: Clock, metrics: Metrics
) -> AsyncIterator[Access]:
    """Read keys and key sets and follow them; paths are relative to the data directory `root`.

    Raises:
        ArtifactError: a file of the settings cannot be used; names it and the remedy.
    """
    async with AsyncExitStack() as stack:
        sink = None
        if settings.audit.file is not None:
            sink = FileAudit(root / settings.audit.file)
            stack.push_async_callback(sink.close)
        audit = Audit(clock, metrics, sink)
        if settings.mode == "anonymous":
            yield Access(callers=AnonymousCallers(), audit=audit)
            return
        keys = await _open_keys(settings, root, clock, stack)
        metrics.watch_depth("api_keys", lambda: len(keys))
        tokens = None
        if settings.jwt is not None:
            tokens = await _open_tokens(settings.jwt, root, clock, stack)
        yield Access(
            callers=CredentialCallers(keys, tokens),
            audit=audit,
            is_closed=not len(keys) and tokens is None,
        )


async def _open_keys(
    settings: AuthSettings, root: Path, clock: Clock, stack: AsyncExitStack
) -> ApiKeys:
    store, keys = FileApiKeys(root / settings.key_file), ApiKeys(clock)
    await read_keys(store, keys)
    await _follow(watch_keys(store, keys, settings.poll_s), "api-keys", stack)
    return keys


async def _open_tokens(
    settings: JwtSettings, root: Path, clock: Clock, stack: AsyncExitStack
) -> JwtTokens:
    source = (
        HttpsKeySet(settings.keys, refresh_s=settings.refresh_s, timeout_s=settings.timeout_s)
        if settings.is_remote
        else FileKeySet(root / settings.keys)
    )
    keys = KeySet(source, frozenset(settings.algorithms), floor_s=settings.floor_s)
    try:
        await keys.load()
    except UnreadableKeySetError as error:
        raise ArtifactError(f"gateway.auth.jwt.keys: {settings.keys}: {error}") from error
    except UnavailableError as error:
        if not settings.is_remote:
            raise ArtifactError(f"gateway.auth.jwt.keys: {error}") from error
        # The provider may be back before the first token comes; until then tokens are refused
        # with a code that says try again.
    await _follow(keys.keep_fresh(), "token-keys", stack)
    return JwtTokens(settings, keys, clock)


async def _follow(work: Coroutine[None, None, None], name: str, stack: AsyncExitStack) -> None:
    task = asyncio.create_task(work, name=name)

    async def end() -> None:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    stack.push_async_callback(end)
