"""The protocols in which a target can be asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from conformance.connect_wire import ConnectCoder
from conformance.contract import Contract
from conformance.edge_wire import Coder
from conformance.grpc_web_wire import GrpcWebCoder
from conformance.rest_wire import RestCoder

# Without an edge, servers speak this one.
GRPC = "grpc"
CODERS: Mapping[str, Callable[[Contract], Coder]] = {
    "grpc-web": GrpcWebCoder,
    "connect": ConnectCoder,
    "rest": RestCoder,
}
PROTOCOLS = (GRPC, *CODERS)
