"""grpc.health.v1, for each service; a watch ends when the server drains.

Source: https://github.com/grpc/grpc/blob/master/doc/health-checking.md
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import cast

import grpc
from google.protobuf.descriptor import Descriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from grpc_health.v1 import health_pb2

from server.gateway.open_rpc import Context, small_request

# Of all callers together: anyone may watch.
MAX_WATCHES = 10_000
SERVICE = "grpc.health.v1.Health"
SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING
_UNKNOWN = health_pb2.HealthCheckResponse.SERVICE_UNKNOWN

# Newer than the package's type stubs.
_MESSAGES = health_pb2.DESCRIPTOR.message_types_by_name
_LIST_REQUEST = GetMessageClass(cast(Descriptor, _MESSAGES["HealthListRequest"]))
_LIST_RESPONSE = GetMessageClass(cast(Descriptor, _MESSAGES["HealthListResponse"]))

_parse = health_pb2.HealthCheckRequest.FromString


class Health:
    """Whether the server answers: not while it starts, and not from the drain on.

    All services share one state, because they share one process and one data directory.
    """

    def __init__(self, services: Iterable[str]) -> None:
        self._services = frozenset(services) | {""}
        self._is_serving = False
        self._is_draining = False
        self._changed = asyncio.Event()
        self._watch_count = 0

    @property
    def is_draining(self) -> bool:
        """Whether the server is about to stop."""
        return self._is_draining

    def start_serving(self) -> None:
        """Tell the world that the server answers."""
        self._is_serving = not self._is_draining
        self._announce()

    def start_draining(self) -> None:
        """Tell the world to go elsewhere, for good."""
        self._is_serving, self._is_draining = False, True
        self._announce()

    def handler(self) -> grpc.GenericRpcHandler:
        """Return the service for the gRPC server."""
        response = health_pb2.HealthCheckResponse.SerializeToString
        return grpc.method_handlers_generic_handler(
            SERVICE,
            {
                "Check": grpc.unary_unary_rpc_method_handler(self.check, None, response),
                "Watch": grpc.unary_stream_rpc_method_handler(self.watch, None, response),
                "List": grpc.unary_unary_rpc_method_handler(
                    self.list, None, _LIST_RESPONSE.SerializeToString
                ),
            },
        )

    async def check(self, raw: bytes, context: Context) -> health_pb2.HealthCheckResponse:
        """Answer for one service, the empty name standing for the server."""
        request = await small_request(_parse, raw, context)
        if request.service not in self._services:
            await context.abort(grpc.StatusCode.NOT_FOUND, "unknown service")
        return self._response(request.service)

    async def list(self, raw: bytes, context: Context) -> Message:
        """Answer for all services."""
        await small_request(_LIST_REQUEST.FromString, raw, context)
        return _LIST_RESPONSE(statuses={name: self._response(name) for name in self._services})

    async def watch(self, raw: bytes, context: Context) -> None:
        """Answer for one service now and at each change; nobody needs very many at a time."""
        request = await small_request(_parse, raw, context)
        if self._watch_count >= MAX_WATCHES:
            await context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, "too many watches")
        self._watch_count += 1
        try:
            await self._tell_changes(request, context)
        finally:
            self._watch_count -= 1

    async def _tell_changes(self, request: health_pb2.HealthCheckRequest, context: Context) -> None:
        sent = None
        while True:
            changed = self._changed
            response = self._response(request.service)
            if response.status != sent:
                await context.write(response)
                sent = response.status
            if self._is_draining:
                return
            await changed.wait()

    def _response(self, service: str) -> health_pb2.HealthCheckResponse:
        if service not in self._services:
            return health_pb2.HealthCheckResponse(status=_UNKNOWN)
        return health_pb2.HealthCheckResponse(status=SERVING if self._is_serving else NOT_SERVING)

    def _announce(self) -> None:
        announced, self._changed = self._changed, asyncio.Event()
        announced.set()
