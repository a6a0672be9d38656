"""What the edge's tests share: plain HTTP, gRPC clients with credentials, error shapes."""

from __future__ import annotations

import base64
import http.client
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import grpc
from google.rpc.error_details_pb2 import ErrorInfo
from google.rpc.status_pb2 import Status

from deploy.envoy.contract import EdgeMethod, load_contract
from deploy.envoy.options import DESCRIPTORS

CONTRACT = load_contract(DESCRIPTORS)
METHODS = {method.path.rsplit("/")[-1]: method for method in CONTRACT.methods}
TRENDING = "/shortlist.v1.RecommendationService/ListTrending"
CONNECT = {"content-type": "application/json", "connect-protocol-version": "1"}
TIMEOUT_S = 20.0


@dataclass(frozen=True)
class Reply:
    """An HTTP reply; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def reason(self) -> str:
        """The error's reason, in whichever shape it came."""
        return self.info.reason

    @property
    def info(self) -> ErrorInfo:
        """The error's ErrorInfo: of gRPC trailers, Connect's JSON or REST's JSON."""
        if "grpc-status-details-bin" in self.headers:
            return info_in(padded(self.headers["grpc-status-details-bin"]))
        first = self.json()["details"][0]
        if "value" in first:
            assert first["type"] == "google.rpc.ErrorInfo"
            return ErrorInfo.FromString(padded(first["value"]))
        assert first["@type"] == "type.googleapis.com/google.rpc.ErrorInfo"
        return ErrorInfo(reason=first["reason"], domain=first["domain"], metadata=first["metadata"])


def padded(text: str) -> bytes:
    """Return the bytes of base64 with or without padding."""
    return base64.b64decode(text + "=" * (-len(text) % 4))


def info_in(status: bytes) -> ErrorInfo:
    """Return the ErrorInfo of a serialised Status."""
    info = ErrorInfo()
    assert Status.FromString(status).details[0].Unpack(info)
    return info


def send(
    port: int,
    verb: str,
    path: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes | str | None = None,
) -> Reply:
    """Make one HTTP/1.1 request on a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S)
    try:
        connection.request(verb, path, body=body, headers=dict(headers or {}))
        reply = connection.getresponse()
        fields = {name.lower(): value for name, value in reply.getheaders()}
        return Reply(reply.status, fields, reply.read())
    finally:
        connection.close()


def get(port: int, path: str, **headers: str) -> Reply:
    """GET; `if_none_match=` becomes the header `if-none-match`."""
    return send(port, "GET", path, headers={k.replace("_", "-"): v for k, v in headers.items()})


def connect(port: int, path: str, message: object, **headers: str) -> Reply:
    """Call a method by Connect in JSON."""
    fields = {k.replace("_", "-"): v for k, v in headers.items()}
    return send(port, "POST", path, headers={**CONNECT, **fields}, body=json.dumps(message))


def rest(port: int, path: str, message: object, *, verb: str = "POST", **headers: str) -> Reply:
    """Call a method by REST with a body."""
    fields = {k.replace("_", "-"): v for k, v in headers.items()}
    headers = {"content-type": "application/json", **fields}
    return send(port, verb, path, headers=headers, body=json.dumps(message))


def grpc_web(port: int, path: str, message: bytes, **headers: str) -> Reply:
    """Call a method by gRPC-Web."""
    fields = {k.replace("_", "-"): v for k, v in headers.items()}
    framed = b"\0" + len(message).to_bytes(4, "big") + message
    kind = {"content-type": "application/grpc-web+proto", "x-grpc-web": "1"}
    return send(port, "POST", path, headers={**kind, **fields}, body=framed)


def raw_grpc(port: int, path: str, message: bytes = b"", **metadata: str) -> bytes:
    """Call a unary method by gRPC with bytes; raises grpc.RpcError."""
    options = [("grpc.use_local_subchannel_pool", 1)]
    with grpc.insecure_channel(f"127.0.0.1:{port}", options) as channel:
        call = channel.unary_unary(path)
        fields = tuple((key.replace("_", "-"), value) for key, value in metadata.items())
        reply: bytes = call(message, metadata=fields, timeout=TIMEOUT_S)
        return reply


def rest_call(method: EdgeMethod) -> tuple[str, str] | None:
    """Return verb and an example path of a method's REST form; None: it has none."""
    if not method.bindings:
        return None
    verb, template = method.bindings[0]
    path = re.sub(r"\{[^}=]+=([^}]*)\}", r"\1", template)
    return verb, re.sub(r"\{[^}]+\}|\*+", "x", path)
