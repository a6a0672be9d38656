"""One call to make, whichever protocol carries it."""

from __future__ import annotations

from dataclasses import dataclass

from google.protobuf.descriptor import MethodDescriptor

from conformance.case import JSON


@dataclass(slots=True)
class Call:
    """One call.

    Attributes:
        body: the message in JSON, or as `hex:...` its bytes; of a stream a list of them.
        unknown_fields: bytes after the message: fields that the target does not know.
    """

    method: MethodDescriptor
    body: JSON
    metadata: tuple[tuple[str, str], ...] = ()
    timeout_s: float = 15.0
    unknown_fields: bytes = b""

    @property
    def path(self) -> str:
        """The address of all protocols but REST: `/package.Service/Method`."""
        return f"/{self.method.containing_service.full_name}/{self.method.name}"
