"""Answers each request in the protocol that it came in."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from urllib.parse import parse_qs

from google.protobuf.descriptor import MethodDescriptor

from conformance.clients.scripted.calls import CallRecord
from conformance.clients.scripted.codecs import BinaryCodec, Codec, JsonCodec
from conformance.clients.scripted.cors import allow, cors_headers, is_preflight
from conformance.clients.scripted.errors import status_of
from conformance.clients.scripted.exchange import Exchange, HttpRequest, body_of
from conformance.clients.scripted.framed import answer_in_frames
from conformance.clients.scripted.framings import (
    ConnectFraming,
    Framing,
    GrpcFraming,
    GrpcWebFraming,
)
from conformance.clients.scripted.plain import ConnectForm, RestForm, answer_plainly
from conformance.clients.scripted.replies import Replies
from conformance.clients.scripted.rest_paths import RestRoutes
from conformance.clients.scripted.scripting import Script
from conformance.clients.scripted.turn import Turn
from conformance.contract import Contract, UnknownMethodError

# By content type; the longer one of gRPC-Web first.
_FRAMED: Mapping[str, tuple[str, Callable[[str], Framing]]] = {
    "application/grpc-web": ("grpc-web", GrpcWebFraming),
    "application/grpc": ("grpc", GrpcFraming),
    "application/connect+": ("connect", ConnectFraming),
}


@dataclass(frozen=True, slots=True)
class _Route:
    """Which method is called, in which protocol, and what answers it."""

    method: MethodDescriptor
    protocol: str
    answer: Callable[[Turn], Awaitable[None]]


class Answerer:
    """Answers all requests to one scripted server."""

    def __init__(self, contract: Contract, script: Script, record: CallRecord) -> None:
        self._contract = contract
        self._script = script
        self._record = record
        self._replies = Replies(contract)
        self._rest = RestRoutes(contract)
        self._binary: Codec = BinaryCodec(contract)
        self._json = JsonCodec(contract)

    async def __call__(self, exchange: Exchange) -> None:
        """Answer a request and record what becomes of it."""
        if is_preflight(exchange.request):
            await allow(exchange)
            return
        route = self._route(exchange.request)
        if route is None:
            await self._refuse(exchange)
            return
        method = route.method
        name = f"{method.containing_service.full_name}/{method.name}"
        call = self._record.begin(name, route.protocol, exchange.request.headers)
        behaviour = self._script.next_for(method)
        turn = Turn(self._contract, exchange, method, behaviour, call, self._replies)
        try:
            await route.answer(turn)
        except asyncio.CancelledError:
            if exchange.is_gone:
                self._record.end(call, "cancelled")
            raise
        except Exception as error:
            # The client can't be to blame: the script has a reply that is none, or we are wrong.
            self._record.break_off(call, error)
            exchange.reset()
        self._record.end(call, "answered")

    def _route(self, request: HttpRequest) -> _Route | None:
        path = request.target.partition("?")[0]
        if path.count("/") == 2:
            try:
                return self._rpc(self._contract.method(path[1:]), request)
            except UnknownMethodError:
                # An address of REST, or of nothing.
                pass
        route = self._rest.find(request.verb, request.target)
        if route is None:
            return None
        form = RestForm(self._json, route)
        return _Route(route.method, "rest", partial(answer_plainly, form=form))

    def _rpc(self, method: MethodDescriptor, request: HttpRequest) -> _Route:
        content_type = request.headers.get("content-type", "")
        kind = content_type.partition(";")[0].strip()
        codec = self._json if kind.endswith("json") else self._binary
        for prefix, (protocol, framing) in _FRAMED.items():
            if kind.startswith(prefix):
                answer = partial(answer_in_frames, framing=framing(kind), codec=codec)
                return _Route(method, protocol, answer)
        if request.verb == "GET":
            query = parse_qs(request.target.partition("?")[2])
            kind = f"application/{query.get('encoding', ['json'])[0]}"
        is_binary = kind == "application/proto"
        form = ConnectForm(
            self._binary if is_binary else self._json,
            "application/proto" if is_binary else "application/json",
        )
        return _Route(method, "connect", partial(answer_plainly, form=form))

    async def _refuse(self, exchange: Exchange) -> None:
        """Answer what is no call of the contract, and record it as what it is."""
        request = exchange.request
        is_grpc = request.headers.get("content-type", "").startswith("application/grpc")
        protocol = "grpc" if is_grpc else "rest"
        call = self._record.begin(request.target, protocol, request.headers)
        await body_of(exchange)
        text = f"the contract has no {request.verb} {request.target}"
        code = "UNIMPLEMENTED" if is_grpc else "INVALID_ARGUMENT"
        error = {"code": code, "reason": "INVALID_REQUEST", "message": text}
        status = status_of(self._contract, error, "shortlist")
        if is_grpc:
            own = {"content-type": "application/grpc", **dict(status.grpc_trailers())}
            fields = [*own.items(), *cors_headers(request, own)]
            await exchange.send_headers(200, fields, is_all=True)
        else:
            body = status.rest_body()
            own = {"content-type": "application/json", "content-length": str(len(body))}
            await exchange.send_headers(404, [*own.items(), *cors_headers(request, own)])
            await exchange.send(body)
            await exchange.end()
        self._record.end(call, "answered")
