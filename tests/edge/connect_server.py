"""Connect's conformance service in grpc.aio behind the edge: what its public client starts.

`python -m tests.edge.connect_server DESCRIPTORS` reads a ServerCompatRequest from standard input,
with its length before it, and writes where the edge listens in the same form; SIGTERM ends it.
"""

from __future__ import annotations

import asyncio
import base64
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.rpc.status_pb2 import Status
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1.health import aio as health

from deploy.envoy.options import DESCRIPTORS
from deploy.envoy.run import Edge
from deploy.envoy.settings import EdgeSettings, LimitSettings, UpstreamSettings

LONGEST_S = 7200.0
PACKAGE = "connectrpc.conformance.v1"
UNLIMITED = LimitSettings(
    per_caller_rate=100_000, per_caller_burst=100_000, total_rate=100_000, total_burst=100_000
)


class ConformanceService:
    """Answers as each request says."""

    def __init__(self, pool: descriptor_pool.DescriptorPool) -> None:
        self._pool = pool
        self._service: Any = pool.FindServiceByName(f"{PACKAGE}.ConformanceService")

    def message(self, name: str) -> Any:
        """Return a new message of the service's package."""
        kind = self._pool.FindMessageTypeByName(f"{PACKAGE}.{name}")
        return message_factory.GetMessageClass(kind)()

    def handlers(self) -> grpc.GenericRpcHandler:
        """Return the methods; one is left out, as the service asks."""
        made = {
            "Unary": self._handler("Unary", grpc.unary_unary_rpc_method_handler, self._one),
            "IdempotentUnary": self._handler(
                "IdempotentUnary", grpc.unary_unary_rpc_method_handler, self._one
            ),
            "ClientStream": self._handler(
                "ClientStream", grpc.stream_unary_rpc_method_handler, self._many_to_one
            ),
            "ServerStream": self._handler(
                "ServerStream", grpc.unary_stream_rpc_method_handler, self._one_to_many
            ),
            "BidiStream": self._handler(
                "BidiStream", grpc.stream_stream_rpc_method_handler, self._many_to_many
            ),
        }
        return grpc.method_handlers_generic_handler(self._service.full_name, made)

    def _handler(self, name: str, make: Any, answer: Any) -> Any:
        method = self._service.methods_by_name[name]
        request = message_factory.GetMessageClass(method.input_type)
        return make(
            answer,
            request_deserializer=request.FromString,
            response_serializer=lambda message: message.SerializeToString(),
        )

    async def _one(self, request: Any, context: Any) -> Any:
        kind = request.DESCRIPTOR.name.replace("Request", "Response")
        return await self._unary(kind, request.response_definition, [request], context)

    async def _many_to_one(self, requests: AsyncIterator[Any], context: Any) -> Any:
        received = [each async for each in requests]
        definition = received[0].response_definition if received else None
        return await self._unary("ClientStreamResponse", definition, received, context)

    async def _unary(self, kind: str, wanted: Any, received: list[Any], context: Any) -> Any:
        reply = self.message(kind)
        info = self._info(received, context)
        reply.payload.request_info.CopyFrom(info)
        if wanted is None:
            return reply
        await context.send_initial_metadata(_pairs(wanted.response_headers))
        await asyncio.sleep(wanted.response_delay_ms / 1000)
        if wanted.HasField("error"):
            await _fail(wanted, info, context)
        context.set_trailing_metadata(_pairs(wanted.response_trailers))
        reply.payload.data = wanted.response_data
        return reply

    async def _one_to_many(self, request: Any, context: Any) -> None:
        wanted = request.response_definition
        await self._begin(wanted, context)
        for place in range(len(wanted.response_data)):
            info = self._info([request], context) if place == 0 else None
            await self._send("ServerStreamResponse", wanted, place, info, context)
        await self._end(wanted, [request], context)

    async def _many_to_many(self, requests: AsyncIterator[Any], context: Any) -> None:
        wanted, is_full, sent = None, False, 0
        received: list[Any] = []
        async for request in requests:
            received.append(request)
            if wanted is None:
                wanted, is_full = request.response_definition, request.full_duplex
                if is_full:
                    await self._begin(wanted, context)
            if not is_full:
                continue
            if sent >= len(wanted.response_data):
                break
            info = self._info(received, context, is_whole=sent == 0)
            await self._send("BidiStreamResponse", wanted, sent, info, context)
            sent, received = sent + 1, []
        if wanted is None:
            return
        if not is_full:
            await self._begin(wanted, context)
        for place in range(sent, len(wanted.response_data)):
            info = self._info(received, context) if place == 0 else None
            await self._send("BidiStreamResponse", wanted, place, info, context)
        await self._end(wanted, received, context)

    async def _begin(self, wanted: Any, context: Any) -> None:
        await context.send_initial_metadata(_pairs(wanted.response_headers))

    async def _send(self, kind: str, wanted: Any, place: int, info: Any, context: Any) -> None:
        await asyncio.sleep(wanted.response_delay_ms / 1000)
        reply = self.message(kind)
        reply.payload.data = wanted.response_data[place]
        if info is not None:
            reply.payload.request_info.CopyFrom(info)
        await context.write(reply)

    async def _end(self, wanted: Any, received: list[Any], context: Any) -> None:
        if wanted.HasField("error"):
            info = None if wanted.response_data else self._info(received, context)
            await _fail(wanted, info, context)
        context.set_trailing_metadata(_pairs(wanted.response_trailers))

    def _info(self, received: list[Any], context: Any, *, is_whole: bool = True) -> Any:
        """Return what was seen of the requests; of later ones of a stream not the headers."""
        info = self.message("ConformancePayload.RequestInfo")
        for each in received:
            info.requests.add().Pack(each)
        if not is_whole:
            return info
        seen: dict[str, list[str]] = {}
        for name, value in context.invocation_metadata():
            text = base64.b64encode(value).decode() if isinstance(value, bytes) else value
            seen.setdefault(name, []).append(text)
        for name, values in seen.items():
            info.request_headers.add(name=name, value=values)
        left_s = context.time_remaining()
        # Callers that set no deadline have the edge's: it is none of theirs.
        if left_s is not None and left_s < LONGEST_S / 2:
            info.timeout_ms = round(left_s * 1000)
        return info


