"""What was released (scripts/release.py), and a server that knows nothing newer."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from google.protobuf import descriptor_pb2 as pb

from conformance.contract import Contract, contract_of
from tests.conformance.faulty_proxy import Exchange, proxied

ROOT = Path(__file__).resolve().parents[2]
RELEASED = ROOT / "proto" / "released"
CONTRACT = RELEASED / "contract.binpb"


def unpack_cases(folder: Path) -> Path:
    """Return the folder with the released cases."""
    zipfile.ZipFile(RELEASED / "cases.zip").extractall(folder)
    return folder


def unpack_sdk(folder: Path) -> Path:
    """Return the folder from which the released Python client is imported."""
    [wheel] = RELEASED.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(folder)
    return folder


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
    only = OnlyKnown()
    with proxied(address, contract or contract_of(released_files()), only) as found:
        yield found, only
