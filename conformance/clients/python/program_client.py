"""The client of one test: what `target`, `storage` and `options` say, opened when it is needed."""

from __future__ import annotations

import asyncio
import inspect
import random
import re
from collections.abc import Callable
from typing import Any

import betterproto2
from messages import error_of

from shortlist_sdk import (
    ApiKey,
    Client,
    ClientOptions,
    Credentials,
    EventQueue,
    FileStore,
    NoCredentials,
    QueueOptions,
    ReplyCache,
    ShortlistError,
    Token,
    TokenCredentials,
    v1,
)
from shortlist_sdk.clock import SystemClock


class SeededClock(SystemClock):
    """The system's time, and chance that a seed decides."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def uniform(self, low: float, high: float) -> float:
        """Return a random number between two."""
        return self._random.uniform(low, high)


class Tokens:
    """Gives the tokens of the target one after the other, the last again and again."""

    def __init__(self, tokens: list[str]) -> None:
        self._left = list(tokens)

    async def get(self, force_refresh: bool) -> Token:
        """Return the next token."""
        # As a token endpoint: it takes a moment, so that calls at once meet here.
        await asyncio.sleep(0.02)
        return Token(self._left.pop(0) if len(self._left) > 1 else self._left[0])


class ProgramClient:
    """A client of the SDK with its event queue."""

    def __init__(self, request: dict[str, Any]) -> None:
        self._target = request.get("target") or {}
        self._storage = request.get("storage") or None
        self._options = request.get("options") or {}
        self._client: Client | None = None
        self._queue: EventQueue[v1.Event] | None = None
        self._abandoned: list[Client] = []
        self.rejected: list[dict[str, Any]] = []

    def client(self) -> Client:
        """Return the client."""
        if self._client is None:
            seed = self._options.get("random_seed")
            self._client = Client(
                f"http://{self._target['address']}",
                self._credentials(),
                options=ClientOptions(
                    cache=ReplyCache() if self._options.get("cache") else None,
                    clock=None if seed is None else SeededClock(int(seed)),
                ),
            )
        return self._client

    def queue(self) -> EventQueue[v1.Event]:
        """Return the client's event queue, on the test's folder."""
        if self._queue is None:
            given = self._options.get("event_queue") or {}
            limits: dict[str, Any] = {}
            if "max_events" in given:
                limits["max_count"] = int(given["max_events"])
            if "max_bytes" in given:
                limits["max_bytes"] = int(given["max_bytes"])
            if "max_age_ms" in given:
                limits["max_age_s"] = given["max_age_ms"] / 1000
            capacity = {"max_events": int(given["capacity"])} if "capacity" in given else {}
            self._queue = self.client().event_queue(
                store=FileStore(self._storage, **capacity) if self._storage else None,
                options=QueueOptions(**limits),
                on_rejected=self._note_rejected,
            )
        return self._queue

    def method(self, full_name: str, suffix: str = "") -> Callable[..., Any]:
        """Return a method of a service, or with the suffix `_pager` the pager of it."""
        name = _snake(full_name.rpartition("/")[2]) + suffix
        service = full_name.partition("/")[0].rpartition(".")[2]
        for attribute in vars(self.client()).values():
            if type(attribute).__name__ == service:
                found: Callable[..., Any] = getattr(attribute, name)
                return found
        raise AttributeError(f"no service {service}")

    def request_type(self, full_name: str) -> type[betterproto2.Message]:
        """Return the type of a method's request."""
        module = inspect.getmodule(self.method(full_name))
        described = getattr(module, _snake(full_name.rpartition("/")[2]).upper())
        found: type[betterproto2.Message] = described.request_type
        return found

    async def kill(self) -> None:
        """Drop client and queue as a process that dies does: nothing is sent or settled."""
        queue, self._queue = self._queue, None
        if queue is not None:
            if queue._worker is not None:
                queue._worker.cancel()
                await asyncio.gather(queue._worker, return_exceptions=True)
            # As the system does: it closes the files, and lets go of their lock.
            await queue._store.close()
        if self._client is not None:
            self._abandoned.append(self._client)
        self._client, self.rejected = None, []

    async def close(self) -> None:
        """Close the queue and the client."""
        if self._queue is not None:
            await self._queue.close()
        if self._client is not None:
            await self._client.close()
        self._queue = self._client = None

    async def release(self) -> None:
        """Let go of everything at the test's end; what waits is not sent."""
        await self.kill()
        for client in self._abandoned:
            await client.close()

    def _credentials(self) -> Credentials:
        if self._target.get("tokens"):
            return TokenCredentials(Tokens(self._target["tokens"]))
        if self._target.get("api_key"):
            return ApiKey(self._target["api_key"])
        return NoCredentials()

    def _note_rejected(self, event: v1.Event, error: ShortlistError) -> None:
        self.rejected.append({"event_id": event.event_id, "error": error_of(error)})


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
