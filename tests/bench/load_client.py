"""A load client in a process of its own: closed loop (C callers) or open loop (R a second).

    python -m tests.bench.load_client --target HOST:PORT --users FILE --callers 16 --seconds 20
    python -m tests.bench.load_client --target HOST:PORT --users FILE --rate 100 --seconds 60

Prints one JSON object: counts by status, reasons of errors, and latencies of accepted requests in
milliseconds. In the open loop a latency counts from the moment the request was due, so that a
server that falls behind cannot hide it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections import Counter
from itertools import cycle
from pathlib import Path

import grpc
import numpy as np
import uvloop
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from server.gen.shortlist.v1 import recommendation_service_pb2 as messages
from server.gen.shortlist.v1.recommendation_service_pb2_grpc import RecommendationServiceStub


class Load:
    """Sends requests and remembers what became of them."""

    def __init__(self, stub: RecommendationServiceStub, options: argparse.Namespace) -> None:
        self._stub = stub
        self._options = options
        self._users = cycle(Path(options.users).read_text().split())
        self._latencies_ms: list[float] = []
        self._refusal_ms: list[float] = []
        self._outcomes: Counter[str] = Counter()
        self._items = 0
        self._without_retry_info = 0

    async def closed_loop(self, callers: int, seconds: float) -> None:
        end = time.perf_counter() + seconds

        async def caller() -> None:
            while time.perf_counter() < end:
                await self._send(time.perf_counter())

        await asyncio.gather(*(caller() for _ in range(callers)))

    async def open_loop(self, rate: float, seconds: float) -> None:
        start = time.perf_counter()
        pending: set[asyncio.Task[None]] = set()
        for number in range(int(rate * seconds)):
            due = start + number / rate
            if (wait := due - time.perf_counter()) > 0:
                await asyncio.sleep(wait)
            task = asyncio.create_task(self._send(due))
            pending.add(task)
            task.add_done_callback(pending.discard)
        await asyncio.gather(*pending)

    async def _send(self, due: float) -> None:
        request = messages.RecommendRequest(
            user_id=next(self._users),
            serving_config=self._options.serving_config,
            page_size=self._options.page_size,
        )
        try:
            reply = await self._stub.Recommend(request, timeout=self._options.timeout)
        except grpc.aio.AioRpcError as error:
            self._refused(error)
            self._refusal_ms.append(1000 * (time.perf_counter() - due))
            return
        self._latencies_ms.append(1000 * (time.perf_counter() - due))
        self._outcomes["OK"] += 1
        self._items += len(reply.recommendations)
        for degradation in reply.degradations:
            self._outcomes[f"degraded {degradation.kind} {degradation.component}"] += 1

    def _refused(self, error: grpc.aio.AioRpcError) -> None:
        reason = error.code().name
        status = rpc_status.from_call(error)
        has_retry_info = False
        for detail in status.details if status else []:
            if detail.Is(error_details_pb2.ErrorInfo.DESCRIPTOR):
                info = error_details_pb2.ErrorInfo()
                detail.Unpack(info)
                reason = info.reason
            has_retry_info |= detail.Is(error_details_pb2.RetryInfo.DESCRIPTOR)
        self._outcomes[reason] += 1
        self._without_retry_info += not has_retry_info

    def report(self, wall_s: float) -> dict[str, object]:
        accepted = np.array(self._latencies_ms or [np.nan])
        refused = np.array(self._refusal_ms or [np.nan])
        return {
            "wall_s": wall_s,
            "outcomes": dict(self._outcomes),
            "rps": self._outcomes["OK"] / wall_s,
            "items_per_reply": self._items / max(self._outcomes["OK"], 1),
            "refused_without_retry_info": self._without_retry_info,
            "p50_ms": float(np.percentile(accepted, 50)),
            "p99_ms": float(np.percentile(accepted, 99)),
            "max_ms": float(accepted.max()),
            "refused_p50_ms": float(np.percentile(refused, 50)),
            "refused_p99_ms": float(np.percentile(refused, 99)),
        }


async def run(options: argparse.Namespace) -> dict[str, object]:
    async with grpc.aio.insecure_channel(options.target) as channel:
        load = Load(RecommendationServiceStub(channel), options)
        await channel.channel_ready()
        start = time.perf_counter()
        if options.rate:
            await load.open_loop(options.rate, options.seconds)
        else:
            await load.closed_loop(options.callers, options.seconds)
        return load.report(time.perf_counter() - start)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--target", required=True)
    parser.add_argument("--users", required=True, help="file with one user id a line")
    parser.add_argument("--serving-config", default="home")
    parser.add_argument("--page-size", type=int, default=50)
    parser.add_argument("--callers", type=int, default=1)
    parser.add_argument("--rate", type=float, default=0.0)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--timeout", type=float, default=10.0)
    options = parser.parse_args()
    json.dump(uvloop.run(run(options)), sys.stdout)
    print()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
