"""REST: addresses and bodies by the methods' HTTP annotations, JSON both ways."""

from __future__ import annotations

import json

from conformance.answer import CODES, Answer, error_of_details
from conformance.case import JSON
from conformance.contract import Contract
from conformance.protocols.call import Call
from conformance.protocols.edge_connections import HttpReply, HttpRequest
from conformance.protocols.edge_wire import NotExpressibleError, milliseconds
from conformance.protocols.messages import UNKNOWN_FIELD, camel_json, read_json
from conformance.protocols.rest_bindings import Binding, bindings_of


class RestCoder:
    """Puts calls into REST."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract

    def request(self, call: Call) -> HttpRequest:
        """Return a unary call's request, by the method's first binding that has a place for it."""
        bindings = bindings_of(self._contract, call.method)
        if not bindings:
            raise NotExpressibleError(f"{call.method.name} has no HTTP binding")
        if isinstance(call.body, str):
            raise NotExpressibleError("REST sends JSON, which can't hold these bytes")
        message = self._contract.parse(call.method.input_type, call.body)
        fields = camel_json(self._contract, message)
        if call.unknown_fields:
            fields[UNKNOWN_FIELD] = [7]
        for binding in bindings:
            place = binding.place(fields)
            if place is not None:
                break
        else:
            raise NotExpressibleError(f"{binding.template} has no place for {_short(fields)}")
        return _request(call, binding, *place)

    def answer(self, call: Call, reply: HttpReply) -> Answer:
        """Return what came of a unary call; trailers come as headers."""
        body = json.loads(reply.body)
        if reply.status != 200:
            return Answer(None, self._error(body), reply.headers, reply.headers)
        shown = read_json(self._contract, call, body)
        return Answer(shown, None, reply.headers, reply.headers)

    def stream_request(self, call: Call) -> HttpRequest:
        """Refuse."""
        raise NotExpressibleError("REST has no streams")

    def stream_answer(self, call: Call, reply: HttpReply) -> Answer:
        """Refuse."""
        raise NotExpressibleError("REST has no streams")

    def _error(self, body: JSON) -> dict[str, JSON]:
        kind = self._contract.pool.FindMessageTypeByName("google.rpc.Status")
        status: JSON = self._contract.parse(kind, body, ignore_unknown=True)
        raw = status.SerializeToString() if status.details else None
        return error_of_details(CODES[status.code], status.message, raw, self._contract)


def _request(call: Call, binding: Binding, path: str, body: JSON) -> HttpRequest:
    headers = (("grpc-timeout", f"{milliseconds(call.timeout_s)}m"), *call.metadata)
    if body is None:
        return HttpRequest(binding.verb, path, headers)
    headers = (("content-type", "application/json"), *headers)
    return HttpRequest(binding.verb, path, headers, json.dumps(body).encode())


def _short(fields: JSON) -> str:
    text = json.dumps(fields)
    return text if len(text) < 100 else f"{text[:100]}..."
