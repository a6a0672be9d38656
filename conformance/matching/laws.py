"""What must hold of every answer, whichever case asked: checked without being asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping

from conformance.answer import Answer

# Reasons and their codes, as the table of the contract has them.
CODES: Mapping[str, str] = {
    **dict.fromkeys(
        (
            "INVALID_REQUEST",
            "INVALID_FILTER",
            "UNKNOWN_ATTRIBUTE",
            "INVALID_PAGE_TOKEN",
            "BATCH_TOO_LARGE",
            "EVENT_TOO_OLD",
            "EVENT_FROM_FUTURE",
        ),
        "INVALID_ARGUMENT",
    ),
    "PAGE_TOKEN_EXPIRED": "FAILED_PRECONDITION",
    **dict.fromkeys(
        (
            "EVENT_ID_CONFLICT",
            "ITEM_ALREADY_EXISTS",
            "SERVING_CONFIG_ALREADY_EXISTS",
            "RULE_ALREADY_EXISTS",
        ),
        "ALREADY_EXISTS",
    ),
    **dict.fromkeys(
        (
            "UNKNOWN_SERVING_CONFIG",
            "ITEM_NOT_FOUND",
            "USER_NOT_FOUND",
            "OPERATION_NOT_FOUND",
            "RULE_NOT_FOUND",
        ),
        "NOT_FOUND",
    ),
    **dict.fromkeys(
        ("CREDENTIALS_MISSING", "CREDENTIALS_INVALID", "CREDENTIALS_EXPIRED"), "UNAUTHENTICATED"
    ),
    **dict.fromkeys(("SCOPE_INSUFFICIENT", "SUBJECT_MISMATCH"), "PERMISSION_DENIED"),
    **dict.fromkeys(("QUOTA_EXHAUSTED", "OVERLOADED", "STORAGE_FULL"), "RESOURCE_EXHAUSTED"),
    "DEPENDENCY_UNAVAILABLE": "UNAVAILABLE",
    "DEADLINE_TOO_SHORT": "DEADLINE_EXCEEDED",
    "INTERNAL": "INTERNAL",
    "ETAG_MISMATCH": "ABORTED",
}
_LEAKS = re.compile(
    r"Traceback|File \"|\.py\b|line \d+, in|sqlite|0x[0-9a-f]{6,}|/home/|/usr/|/var/|/tmp/|"
    r"Exception\b|Error\(|NoneType|object has no attribute",
    re.IGNORECASE,
)


def broken_laws(answer: Answer) -> list[str]:
    """Return the laws that an answer breaks, a line each."""
    if answer.error is None or not answer.error.get("from_server"):
        return []
    error, lines = answer.error, []
    if error["domain"] != "shortlist":
        lines.append(f"ErrorInfo.domain is {error['domain']!r}, expected 'shortlist'")
    wanted = CODES.get(error["reason"])
    if wanted is None:
        lines.append(f"the contract has no reason {error['reason']!r}")
    elif wanted != error["code"]:
        lines.append(f"{error['reason']} comes with {error['code']}, expected {wanted}")
    if not error["request_id"]:
        lines.append("the error names no request id")
    details = [("detail", str(each)) for each in error.get("details", ())]
    for part, text in (("message", error["message"]), *details):
        if leaked := _LEAKS.search(text):
            lines.append(f"the {part} shows the inside of the server: {leaked[0]!r}")
    return lines
