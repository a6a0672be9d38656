"""gRPC over `grpc.aio`, with messages as bytes: grpcio needs to know none of our types."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping, Sequence
from urllib.parse import urlsplit

import grpc
import grpc.aio

from .codes import Code
from .transport import Answer, Attempt, TransportError

_STATUS_KEY = "grpc-status-details-bin"
_KEEPALIVE = (
    ("grpc.keepalive_time_ms", 60_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    # The client repeats by the contract's policies; grpcio must not do so beneath it.
    ("grpc.enable_retries", 0),
)


class GrpcTransport:
    """A channel to one endpoint.

    Endpoints are `https://host[:port]`, `http://host[:port]` (not encrypted: for tests and
    machines of one's own), or `host:port`, which is encrypted.
    """

    def __init__(
        self,
        endpoint: str,
        *,
        user_agent: str = "",
        root_certificates: bytes | None = None,
        options: Sequence[tuple[str, object]] = (),
    ) -> None:
        target, is_encrypted = _target(endpoint)
        settings = [*_KEEPALIVE, ("grpc.primary_user_agent", user_agent), *options]
        if is_encrypted:
            secrets = grpc.ssl_channel_credentials(root_certificates)
            self._channel = grpc.aio.secure_channel(target, secrets, settings)
        else:
            self._channel = grpc.aio.insecure_channel(target, settings)

    async def unary(self, attempt: Attempt, body: bytes) -> Answer:
        """Call a method without streams."""
        method: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes]
        method = self._channel.unary_unary(attempt.path)
        call = method(body, timeout=attempt.timeout_s, metadata=_pairs(attempt.metadata))
        try:
            reply = await call
            metadata = _texts([*(await call.initial_metadata()), *(await call.trailing_metadata())])
        except grpc.aio.AioRpcError as error:
            raise _failure(error) from error
        return Answer(bytes(reply), metadata)

    async def stream(
        self, attempt: Attempt, bodies: AsyncIterator[bytes]
    ) -> AsyncGenerator[bytes, None]:
        """Call a method with streams both ways; one request is a stream of one."""
        method: grpc.aio.StreamStreamMultiCallable[bytes, bytes]
        method = self._channel.stream_stream(attempt.path)
        call = method(bodies, timeout=attempt.timeout_s, metadata=_pairs(attempt.metadata))
        try:
            async for reply in call:
                yield bytes(reply)
        except grpc.aio.AioRpcError as error:
            raise _failure(error) from error
        finally:
            # For a caller that has heard enough; of no effect on a call that has ended.
            call.cancel()

    async def close(self) -> None:
        """Close the channel; calls under way are cancelled."""
        await self._channel.close()


def _target(endpoint: str) -> tuple[str, bool]:
    parts = urlsplit(endpoint if "://" in endpoint else f"https://{endpoint}")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(
            f"not an endpoint: {endpoint!r}; use https://host:port or http://host:port"
        )
    port = parts.port or (443 if parts.scheme == "https" else 80)
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{host}:{port}", parts.scheme == "https"


def _pairs(metadata: Mapping[str, str]) -> grpc.aio.Metadata:
    return grpc.aio.Metadata(*metadata.items())


def _texts(pairs: Iterable[tuple[str, str | bytes]]) -> dict[str, str]:
    return {key: value for key, value in pairs if isinstance(value, str)}


def _failure(error: grpc.aio.AioRpcError) -> TransportError:
    pairs = [*(error.initial_metadata() or ()), *(error.trailing_metadata() or ())]
    status = next((bytes(v) for k, v in pairs if k == _STATUS_KEY and not isinstance(v, str)), b"")
    code = Code.of(error.code().value[0])
    return TransportError(
        code,
        error.details() or "",
        status=status,
        metadata=_texts(pairs),
        # Without any metadata no server has spoken: refused, reset, or no such host.
        from_server=bool(pairs) or code is not Code.UNAVAILABLE,
    )
