"""What the demonstration needs from outside: stores, training, a running server and its client."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Protocol

from server.batch.evaluate_command import EvaluationClients
from server.batch.stores import Stores
from server.core.event_type import EventType
from server.core.subject import Subject


class Reason(Protocol):
    """Why an item is there; `code` is the contract's name in lower case."""

    @property
    def code(self) -> str: ...
    @property
    def item_ids(self) -> Sequence[str]: ...
    @property
    def attribute(self) -> str: ...
    @property
    def value(self) -> str: ...


class Recommended(Protocol):
    """One item of a page."""

    @property
    def item_id(self) -> str: ...
    @property
    def score(self) -> float: ...
    @property
    def reasons(self) -> Sequence[Reason]: ...
    @property
    def sources(self) -> Sequence[str]: ...


class Page(Protocol):
    """One reply, items in display order."""

    @property
    def items(self) -> Sequence[Recommended]: ...
    @property
    def attribution_token(self) -> str: ...


class DemoClient(Protocol):
    """The calls that the demonstration makes, over the network like anyone's."""

    async def recommend(
        self,
        subject: Subject | None,
        *,
        serving_config: str = "home",
        page_size: int = 20,
        details: bool = True,
    ) -> Page: ...

    async def write_event(
        self,
        subject: Subject,
        event_type: EventType,
        item_ids: Sequence[str],
        *,
        attribution_token: str = "",
        rating: float | None = None,
    ) -> None:
        """Write one event; when this returns, it counts."""
        ...


class RunningServer(Protocol):
    """A server that listens, and what is measured on it."""

    @property
    def target(self) -> str:
        """Return host and port."""
        ...

    @property
    def client(self) -> DemoClient: ...

    @property
    def measured(self) -> EvaluationClients: ...

    async def wait(self) -> None:
        """Return when the server is asked to stop."""
        ...


class DemoSteps(Protocol):
    """The parts that only the composition root can make."""

    def open_stores(
        self, data_dir: Path, *, read_only: bool = False
    ) -> AbstractAsyncContextManager[Stores]: ...

    async def train(self, snapshot: Path, models: Path, say: Callable[[str], None]) -> None:
        """Train a version; `say` hears what training prints.

        Raises:
            ServerError: training failed; the message says why.
        """
        ...

    def serve(self, data_dir: Path) -> AbstractAsyncContextManager[RunningServer]:
        """Start a server on the data directory; it is ready when the block begins."""
        ...
