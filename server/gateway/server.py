"""The gRPC server: listens, announces itself, drains, stops."""

from __future__ import annotations

import asyncio
import errno
import logging
import signal
import socket
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
from google.protobuf.message import Message
from grpc_reflection.v1alpha import reflection, reflection_pb2

from server.core.errors import ServerError
from server.gateway.auth.exposure import is_loopback
from server.gateway.health import SERVICE as HEALTH
from server.gateway.health import Health
from server.gateway.open_rpc import Context, small_requests
from server.gateway.services import SERVICE_NAMES, Backends, Services
from server.gateway.settings import GatewaySettings, TlsSettings

log = logging.getLogger(__name__)

REFLECTION = "grpc.reflection.v1alpha.ServerReflection"
# The same messages under the name that newer clients ask for first.
REFLECTION_V1 = "grpc.reflection.v1.ServerReflection"
_MAX_METADATA_BYTES = 16 * 1024
_FREE_MEBIBYTE = 1024 * 1024
_SHORTEST_PING_MS = 10_000
# gRPC cancels at random what waits beyond 1,000 calls; the edge refuses with a reason instead.
_MAX_UNREAD_CALLS = 100_000
_QUIET_S = 0.02
_LAME_DUCK_S = 1.0


class CannotListenError(ServerError):
    """The address or the certificate of the settings cannot be used; names key and remedy."""


class GatewayServer:
    """The edge of one process.

    `start` listens and answers, but health says NOT_SERVING until `start_serving`; `stop` drains.
    """

    def __init__(self, settings: GatewaySettings, backends: Backends) -> None:
        """Build everything; must be called on the event loop that is to serve.

        Raises:
            TypeError: an RPC of the contract is not served.
            UnsupportedConstraintError: the contract uses a constraint that cannot be checked.
            UnusablePolicyError: the contract does not say who may call an RPC.
        """
        self._settings = settings
        self._lets_anyone_in = backends.callers.lets_anyone_in
        self._services = Services(settings, backends)
        self._health = Health((*SERVICE_NAMES, HEALTH, REFLECTION))
        self._server = grpc.aio.server(options=_options(settings))
        self._server.add_generic_rpc_handlers(
            (self._services, self._health.handler(), *_reflection_handlers())
        )
        self._stopped: asyncio.Future[None] | None = None
        self.port = 0

    async def start(self) -> int:
        """Listen, and resume operations; return the port.

        Raises:
            CannotListenError: the address is in use or not allowed, or open to others while nobody
                is asked who they are, or the certificate is not readable.
        """
        settings = self._settings
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        address = f"{host}:{settings.port}"
        if self._lets_anyone_in and not settings.auth.allow_remote_anonymous:
            _require_loopback(settings.host)
        _require_free(settings.host, settings.port)
        credentials = None if settings.tls is None else _credentials(settings.tls)
        try:
            if credentials is None:
                self.port = self._server.add_insecure_port(address)
            else:
                self.port = self._server.add_secure_port(address, credentials)
        except RuntimeError as error:
            raise CannotListenError(f"gateway: {address} cannot be listened on") from error
        await self._server.start()
        resumed = await self._services.operations.resume()
        log.info("listening", extra={"port": self.port, "resumed_operations": resumed})
        return self.port

    def start_serving(self) -> None:
        """Announce by health that requests are welcome."""
        self._health.start_serving()

    async def stop(self) -> None:
        """Drain: announce it, accept no more, let what is under way finish within `drain_s`.

        Calling it again waits for the same end.
        """
        if self._stopped is None:
            self._stopped = asyncio.ensure_future(self._drain())
        await asyncio.shield(self._stopped)

    async def _drain(self) -> None:
        log.info("draining", extra={"drain_s": self._settings.drain_s})
        self._health.start_draining()
        self._services.drain()
        # gRPC cancels calls that it has received but not begun when it stops, so these come first:
        # served as long as they were sent before, then refused with a code that says try elsewhere.
        await self._until_quiet(min(_LAME_DUCK_S, self._settings.drain_s))
        self._services.refuse()
        await self._until_quiet(min(_LAME_DUCK_S, self._settings.drain_s))
        await self._server.stop(self._settings.drain_s)
        await self._services.operations.close()

    async def _until_quiet(self, at_most_s: float) -> None:
        """Wait until no call has begun for a moment."""
        deadline_s = time.monotonic() + at_most_s
        quiet_count, seen = 0, self._services.call_count
        # Twice: a busy loop may wake this up before it begins the calls that have come.
        while quiet_count < 2 and time.monotonic() < deadline_s:
            await asyncio.sleep(_QUIET_S)
            quiet_count = quiet_count + 1 if self._services.call_count == seen else 0
            seen = self._services.call_count

    async def serve_until_signalled(self) -> None:
        """Announce that the server answers; on SIGTERM or SIGINT drain, then return."""
        loop = asyncio.get_running_loop()
        signalled = asyncio.Event()
        for each in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(each, signalled.set)
        self.start_serving()
        try:
            await signalled.wait()
            await self.stop()
        finally:
            for each in (signal.SIGTERM, signal.SIGINT):
                loop.remove_signal_handler(each)


