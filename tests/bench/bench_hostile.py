"""How long one large request keeps all others waiting: the longest pause of the event loop.

    python -m tests.bench.bench_hostile [--only NAME] [--megabytes 14]

The server runs in this process over fakes, with a catalogue on disk; the sender is another
process, so that the pauses are the server's own. Each line is one request, tried three times.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import grpc
import uvloop

from server.catalog.adapters.embedded_catalog import EmbeddedCatalog
from server.catalog.item import Attribute, AttributeType
from server.core.clock import WallClock
from server.gateway.server import GatewayServer
from server.gateway.settings import GatewaySettings
from server.gen.google.longrunning import operations_pb2
from server.gen.shortlist.v1 import (
    catalog_service_pb2,
    event_service_pb2,
    recommendation_service_pb2,
)
from tests.integration.gateway.conftest import backends

RECOMMENDATION = "/shortlist.v1.RecommendationService/"
CATALOG = "/shortlist.v1.CatalogService/"
EVENT = "/shortlist.v1.EventService/"
OPERATIONS = "/google.longrunning.Operations/"
BEAT_S = 0.001
ATTRIBUTES = [f"a{n}" for n in range(100)]


def repeated(number: int, entry: bytes, size: int) -> bytes:
    """A message that has one field again and again."""
    one = bytes([number << 3 | 2, len(entry)]) + entry
    return one * (size // len(one))


def recommend(**fields: object) -> bytes:
    return recommendation_service_pb2.RecommendRequest(**fields).SerializeToString()


def items(size: int, make: Callable[[int], dict[str, object]]) -> bytes:
    """A thousand items of the same size."""
    request = catalog_service_pb2.BatchUpsertItemsRequest()
    for n in range(1000):
        request.items.add(name=f"items/i{n}", **make(size // 1000))
    return request.SerializeToString()


def texts(size: int) -> dict[str, object]:
    """Attributes of ten thousand characters."""
    count = max(1, size // 10_000)
    return {"attributes": {name: {"string_value": "x" * 10_000} for name in ATTRIBUTES[:count]}}


def lists(size: int) -> dict[str, object]:
    """Attributes of two hundred strings."""
    values = [f"{n:03d}" * 8 for n in range(200)]
    count = max(1, size // 5_200)
    names = ATTRIBUTES[50 : 50 + count]
    return {"attributes": {name: {"strings_value": {"values": values}} for name in names}}


def an_item(size: int) -> bytes:
    """One item of nothing but empty attributes."""
    body = repeated(3, b"", size)
    return b"\x0a" + _length(len(body)) + body


def bare_attributes(size: int) -> bytes:
    """A thousand items of empty attributes."""
    body = repeated(3, b"", size // 1000)
    return (b"\x0a" + _length(len(body)) + body) * 1000


def _length(number: int) -> bytes:
    found = b""
    while number > 0x7F:
        found += bytes([number & 0x7F | 0x80])
        number >>= 7
    return found + bytes([number])


def beyond_limits(_: int) -> bytes:
    """An item with more attributes, and these with more strings, than are looked at."""
    value = {"strings_value": {"values": ["x"] * 1200}}
    item = {"name": "items/i1", "attributes": {f"a{n}": value for n in range(1200)}}
    return catalog_service_pb2.UpdateItemRequest(item=item).SerializeToString()


def strange_names(size: int) -> dict[str, object]:
    """Attributes that nobody declared."""
    return {"attributes": {f"{'n' * 130}{n}": {} for n in range(size // 140)}}


def events(size: int) -> bytes:
    """Five hundred events of as many items as fit."""
    request = event_service_pb2.BatchWriteEventsRequest()
    for n in range(500):
        event = request.events.add(event_id=f"e{n}", type=1, user_id="ann")
        for m in range(min(200, size // 500 // 140)):
            event.items.add(item_id=f"{m:0128d}")
    return request.SerializeToString()


def masked(size: int) -> bytes:
    path = catalog_service_pb2.UpdateItemRequest(item={"name": "items/i1"})
    path.update_mask.paths.extend(["attributes.a"] * (size // 14))
    return path.SerializeToString()


# Name -> method, and the request of about so many bytes.
REQUESTS: dict[str, tuple[str, Callable[[int], bytes]]] = {
    "many short seed ids": (RECOMMENDATION + "Recommend", lambda n: repeated(6, b"/", n)),
    "many good seed ids": (RECOMMENDATION + "Recommend", lambda n: repeated(6, b"i" * 60, n)),
    "a megabyte of seed ids": (RECOMMENDATION + "Recommend", lambda _: repeated(6, b"", 2**20)),
    "attributes beyond limits": (CATALOG + "UpdateItem", beyond_limits),
    "a long filter": (RECOMMENDATION + "Recommend", lambda n: recommend(filter="x" * n)),
    "many read paths": (
        RECOMMENDATION + "Recommend",
        lambda n: recommend(read_mask={"paths": ["title"] * (n // 7)}),
    ),
    "unknown fields": (RECOMMENDATION + "Recommend", lambda n: b"\xf8\x7f\x01" * (n // 3)),
    "empty shelves": (RECOMMENDATION + "ComposePage", lambda n: repeated(5, b"", n)),
    "empty items": (CATALOG + "BatchUpsertItems", lambda n: repeated(1, b"", n)),
    "nameless items": (CATALOG + "BatchUpsertItems", lambda n: repeated(1, b"", 2000)),
    "an item of empty attributes": (CATALOG + "BatchUpsertItems", an_item),
    "items of empty attributes": (CATALOG + "BatchUpsertItems", bare_attributes),
    "undeclared attributes": (CATALOG + "BatchUpsertItems", lambda n: items(n, strange_names)),
    "items with texts": (CATALOG + "BatchUpsertItems", lambda n: items(n, texts)),
    "items with lists": (CATALOG + "BatchUpsertItems", lambda n: items(n, lists)),
    "many update paths": (CATALOG + "UpdateItem", masked),
    "empty events": (EVENT + "BatchWriteEvents", lambda n: repeated(1, b"", n)),
    "events of many items": (EVENT + "BatchWriteEvents", events),
    "one event of empty items": (
        EVENT + "WriteEvent",
        lambda n: event_service_pb2.WriteEventRequest(
            event={"items": [{}] * (n // 2)}
        ).SerializeToString(),
    ),
    "a long operation name": (
        OPERATIONS + "GetOperation",
        lambda n: operations_pb2.GetOperationRequest(name="x" * n).SerializeToString(),
    ),
    "a page of trending": (RECOMMENDATION + "ListTrending", lambda n: b""),
}


class Heart:
    """Beats every millisecond and notes the longest time that it could not."""

    def __init__(self) -> None:
        self.longest_s = 0.0

    async def beat(self) -> None:
        last_s = time.perf_counter()
        while True:
            await asyncio.sleep(BEAT_S)
            now_s = time.perf_counter()
            self.longest_s = max(self.longest_s, now_s - last_s - BEAT_S)
            last_s = now_s


@asynccontextmanager
async def catalog_on_disk(folder: Path) -> AsyncIterator[EmbeddedCatalog]:
    """A catalogue that declares a hundred attributes, half texts and half lists."""
    catalog = EmbeddedCatalog(folder / "catalog.db", WallClock())
    kinds = [AttributeType.TEXT] * 50 + [AttributeType.STRINGS] * 50
    declared = [Attribute(name, kind) for name, kind in zip(ATTRIBUTES, kinds, strict=True)]
    await catalog.declare(declared, [])
    try:
        yield catalog
    finally:
        await catalog.close()


async def send(port: int, path: Path, method: str) -> str:
    """Send a file's bytes from another process; return the status."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.bench.bench_hostile"),
        *("--send", str(path), "--port", str(port), "--method", method),
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate()
    return output.decode().strip()


