"""A scripted server: one port, all protocols, a record of what arrived."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from conformance.case import JSON
from conformance.clients.scripted.answering import Answerer
from conformance.clients.scripted.background import in_background
from conformance.clients.scripted.calls import BrokenScriptError, CallRecord
from conformance.clients.scripted.connection import Connection
from conformance.clients.scripted.http1 import Http1
from conformance.clients.scripted.http2 import Http2
from conformance.clients.scripted.scripting import Script
from conformance.contract import Contract


class ScriptedServer:
    """Plays a script on 127.0.0.1; usable from any thread, many at once on one shared loop."""

    def __init__(self, contract: Contract, script: Sequence[Mapping[str, JSON]]) -> None:
        """script: `ScriptedAnswer`s of suite.proto in JSON.

        Raises:
            UnknownMethodError, ValueError: it is no script of this contract.
        """
        self._contract = contract
        self._script = Script(contract, script)
        self._record = CallRecord()
        self._connections: set[Connection] = set()
        self._listener: asyncio.Server | None = None
        self.port = 0

    def start(self) -> int:
        """Listen on a free port and return it; times in the record count from here."""
        self._record = CallRecord()
        self.port = in_background(self._listen())
        return self.port

    def received(self) -> list[dict[str, JSON]]:
        """Return the calls that have arrived, in that order, as `received` of a case sees them.

        Raises:
            BrokenScriptError: one could not be answered as the script says.
        """
        return in_background(self._received())

    def close(self) -> None:
        """Stop listening and drop all connections; a second time does nothing."""
        in_background(self._close())

    async def _listen(self) -> int:
        answerer = Answerer(self._contract, self._script, self._record)

        def connection() -> Connection:
            opened = Connection(answerer, (Http1, Http2))
            self._connections.add(opened)
            return opened

        loop = asyncio.get_running_loop()
        self._listener = await loop.create_server(connection, "127.0.0.1", 0, backlog=1024)
        port: int = self._listener.sockets[0].getsockname()[1]
        return port

    async def _received(self) -> list[dict[str, JSON]]:
        if self._record.broken:
            raise BrokenScriptError("; ".join(self._record.broken))
        return [call.as_json() for call in self._record.calls]

    async def _close(self) -> None:
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        for connection in self._connections:
            connection.reset()
        self._connections.clear()
