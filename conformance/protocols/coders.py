"""The protocols in which a target can be asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from conformance.contract import Contract
from conformance.protocols.connect_coder import ConnectCoder
from conformance.protocols.edge_wire import Coder
from conformance.protocols.grpc_web_coder import GrpcWebCoder
from conformance.protocols.rest_coder import RestCoder

# Without an edge, servers speak this one.
GRPC = "grpc"
CODERS: Mapping[str, Callable[[Contract], Coder]] = {
    "grpc-web": GrpcWebCoder,
    "connect": ConnectCoder,
    "rest": RestCoder,
}
PROTOCOLS = (GRPC, *CODERS)
