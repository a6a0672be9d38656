"""Messages as protocols send and read them."""

from __future__ import annotations

from google.protobuf import json_format
from google.protobuf.message import Message

from conformance.answer import with_errors
from conformance.case import JSON
from conformance.contract import Contract
from conformance.protocols.call import Call

# Stands in JSON for fields that the receiver does not know, which a case has in binary.
UNKNOWN_FIELD = "fieldOfTheFuture"


def encode(contract: Contract, call: Call, body: JSON) -> bytes:
    """Return a request's bytes, with what the target does not know."""
    if isinstance(body, str) and body.startswith("hex:"):
        return bytes.fromhex(body.removeprefix("hex:"))
    message = contract.parse(call.method.input_type, body)
    return message.SerializeToString() + call.unknown_fields


def camel_json(contract: Contract, message: Message) -> dict[str, JSON]:
    """Return a message in JSON as it is sent: names in camel case, defaults left out."""
    return json_format.MessageToDict(message, descriptor_pool=contract.pool)


def read_bytes(contract: Contract, call: Call, raw: bytes) -> JSON:
    """Return a reply as cases see it."""
    return shown(contract, contract.decode(call.method.output_type, raw))


def read_json(contract: Contract, call: Call, value: JSON) -> JSON:
    """Return a reply in JSON as cases see it; the target may be newer than the contract."""
    return shown(contract, contract.parse(call.method.output_type, value, ignore_unknown=True))


def shown(contract: Contract, message: Message) -> JSON:
    """Return a message as cases see it: with the proto's names, defaults, errors as calls' are."""
    return with_errors(contract.to_json(message))