def _options(settings: GatewaySettings) -> list[tuple[str, int]]:
    return [
        # Otherwise a second server shares the port without a word, and half of the requests.
        ("grpc.so_reuseport", 0),
        # A little more than the limit, so that the edge answers with a reason, and not gRPC.
        ("grpc.max_receive_message_length", settings.max_request_bytes + _FREE_MEBIBYTE),
        ("grpc.max_send_message_length", -1),
        # One limit: between two gRPC refuses at random.
        ("grpc.max_metadata_size", _MAX_METADATA_BYTES),
        ("grpc.absolute_max_metadata_size", _MAX_METADATA_BYTES),
        ("grpc.server.max_pending_requests", _MAX_UNREAD_CALLS),
        ("grpc.server.max_pending_requests_hard_limit", _MAX_UNREAD_CALLS),
        ("grpc.keepalive_time_ms", settings.keepalive_s * 1000),
        ("grpc.keepalive_permit_without_calls", 1),
        ("grpc.http2.min_ping_interval_without_data_ms", _SHORTEST_PING_MS),
    ]


def _reflection_handlers() -> list[grpc.GenericRpcHandler]:
    servicer = reflection.aio.ReflectionServicer((*SERVICE_NAMES, HEALTH, REFLECTION))
    parse = reflection_pb2.ServerReflectionRequest.FromString

    async def info(raws: AsyncIterator[bytes], context: Context) -> AsyncIterator[Message]:
        requests = small_requests(parse, raws, context)
        # An iterator, whatever its stub says.
        replies: Any = servicer.ServerReflectionInfo(requests, context)
        async for reply in replies:
            yield reply

    method: grpc.RpcMethodHandler[Any, Any] = grpc.stream_stream_rpc_method_handler(
        info, None, reflection_pb2.ServerReflectionResponse.SerializeToString
    )
    return [
        grpc.method_handlers_generic_handler(name, {"ServerReflectionInfo": method})
        for name in (REFLECTION, REFLECTION_V1)
    ]


def _require_loopback(host: str) -> None:
    if not is_loopback(host):
        raise CannotListenError(
            f"gateway: with anonymous access only this machine may call, and {host} can be reached "
            "from others: leave gateway.auth.mode at required, set gateway.host to 127.0.0.1, or "
            "set gateway.auth.allow_remote_anonymous if the network keeps others out"
        )


def _require_free(host: str, port: int) -> None:
    """Fail with a reason; gRPC itself would say only that it failed."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen(1)
    except OSError as error:
        in_use = error.errno == errno.EADDRINUSE
        reason = "is in use" if in_use else f"cannot be listened on ({error.strerror})"
        raise CannotListenError(
            f"gateway: {host}:{port} {reason}; set gateway.host and gateway.port to another "
            "address, or the port to 0 for any"
        ) from error


def _credentials(tls: TlsSettings) -> grpc.ServerCredentials:
    authority = tls.client_authority
    return grpc.ssl_server_credentials(
        [(_read(tls.key, "key"), _read(tls.certificate, "certificate"))],
        root_certificates=None if authority is None else _read(authority, "client_authority"),
        require_client_auth=authority is not None,
    )


def _read(path: Path, key: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CannotListenError(
            f"gateway.tls.{key}: {path} cannot be read ({error.strerror})"
        ) from error
