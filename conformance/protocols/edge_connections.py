"""HTTP/1.1 connections to an edge: kept for later, with one deadline for a whole exchange."""

from __future__ import annotations

import http.client
import select
import ssl
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from conformance.errors import TargetError
from conformance.protocols.headers import joined

Fields = tuple[tuple[str, str], ...]
# What ends an exchange without a reply; TimeoutError, its caller's deadline, is one of them.
FAILURES = (OSError, http.client.HTTPException)


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request; `path` is encoded and may have a query."""

    verb: str
    path: str
    headers: Fields = ()
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class HttpReply:
    """A reply; names of headers are in lower case, values of the same name are joined by commas."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


class Exchange:
    """A request that was sent and not answered yet."""

    def __init__(
        self, connections: EdgeConnections, request: HttpRequest, timeout_s: float
    ) -> None:
        """Send it.

        Raises:
            TimeoutError, OSError, http.client.HTTPException.
        """
        self._connections = connections
        self._deadline = time.monotonic() + timeout_s
        self._connection = connections.take()
        try:
            self._send(request)
        except BaseException:
            self._connection.close()
            raise

    def is_answered(self) -> bool:
        """Whether the reply has begun to come."""
        return bool(select.select([self._connection.sock], [], [], 0)[0])

    def give_up(self) -> None:
        """Close the connection, which is how HTTP/1.1 cancels."""
        self._connection.close()

    def reply(self) -> HttpReply:
        """Wait for the reply.

        Raises:
            TimeoutError, OSError, http.client.HTTPException.
        """
        socket = self._connection.sock
        try:
            socket.settimeout(self._left_s())
            response = self._connection.getresponse()
            socket.settimeout(self._left_s())
            body = response.read()
        except BaseException:
            self._connection.close()
            raise
        if response.will_close:
            self._connection.close()
        else:
            self._connections.give_back(self._connection)
        return HttpReply(response.status, joined(response.getheaders()), body)

    def _send(self, request: HttpRequest) -> None:
        connection = self._connection
        connection.timeout = self._left_s()
        if connection.sock is None:
            connection.connect()
        connection.sock.settimeout(self._left_s())
        connection.putrequest(request.verb, request.path, skip_accept_encoding=True)
        for name, value in request.headers:
            connection.putheader(name, value)
        if request.body is not None:
            connection.putheader("content-length", str(len(request.body)))
        try:
            connection.endheaders(request.body)
        except (BrokenPipeError, ConnectionResetError):
            # Whoever refuses a request for its size answers before it has read all of it.
            return

    def _left_s(self) -> float:
        left_s = self._deadline - time.monotonic()
        if left_s <= 0:
            raise TimeoutError("the deadline passed")
        return left_s


class EdgeConnections:
    """Connections to one address, such as `http://localhost:8080`; used from several threads."""

    def __init__(self, address: str, authority: Path | None = None) -> None:
        """Connect on demand; `authority` is the certificate (PEM) to trust besides the system's.

        Raises:
            TargetError: the address is none, or the certificate can't be read.
        """
        try:
            parts = urlsplit(address)
            self._host, self._port = parts.hostname or "", parts.port
            self._tls = ssl.create_default_context() if parts.scheme == "https" else None
            if self._tls is not None and authority is not None:
                self._tls.load_verify_locations(authority)
        except ValueError as error:
            raise TargetError(f"{address}: {error}") from error
        except OSError as error:
            raise TargetError(f"{authority}: {error}") from error
        if parts.scheme not in ("http", "https") or not self._host:
            raise TargetError(f"{address}: not like http://localhost:8080")
        self._idle: list[http.client.HTTPConnection] = []
        self._lock = threading.Lock()

    def exchange(self, request: HttpRequest, timeout_s: float) -> HttpReply:
        """Send a request and wait for its reply.

        Raises:
            TimeoutError, OSError, http.client.HTTPException.
        """
        return Exchange(self, request, timeout_s).reply()

    def take(self) -> http.client.HTTPConnection:
        """Return a connection that nobody uses; it need not be open."""
        with self._lock:
            while self._idle:
                connection = self._idle.pop()
                # What an idle connection has to say is that its end is closed.
                if not select.select([connection.sock], [], [], 0)[0]:
                    return connection
                connection.close()
        if self._tls is not None:
            return http.client.HTTPSConnection(self._host, self._port, context=self._tls)
        return http.client.HTTPConnection(self._host, self._port)

    def give_back(self, connection: http.client.HTTPConnection) -> None:
        """Keep an open connection whose reply was read for the next request."""
        with self._lock:
            self._idle.append(connection)

    def close(self) -> None:
        """Close what is kept."""
        with self._lock:
            for connection in self._idle:
                connection.close()
            self._idle.clear()
