"""A client process that sends raw requests and prints what it saw, as JSON.

`closed` keeps a number of calls under way; `open` sends at a rate, whatever comes back.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import time
from collections import Counter

import grpc
import numpy as np
import uvloop

OPTIONS = [("grpc.max_receive_message_length", -1)]


class Load:
    """Calls one method and notes latencies by status code."""

    def __init__(self, channel: grpc.aio.Channel, method: str, request: bytes) -> None:
        self._call = channel.unary_unary(method)
        self._request = request
        self.latencies_s: dict[str, list[float]] = {}

    async def one(self) -> None:
        started_s, code = time.perf_counter(), "OK"
        try:
            await self._call(self._request, timeout=5)
        except grpc.aio.AioRpcError as error:
            code = error.code().name
        self.latencies_s.setdefault(code, []).append(time.perf_counter() - started_s)

    async def closed(self, calls: int, concurrency: int) -> None:
        """Send `calls` calls, `concurrency` at a time."""

        async def some() -> None:
            for _ in range(calls // concurrency):
                await self.one()

        await asyncio.gather(*(some() for _ in range(concurrency)))

    async def open(self, rate: float, seconds: float) -> None:
        """Send `rate` calls a second, evenly, for a time."""
        tasks, started_s = [], time.perf_counter()
        for n in range(int(rate * seconds)):
            delay_s = started_s + n / rate - time.perf_counter()
            if delay_s > 0:
                await asyncio.sleep(delay_s)
            tasks.append(asyncio.create_task(self.one()))
        await asyncio.gather(*tasks)

    def report(self, wall_s: float) -> dict[str, object]:
        accepted_ms = np.array(self.latencies_s.get("OK", [0.0])) * 1000
        return {
            "codes": Counter({code: len(found) for code, found in self.latencies_s.items()}),
            "accepted_rps": len(self.latencies_s.get("OK", [])) / wall_s,
            "p50_ms": float(np.percentile(accepted_ms, 50)),
            "p99_ms": float(np.percentile(accepted_ms, 99)),
        }


async def run(options: argparse.Namespace) -> None:
    async with grpc.aio.insecure_channel(f"127.0.0.1:{options.port}", OPTIONS) as channel:
        load = Load(channel, options.method, base64.b64decode(options.request))
        started_s = time.perf_counter()
        if options.rate:
            await load.open(options.rate, options.seconds)
        else:
            await load.closed(options.calls, options.concurrency)
        print(json.dumps(load.report(time.perf_counter() - started_s)))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--method", required=True)
    parser.add_argument("--request", default="", help="base64")
    parser.add_argument("--calls", type=int, default=1000)
    parser.add_argument("--concurrency", type=int, default=1)
    parser.add_argument("--rate", type=float, default=0.0, help="calls a second; 0: closed loop")
    parser.add_argument("--seconds", type=float, default=5.0)
    uvloop.run(run(parser.parse_args()))
