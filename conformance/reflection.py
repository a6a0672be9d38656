"""Learns the contract from the server itself (`grpc.reflection`)."""

from __future__ import annotations

from collections.abc import Iterator

import grpc
from google.protobuf import descriptor_pb2

from conformance.case import JSON
from conformance.contract import Contract, contract_of
from conformance.errors import UnusableError
from conformance.own_messages import own_message

TIMEOUT_S = 10.0
VERSIONS = ("v1", "v1alpha")


class NoReflectionError(UnusableError):
    """The server does not describe itself."""


class Reflection:
    """Asks a server what it serves."""

    def __init__(self, channel: grpc.Channel, version: str = "v1") -> None:
        request = own_message("grpc.reflection.v1alpha.ServerReflectionRequest")
        reply = own_message("grpc.reflection.v1alpha.ServerReflectionResponse")
        self._request = type(request)
        # Both versions have the same messages under different names.
        self._call: JSON = channel.stream_stream(
            f"/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo",
            request_serializer=lambda message: message.SerializeToString(),
            response_deserializer=type(reply).FromString,
        )

    def services(self) -> list[str]:
        """Return the names of the services."""
        reply = self._ask(list_services="*")
        return [each.name for each in reply.list_services_response.service]

    def files(self) -> Iterator[descriptor_pb2.FileDescriptorProto]:
        """Yield the files of all services, each after those that it imports."""
        done: set[str] = set()
        for service in self.services():
            for file in self._parsed(self._ask(file_containing_symbol=service)):
                yield from self._with_imports(file, done)

    def _with_imports(
        self, file: descriptor_pb2.FileDescriptorProto, done: set[str]
    ) -> Iterator[descriptor_pb2.FileDescriptorProto]:
        if file.name in done:
            return
        done.add(file.name)
        for name in file.dependency:
            if name not in done:
                for needed in self._parsed(self._ask(file_by_filename=name)):
                    yield from self._with_imports(needed, done)
        yield file

    def _parsed(self, reply: JSON) -> list[descriptor_pb2.FileDescriptorProto]:
        found = reply.file_descriptor_response.file_descriptor_proto
        return [descriptor_pb2.FileDescriptorProto.FromString(each) for each in found]

    def _ask(self, **fields: str) -> JSON:
        call = self._call(iter([self._request(**fields)]), timeout=TIMEOUT_S)
        for reply in call:
            # Whatever else comes: there is one reply to one request.
            call.cancel()
            if reply.HasField("error_response"):
                raise NoReflectionError(f"{fields}: {reply.error_response.error_message}")
            return reply
        raise NoReflectionError(f"{fields}: no answer")


def reflected_contract(channel: grpc.Channel) -> Contract:
    """Return what a server says that it serves.

    Raises:
        NoReflectionError: it does not say.
    """
    failure: JSON = None
    for version in VERSIONS:
        try:
            return contract_of(Reflection(channel, version).files())
        except grpc.RpcError as error:
            failure = error
    why = f"{failure.code().name}: {failure.details()}"
    raise NoReflectionError(f"the server does not describe itself: {why}") from failure
