"""What a failed call says: the gRPC status and the details of `google.rpc`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import grpc
import pytest
from google.rpc import error_details_pb2
from google.rpc.status_pb2 import Status
from grpc_status import rpc_status

_DETAILS = (
    error_details_pb2.ErrorInfo,
    error_details_pb2.BadRequest,
    error_details_pb2.ResourceInfo,
    error_details_pb2.QuotaFailure,
    error_details_pb2.RetryInfo,
)


class Refusal:
    """One error as a client sees it."""

    def __init__(self, status: Status) -> None:
        self.code = next(code.name for code in grpc.StatusCode if code.value[0] == status.code)
        self.message = status.message
        self.details: dict[str, Any] = {}
        for detail in status.details:
            for kind in _DETAILS:
                if detail.Is(kind.DESCRIPTOR):
                    message = self.details[kind.DESCRIPTOR.name] = kind()
                    detail.Unpack(message)

    @property
    def reason(self) -> str:
        return self.details["ErrorInfo"].reason

    @property
    def domain(self) -> str:
        return self.details["ErrorInfo"].domain

    @property
    def request_id(self) -> str:
        return self.details["ErrorInfo"].metadata["request_id"]

    @property
    def required_scope(self) -> str:
        return self.details["ErrorInfo"].metadata["required_scope"]

    @property
    def fields(self) -> list[str]:
        return [each.field for each in self.details["BadRequest"].field_violations]

    @property
    def retry_s(self) -> float:
        return self.details["RetryInfo"].retry_delay.ToTimedelta().total_seconds()


def refusal_of(error: grpc.RpcError) -> Refusal:
    """Return what an error says; the call must have been answered by the server."""
    status = rpc_status.from_call(error)
    assert status is not None, f"no details: {error}"
    return Refusal(status)


def refused(call: Callable[..., Any], *args: Any, **options: Any) -> Refusal:
    """Make a call that must fail and return what it says."""
    with pytest.raises(grpc.RpcError) as caught:
        call(*args, **options)
    return refusal_of(caught.value)