def _pairs(headers: Iterable[Any]) -> tuple[tuple[str, str | bytes], ...]:
    found: list[tuple[str, str | bytes]] = []
    for header in headers:
        for value in header.value:
            is_binary = header.name.endswith("-bin")
            raw = base64.b64decode(value + "=" * (-len(value) % 4)) if is_binary else value
            found.append((header.name, raw))
    return tuple(found)


async def _fail(wanted: Any, info: Any, context: Any) -> None:
    error = wanted.error
    status = Status(code=error.code, message=error.message)
    for detail in error.details:
        status.details.add(type_url=detail.type_url, value=detail.value)
    if info is not None:
        status.details.add().Pack(info)
    trailers = [*_pairs(wanted.response_trailers)]
    trailers.append(("grpc-status-details-bin", status.SerializeToString()))
    code = next(each for each in grpc.StatusCode if each.value[0] == error.code)
    await context.abort(code, error.message, tuple(trailers))


async def serve(files: descriptor_pb2.FileDescriptorSet, folder: Path) -> None:
    """Serve until SIGTERM."""
    pool = descriptor_pool.DescriptorPool()
    for file in files.file:
        pool.Add(file)
    service = ConformanceService(pool)
    size = int.from_bytes(sys.stdin.buffer.read(4), "big")
    # Whatever is asked for, the edge has it: its port speaks every protocol.
    sys.stdin.buffer.read(size)
    server = grpc.aio.server(options=[("grpc.max_receive_message_length", -1)])
    server.add_generic_rpc_handlers((service.handlers(),))
    healthy = health.HealthServicer()
    await healthy.set("", health_pb2.HealthCheckResponse.SERVING)
    health_pb2_grpc.add_HealthServicer_to_server(healthy, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    both = folder / "descriptors.binpb"
    both.write_bytes(_with_the_contract(files).SerializeToString())
    upstreams = (UpstreamSettings(endpoints=(f"127.0.0.1:{port}",)),)
    settings = EdgeSettings(port=0, upstreams=upstreams, limits=UNLIMITED, max_call_s=LONGEST_S)
    edge = await asyncio.to_thread(Edge, settings, both, folder)
    try:
        reply = service.message("ServerCompatResponse")
        reply.host, reply.port = "127.0.0.1", edge.port
        raw = reply.SerializeToString()
        sys.stdout.buffer.write(len(raw).to_bytes(4, "big") + raw)
        sys.stdout.buffer.flush()
        stopped = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
        await stopped.wait()
    finally:
        edge.stop()
        await server.stop(None)


def _with_the_contract(files: descriptor_pb2.FileDescriptorSet) -> descriptor_pb2.FileDescriptorSet:
    """Return the files beside those of the contract, from which the edge has its reasons."""
    both = descriptor_pb2.FileDescriptorSet.FromString(DESCRIPTORS.read_bytes())
    known = {file.name for file in both.file}
    both.file.extend(file for file in files.file if file.name not in known)
    return both


if __name__ == "__main__":
    described = descriptor_pb2.FileDescriptorSet.FromString(Path(sys.argv[1]).read_bytes())
    with tempfile.TemporaryDirectory(prefix="connect-") as scratch:
        asyncio.run(serve(described, Path(scratch)))
