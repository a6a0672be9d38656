"""Messages as protocols over HTTP send and read them."""

from __future__ import annotations

from google.protobuf.message import Message

from conformance.answer import with_errors
from conformance.case import JSON
from conformance.contract import Contract
from conformance.wire import Call


def encode(contract: Contract, call: Call, body: JSON) -> bytes:
    """Return a request's bytes, with what the target does not know."""
    if isinstance(body, str) and body.startswith("hex:"):
        return bytes.fromhex(body[4:])
    message = contract.parse(call.method.input_type, body)
    return message.SerializeToString() + call.unknown_fields


def read_bytes(contract: Contract, call: Call, raw: bytes) -> JSON:
    """Return a reply as cases see it."""
    return _shown(contract, contract.decode(call.method.output_type, raw))


def read_json(contract: Contract, call: Call, value: JSON) -> JSON:
    """Return a reply in JSON as cases see it; the target may be newer than the contract."""
    return _shown(contract, contract.parse(call.method.output_type, value, ignore_unknown=True))


def _shown(contract: Contract, message: Message) -> JSON:
    return with_errors(contract.to_json(message))
