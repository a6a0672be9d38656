"""Removes from a server what a run has created there."""

from __future__ import annotations

import time

from conformance.contract import UnknownMethodError
from conformance.janitor import Removal
from conformance.protocols.call import Call
from conformance.protocols.edge_wire import NotExpressibleError
from conformance.protocols.trace import Trace
from conformance.steps import Target

PATIENCE_S = 30.0
ATTEMPT_S = 5.0
PAUSE_S = 0.2
# It is not there: it was removed by its case, or never could be created.
_ABSENT = ("NOT_FOUND", "INVALID_ARGUMENT", "FAILED_PRECONDITION")
# A busy server's answers.
_PASSING = ("UNAVAILABLE", "RESOURCE_EXHAUSTED", "DEADLINE_EXCEEDED", "ABORTED")


def clean_up(target: Target) -> list[str]:
    """Remove what the run created, for a limited time, and return the names of what is left."""
    deadline = time.monotonic() + PATIENCE_S
    return [
        removal.name
        for removal in target.janitor.removals()
        if not _is_removed(target, removal, deadline)
    ]


def _is_removed(target: Target, removal: Removal, deadline: float) -> bool:
    """Remove one thing, again while the server is busy; a target that can't be asked keeps it."""
    while time.monotonic() < deadline:
        code = _attempt(target, removal)
        if code == "OK" or code in _ABSENT:
            return True
        if code not in _PASSING:
            return False
        time.sleep(PAUSE_S)
    return False


def _attempt(target: Target, removal: Removal) -> str:
    """Return the code of one attempt; `UNIMPLEMENTED` where the target has no such method."""
    if target.wire is None:
        return "UNIMPLEMENTED"
    try:
        method = target.contract.method(removal.method)
        metadata = target.credentials.metadata("")
        call = Call(method, dict(removal.request), metadata, timeout_s=ATTEMPT_S)
        answer = target.wire.call(call, Trace())
    except (UnknownMethodError, NotExpressibleError):
        return "UNIMPLEMENTED"
    return "OK" if answer.error is None else str(answer.error["code"])
