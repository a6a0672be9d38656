"""Messages as bytes: protobuf's binary form, or its JSON as the edge prints it."""

from __future__ import annotations

import json
from typing import Protocol

from google.protobuf import json_format
from google.protobuf.descriptor import Descriptor
from google.protobuf.message import DecodeError, Message

from conformance.case import JSON
from conformance.contract import Contract
from conformance.protocols.messages import UNKNOWN_FIELD, camel_json


class UnreadableRequestError(ValueError):
    """A request's bytes are no message of its method."""


class Codec(Protocol):
    """One form of messages.

    Attributes:
        garbage: bytes that are no message.
    """

    garbage: bytes

    def decode(self, kind: Descriptor, raw: bytes) -> Message:
        """Return a message. Raises: UnreadableRequestError."""

    def encode(self, message: Message, unknown_fields: bytes = b"") -> bytes:
        """Return a message's bytes, with fields that the client does not know."""


def compact(value: JSON) -> bytes:
    """Return JSON as the edge prints it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


class BinaryCodec:
    """Protobuf's binary form."""

    # A tag longer than any may be.
    garbage = b"\xff" * 24

    def __init__(self, contract: Contract) -> None:
        self._contract = contract

    def decode(self, kind: Descriptor, raw: bytes) -> Message:
        """Return a message."""
        try:
            return self._contract.decode(kind, raw)
        except DecodeError as error:
            raise UnreadableRequestError(str(error)) from error

    def encode(self, message: Message, unknown_fields: bytes = b"") -> bytes:
        """Return a message's bytes."""
        return message.SerializeToString(deterministic=True) + unknown_fields


class JsonCodec:
    """JSON: camel case, defaults left out, unknown fields of requests ignored."""

    garbage = b'{"\x01": <not json>'

    def __init__(self, contract: Contract) -> None:
        self._contract = contract

    def decode(self, kind: Descriptor, raw: bytes) -> Message:
        """Return a message."""
        try:
            return self._contract.parse(kind, json.loads(raw or b"{}"), ignore_unknown=True)
        except (ValueError, json_format.ParseError) as error:
            raise UnreadableRequestError(str(error)) from error

    def encode(self, message: Message, unknown_fields: bytes = b"") -> bytes:
        """Return a message's JSON; what is unknown is a field of that form, not these bytes."""
        found = camel_json(self._contract, message)
        if unknown_fields:
            found[UNKNOWN_FIELD] = [unknown_fields.hex()]
        return compact(found)
