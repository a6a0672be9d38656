"""Messages of the SDK in binary form and in JSON, and its errors as objects."""

from __future__ import annotations

import base64
from typing import Any

import betterproto2

from shortlist_sdk import ShortlistError, v1
from shortlist_sdk.admin import v1 as admin_v1


def encoded(message: betterproto2.Message) -> str:
    """Return a message in binary form, in base64."""
    return base64.b64encode(bytes(message)).decode()


def decoded(raw: str) -> bytes:
    """Return the bytes of base64."""
    return base64.b64decode(raw)


def message_type(name: str) -> type[betterproto2.Message]:
    """Return the type of a message by its full or short name."""
    short = name.rpartition(".")[2]
    module = admin_v1 if ".admin." in name or not hasattr(v1, short) else v1
    found: type[betterproto2.Message] = getattr(module, short)
    return found


def error_of(error: ShortlistError) -> dict[str, Any]:
    """Return an error as the runner compares it."""
    found = {
        "code": error.code.name,
        "reason": error.reason,
        "message": error.message,
        "metadata": error.metadata,
        "field_violations": [
            {"field": each.field, "description": each.description}
            for each in error.field_violations
        ],
        "request_id": error.request_id,
        "type": type(error).__name__,
    }
    if error.retry_delay_s is not None:
        found["retry_delay_s"] = error.retry_delay_s
    return found
