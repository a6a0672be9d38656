"""The contract as it was released, and a server that knows nothing newer."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import descriptor_pb2 as pb

from conformance.contract import Contract, contract_of
from tests.conformance.faulty_proxy import SIZE, Exchange, _Handlers

ROOT = Path(__file__).resolve().parents[2]
CONTRACT = ROOT / "proto" / "released.binpb"


def released_files() -> list[pb.FileDescriptorProto]:
    """Return the files of the released contract."""
    return list(pb.FileDescriptorSet.FromString(CONTRACT.read_bytes()).file)


class OnlyKnown:
    """Drops what the released contract does not know, in requests and replies.

    Attributes:
        lost_bytes: what was dropped of requests, at any depth: what a client says in vain.
    """

    def __init__(self) -> None:
        self.lost_bytes = 0

    def on_request(self, exchange: Exchange) -> None:
        """Drop fields of the request."""
        size = exchange.request.ByteSize()
        exchange.request.DiscardUnknownFields()
        self.lost_bytes += size - exchange.request.ByteSize()

    def on_reply(self, exchange: Exchange) -> None:
        """Drop fields of the reply."""
        if exchange.reply is not None:
            exchange.reply.DiscardUnknownFields()

    def on_stream(self, method: str, replies: Iterator[Any]) -> Iterator[Any]:
        """Drop fields of the replies of a stream."""
        for reply in replies:
            reply.DiscardUnknownFields()
            yield reply


@contextmanager
def old_server(address: str, contract: Contract | None = None) -> Iterator[tuple[str, OnlyKnown]]:
    """Give the address of a server of the released contract: today's behind a proxy."""
    known = contract or contract_of(released_files())
    only = OnlyKnown()
    own = [("grpc.use_local_subchannel_pool", 1), *SIZE]
    with grpc.insecure_channel(address, own) as channel, ThreadPoolExecutor(16) as pool:
        server = grpc.server(pool, options=SIZE)
        server.add_generic_rpc_handlers((_Handlers(channel, known, only),))
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        try:
            yield f"127.0.0.1:{port}", only
        finally:
            server.stop(None).wait()
