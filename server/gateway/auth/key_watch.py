"""Follows the API keys while they change outside of this process."""

from __future__ import annotations

import asyncio
import logging

from server.core.errors import ServerError
from server.gateway.auth.api_keys import ApiKeys
from server.gateway.auth.ports import ApiKeyStore

log = logging.getLogger(__name__)


async def read_keys(store: ApiKeyStore, keys: ApiKeys) -> bool:
    """Let the stored keys be in force; return whether they have changed.

    Raises:
        ArtifactError, UnavailableError: those in force stay so.
    """
    stored = await asyncio.to_thread(store.read_if_changed)
    if stored is None:
        return False
    keys.replace(stored)
    return True


async def watch_keys(store: ApiKeyStore, keys: ApiKeys, poll_s: float) -> None:
    """Look for changes every `poll_s`, until cancelled."""
    problem = ""
    while True:
        await asyncio.sleep(poll_s)
        try:
            if await read_keys(store, keys):
                log.info("API keys have changed", extra={"keys": len(keys)})
            problem = ""
        except ServerError as error:
            # Once for each problem: it is there until someone mends the file.
            if str(error) != problem:
                problem = str(error)
                log.error("API keys cannot be read", extra={"reason": problem})
