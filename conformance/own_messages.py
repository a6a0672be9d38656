"""The runner's own messages: cases, errors, health, reflection. They are not the target's."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import Message

OWN = Path(__file__).parent / "descriptors" / "own.binpb"
CONTRACT = Path(__file__).parent / "descriptors" / "contract.binpb"


@cache
def own_files() -> tuple[descriptor_pb2.FileDescriptorProto, ...]:
    """Return the files of the runner's own messages, each after those that it imports."""
    return tuple(descriptor_pb2.FileDescriptorSet.FromString(OWN.read_bytes()).file)


@cache
def own_pool() -> descriptor_pool.DescriptorPool:
    """Return the pool of the runner's own messages."""
    pool = descriptor_pool.DescriptorPool()
    for file in own_files():
        pool.Add(file)
    return pool


def own_message(name: str) -> Message:
    """Return a new message; names without a package are of the suite."""
    full = name if "." in name else f"shortlist.conformance.v1.{name}"
    return message_factory.GetMessageClass(own_pool().FindMessageTypeByName(full))()
