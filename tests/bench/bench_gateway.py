"""What the edge costs: each kind of call against a bare grpc.aio echo, and behaviour in overload.

    python -m tests.bench.bench_gateway [--calls 4000]

The server runs in this process over fakes, the client in another; CPU is this process's own.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import hashlib
import json
import sys
import time

import grpc
import uvloop
from google.protobuf.message import Message
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from server.gateway.server import GatewayServer
from server.gateway.settings import AdmissionSettings, GatewaySettings, LaneSettings
from server.gen.shortlist.v1 import event_service_pb2, recommendation_service_pb2
from server.observability.settings import TracingSettings
from server.observability.tracing import Tracing
from tests.integration.gateway.conftest import backends
from tests.integration.gateway.fakes import FakeRecommender

RECOMMEND = "/shortlist.v1.RecommendationService/Recommend"
WRITE = "/shortlist.v1.EventService/WriteEvent"
ECHO = "/bench.Echo/Echo"


class NoExporter(SpanExporter):
    """Takes spans and does nothing with them."""

    def export(self, spans):
        return SpanExportResult.SUCCESS


class BusyRecommender(FakeRecommender):
    """Spends CPU in a thread, without the interpreter lock, as kernels do."""

    def __init__(self, cpu_s):
        super().__init__()
        self.item_ids = tuple(f"i{n}" for n in range(50))
        block = b"x" * 1_000_000
        started_s = time.perf_counter()
        hashlib.sha256(block).digest()
        self._work = block * max(1, round(cpu_s / (time.perf_counter() - started_s)))

    async def recommend(self, query):
        await asyncio.to_thread(lambda: hashlib.sha256(self._work).digest())
        return self._page(self.item_ids[: query.page_size], query)


class QuickRecommender(FakeRecommender):
    """Answers at once with fifty items."""

    def __init__(self):
        super().__init__()
        self.item_ids = tuple(f"i{n}" for n in range(50))

    async def recommend(self, query):
        return self._page(self.item_ids[: query.page_size], query)


async def load(port: int, method: str, request: Message | None = None, **options) -> dict:
    """Run the client process and return its report."""
    raw = request.SerializeToString() if request is not None else b"x" * 100
    arguments = {"port": port, "method": method, "request": base64.b64encode(raw).decode()}
    flags = [f"--{name}={value}" for name, value in (arguments | options).items()]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.grpc_load", *flags, stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate()
    return json.loads(output)


async def measure(name: str, port: int, method: str, request: Message | None, calls: int) -> float:
    """Print one line; return CPU microseconds a call."""
    await load(port, method, request, calls=500)
    alone = await load(port, method, request, calls=calls)
    cpu_s = time.process_time()
    together = await load(port, method, request, calls=calls, concurrency=16)
    cpu_us = (time.process_time() - cpu_s) / sum(together["codes"].values()) * 1e6
    print(
        f"{name:34} p50 {alone['p50_ms']:6.2f} ms  p99 {alone['p99_ms']:6.2f} ms  "
        f"server CPU {cpu_us:6.0f} us/call  {together['codes']}",
        flush=True,
    )
    return cpu_us


async def echo_server() -> tuple[grpc.aio.Server, int]:
    """A server that does nothing but gRPC."""

    async def echo(raw, _context):
        return raw

    server = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
    handler = grpc.unary_unary_rpc_method_handler(echo)
    server.add_generic_rpc_handlers(
        [grpc.method_handlers_generic_handler("bench.Echo", {"Echo": handler})]
    )
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    return server, port


async def started(settings: GatewaySettings | None = None, **over) -> GatewayServer:
    fakes = (
        backends(recommender=QuickRecommender(), **over)
        if "recommender" not in over
        else (backends(**over))
    )
    server = GatewayServer(settings or wide_open(), fakes)
    await server.start()
    return server


def wide_open() -> GatewaySettings:
    lane = LaneSettings(
        target_s=10, initial=999, minimum=1, maximum=999, queue_length=0, queue_wait_s=0
    )
    return GatewaySettings(port=0, admission=AdmissionSettings(serving=lane, storage=lane))


def closed() -> GatewaySettings:
    """One request at a time; the bench holds that place, so that all others are refused."""
    lane = LaneSettings(
        target_s=10, initial=1, minimum=1, maximum=1, queue_length=0, queue_wait_s=0
    )
    return GatewaySettings(port=0, admission=AdmissionSettings(serving=lane))


def request(page_size: int) -> recommendation_service_pb2.RecommendRequest:
    message = recommendation_service_pb2.RecommendRequest(user_id="ann", page_size=page_size)
    message.context.platform = "web"
    message.context.country = "DE"
    return message


async def bench_calls(calls: int) -> None:
    echo, port = await echo_server()
    await measure("bare grpc.aio echo, 100 bytes", port, ECHO, None, calls)
    await echo.stop(None)
    untraced = 0.0
    for name, rate in (("no tracing", None), ("1 % traced", 0.01), ("all traced", 1.0)):
        tracing = Tracing(
            TracingSettings(sample_rate=rate or 0.0), None if rate is None else NoExporter()
        )
        server = await started(tracing=tracing)
        if rate is None:
            await measure("Recommend, 1 item", server.port, RECOMMEND, request(1), calls)
        label = f"Recommend, 50 items, {name}"
        cpu_us = await measure(label, server.port, RECOMMEND, request(50), calls)
        untraced = untraced or cpu_us
        print(f"{'':34} {cpu_us / untraced - 1:+.1%} CPU against no tracing")
        await server.stop()
        tracing.close()
    server = await started()
    event = {"event_id": "e", "type": 2, "user_id": "ann", "items": [{"item_id": "i1"}]}
    write = event_service_pb2.WriteEventRequest(event=event)
    await measure("WriteEvent", server.port, WRITE, write, calls)
    await server.stop()


async def bench_refusals(calls: int) -> None:
    recommender = FakeRecommender()
    recommender.delay_s = 600
    server = await started(closed(), recommender=recommender)
    async with grpc.aio.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        held = channel.unary_unary(RECOMMEND)(b"")
        await recommender.has_query.wait()
        await measure("Recommend, refused", server.port, RECOMMEND, request(50), calls)
        held.cancel()
    await server.stop()


async def bench_overload(cpu_s: float, seconds: float) -> None:
    """Find the capacity with the default admission, then offer three times as much."""
    for name, factor in (("at 60 % of capacity", 0.6), ("at three times capacity", 3.0)):
        server = await started(GatewaySettings(port=0), recommender=BusyRecommender(cpu_s))
        full = await load(server.port, RECOMMEND, request(50), calls=400, concurrency=4)
        rate = full["accepted_rps"] * factor
        await load(server.port, RECOMMEND, request(50), rate=rate, seconds=3)
        found = await load(server.port, RECOMMEND, request(50), rate=rate, seconds=seconds)
        print(
            f"{name:34} offered {rate:.0f}/s (capacity {full['accepted_rps']:.0f}/s), accepted "
            f"{found['accepted_rps']:.0f}/s, p50 {found['p50_ms']:.0f} ms, p99 "
            f"{found['p99_ms']:.0f} ms, {found['codes']}",
            flush=True,
        )
        await server.stop()


async def main(options: argparse.Namespace) -> None:
    if options.calls:
        await bench_calls(options.calls)
        await bench_refusals(options.calls)
    await bench_overload(options.cpu_ms / 1000, options.seconds)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=4000, help="0: only the overload part")
    parser.add_argument("--cpu-ms", type=float, default=8.0, help="kernel time of a request")
    parser.add_argument("--seconds", type=float, default=10.0)
    uvloop.run(main(parser.parse_args()))
