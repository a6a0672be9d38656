"""google.longrunning.Operations.

Source: AIP-151.
"""

from __future__ import annotations

from google.protobuf.empty_pb2 import Empty

from server.core.errors import InvalidFilterError, InvalidRequestError
from server.gateway.call import Call
from server.gateway.operations import PREFIX, Operations
from server.gateway.tokens import Tokens
from server.gen.google.longrunning import operations_pb2

DEFAULT_PAGE_SIZE = 100
MAX_PAGE_SIZE = 1000
# A reply is on its way this long before the caller's deadline.
REPLY_MARGIN_S = 0.05
_NO_DIGEST = b""


class OperationsServicer:
    """Shows and ends long-running operations."""

    def __init__(self, operations: Operations, tokens: Tokens) -> None:
        self._operations = operations
        self._tokens = tokens

    async def list_operations(
        self, request: operations_pb2.ListOperationsRequest, call: Call
    ) -> operations_pb2.ListOperationsResponse:
        """Return a page of operations, oldest first."""
        if request.name not in ("", "operations", PREFIX):
            raise InvalidRequestError.of("name", "must be `operations`")
        if request.filter:
            raise InvalidFilterError.of("filter", "operations cannot be filtered")
        if request.page_size < 0:
            raise InvalidRequestError.of("page_size", "must be >= 0")
        limit = min(request.page_size or DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE)
        token = request.page_token
        after = self._tokens.read_list_page(token, _NO_DIGEST) if token else ""
        found = await self._operations.page(after, limit + 1)
        response = operations_pb2.ListOperationsResponse(operations=found[:limit])
        if len(found) > limit:
            response.next_page_token = self._tokens.list_page(found[limit - 1].name, _NO_DIGEST)
        return response

    async def get_operation(
        self, request: operations_pb2.GetOperationRequest, call: Call
    ) -> operations_pb2.Operation:
        """Return one operation."""
        return await self._operations.get(request.name)

    async def delete_operation(
        self, request: operations_pb2.DeleteOperationRequest, call: Call
    ) -> Empty:
        """Forget one that is done."""
        await self._operations.delete(request.name)
        return Empty()

    async def cancel_operation(
        self, request: operations_pb2.CancelOperationRequest, call: Call
    ) -> Empty:
        """Ask one to stop."""
        await self._operations.cancel(request.name)
        return Empty()

    async def wait_operation(
        self, request: operations_pb2.WaitOperationRequest, call: Call
    ) -> operations_pb2.Operation:
        """Return one when it is done, or as it stands when the timeout or deadline comes."""
        timeout_s = max(0.0, call.remaining_s() - REPLY_MARGIN_S)
        if request.HasField("timeout"):
            timeout_s = min(timeout_s, max(0.0, request.timeout.ToMilliseconds() / 1000))
        return await self._operations.wait(request.name, timeout_s)
