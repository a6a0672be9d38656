"""A gRPC server in this process that answers each call as told and notes what came."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import grpc
import grpc.aio

from shortlist_sdk import TransportError


@dataclass(frozen=True)
class SeenCall:
    """A call as it arrived; `time_left_s` from its grpc-timeout, None without."""

    path: str
    metadata: dict[str, str]
    time_left_s: float | None
    body: bytes


Script = bytes | TransportError | Callable[[], Awaitable[bytes]]


class FakeServer(grpc.GenericRpcHandler):
    """Answers any method with the script's entries in turn, the last one from then on."""

    def __init__(self) -> None:
        self.calls: list[SeenCall] = []
        self.script: list[Script] = [b""]
        self.cancelled = asyncio.Event()
        self._server = grpc.aio.server()
        self._server.add_generic_rpc_handlers((self,))
        self._port = self._server.add_insecure_port("127.0.0.1:0")

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    async def start(self) -> None:
        await self._server.start()

    async def stop(self) -> None:
        await self._server.stop(None)

    def service(self, details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler:
        async def answer(body: bytes, context: grpc.aio.ServicerContext) -> bytes:
            metadata = {key: value for key, value in context.invocation_metadata()}
            seen = SeenCall(details.method, metadata, context.time_remaining(), body)
            self.calls.append(seen)
            step = self.script.pop(0) if len(self.script) > 1 else self.script[0]
            if isinstance(step, TransportError):
                trailers = [("grpc-status-details-bin", step.status), *step.metadata.items()]
                context.set_trailing_metadata(trailers)
                code = next(each for each in grpc.StatusCode if each.value[0] == step.code)
                await context.abort(code, step.message)
            try:
                return step if isinstance(step, bytes) else await step()
            except asyncio.CancelledError:
                self.cancelled.set()
                raise

        return grpc.unary_unary_rpc_method_handler(answer)
