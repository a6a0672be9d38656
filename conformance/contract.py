"""The contract as descriptors: methods by name, messages from JSON and back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory
from google.protobuf.descriptor import Descriptor, MethodDescriptor
from google.protobuf.message import DecodeError, Message

from conformance.case import JSON
from conformance.errors import BrokenFileError
from conformance.own_messages import CONTRACT, own_files

# Pools live as long as the process: protobuf's C core has crashed in the garbage collector when a
# pool went together with the classes made of it.
_KEPT: list[descriptor_pool.DescriptorPool] = []


class UnknownMethodError(LookupError):
    """The target's descriptors have no such method or message."""


class UnreadableContractError(BrokenFileError):
    """A file holds no descriptor set."""


@dataclass(frozen=True, slots=True)
class Contract:
    """Methods and messages of one target."""

    pool: descriptor_pool.DescriptorPool
    services: tuple[str, ...]

    def method(self, name: str) -> MethodDescriptor:
        """Find `Method`, `Service/Method` or `package.Service/Method`.

        Raises:
            UnknownMethodError: there is none.
        """
        service_name, _, method_name = name.rpartition("/")
        for full_name in self.services:
            if service_name and not f".{full_name}".endswith(f".{service_name}"):
                continue
            service = self.pool.FindServiceByName(full_name)
            for method in service.methods:
                if method.name == method_name:
                    return method
        raise UnknownMethodError(f"the contract has no method {name}")

    def message_type(self, name: str) -> Descriptor:
        """Find a message by `Name` or `package.Name`.

        Raises:
            UnknownMethodError: there is none.
        """
        for full_name in (name, f"shortlist.v1.{name}", f"shortlist.admin.v1.{name}"):
            try:
                return self.pool.FindMessageTypeByName(full_name)
            except KeyError:
                continue
        raise UnknownMethodError(f"the contract has no message {name}")

    def parse(self, kind: Descriptor, value: JSON, *, ignore_unknown: bool = False) -> Message:
        """Return a message from JSON.

        Raises:
            json_format.ParseError: it does not fit.
        """
        message = message_factory.GetMessageClass(kind)()
        json_format.ParseDict(
            value or {}, message, ignore_unknown_fields=ignore_unknown, descriptor_pool=self.pool
        )
        return message

    def decode(self, kind: Descriptor, raw: bytes) -> Message:
        """Return a message from bytes."""
        return message_factory.GetMessageClass(kind).FromString(raw)

    def to_json(self, message: Message) -> dict[str, JSON]:
        """Return a message as JSON with the proto's field names, defaults included."""
        return json_format.MessageToDict(
            message,
            preserving_proto_field_name=True,
            always_print_fields_with_no_presence=True,
            descriptor_pool=self.pool,
        )

    def options(self, method: MethodDescriptor) -> dict[str, JSON]:
        """Return a method's options, those of `google.api` and `shortlist.options` included."""
        kind = self.pool.FindMessageTypeByName("google.protobuf.MethodOptions")
        raw = method.GetOptions().SerializeToString()
        found = self.decode(kind, raw)
        return json_format.MessageToDict(
            found, preserving_proto_field_name=True, descriptor_pool=self.pool
        )


@cache
def shipped_contract() -> Contract:
    """Return the contract that this package brings."""
    return contract_in(CONTRACT)


def contract_in(path: Path) -> Contract:
    """Return the contract of a file with a descriptor set.

    Raises:
        UnreadableContractError: it can't be read, or is something else.
    """
    try:
        files = descriptor_pb2.FileDescriptorSet.FromString(path.read_bytes()).file
        return contract_of(files)
    except (OSError, DecodeError, TypeError) as error:
        raise UnreadableContractError(f"{path}: {error}") from error


def contract_of(files: Iterable[descriptor_pb2.FileDescriptorProto]) -> Contract:
    """Return the contract of some files, in the order of their imports, and of the runner's own."""
    pool = descriptor_pool.DescriptorPool()
    _KEPT.append(pool)
    services: list[str] = []
    known: set[str] = set()
    for file in (*files, *own_files()):
        if file.name in known or file.package == "shortlist.conformance.v1":
            continue
        known.add(file.name)
        pool.Add(file)
        services += [f"{file.package}.{service.name}" for service in file.service]
    # Names without a service mean the API's own methods first.
    services.sort(key=lambda name: (not name.startswith("shortlist."), name))
    return Contract(pool, tuple(services))