async def measure(only: str, megabytes: float) -> None:
    """Print a line for each request."""
    with tempfile.TemporaryDirectory() as folder:
        async with catalog_on_disk(Path(folder)) as catalog:
            server = GatewayServer(GatewaySettings(port=0), backends(catalog=catalog))
            await server.start()
            # As `shortlist serve` does.
            gc.collect()
            gc.freeze()
            for name, (method, make) in REQUESTS.items():
                if only in name:
                    raw = await asyncio.to_thread(make, round(megabytes * 1024 * 1024))
                    path = Path(folder) / "request"
                    path.write_bytes(raw)
                    size_mib = len(raw) / 1024 / 1024
                    del raw
                    print(f"{name:28} {size_mib:5.1f} MiB  ", end="")
                    print(await pauses(server.port, method, path), flush=True)
            await server.stop()


async def pauses(port: int, method: str, path: Path) -> str:
    """Return the least and the most of the longest pauses, and how the last request ended."""
    found_ms = []
    for _ in range(3):
        heart = Heart()
        beating = asyncio.create_task(heart.beat())
        outcome = await send(port, path, method)
        await asyncio.sleep(0.1)
        beating.cancel()
        found_ms.append(heart.longest_s * 1000)
    return f"{min(found_ms):6.0f} to {max(found_ms):5.0f} ms  {outcome}"


def send_here(port: int, path: Path, method: str) -> None:
    """Be the sender."""
    options = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
    with grpc.insecure_channel(f"127.0.0.1:{port}", options) as channel:
        started_s = time.perf_counter()
        try:
            reply = channel.unary_unary(method)(path.read_bytes(), timeout=60)
            outcome = f"OK, {len(reply)} bytes"
        except grpc.RpcError as error:
            outcome = error.code().name
        print(f"{outcome} after {time.perf_counter() - started_s:.2f} s")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="part of a request's name")
    parser.add_argument("--megabytes", type=float, default=14.0)
    parser.add_argument("--send", type=Path)
    parser.add_argument("--port", type=int)
    parser.add_argument("--method")
    options = parser.parse_args()
    if options.send is not None:
        send_here(options.port, options.send, options.method)
    else:
        uvloop.run(measure(options.only, options.megabytes))
