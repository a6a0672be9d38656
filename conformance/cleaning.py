"""Removes from a server what a run has created there."""

from __future__ import annotations

import time

from conformance.case import JSON
from conformance.contract import UnknownMethodError
from conformance.janitor import Removal
from conformance.protocols.call import Call
from conformance.protocols.edge_wire import NotExpressibleError
from conformance.protocols.trace import Trace
from conformance.steps import Target

PATIENCE_S = 30.0
ATTEMPT_S = 5.0
PAUSE_S = 0.2
# After so long without a word of it a server is gone.
GONE_S = 5.0
# It is not there: it was removed by its case, or never could be created.
_ABSENT = ("NOT_FOUND", "INVALID_ARGUMENT", "FAILED_PRECONDITION")
# A busy server's answers.
_PASSING = ("UNAVAILABLE", "RESOURCE_EXHAUSTED", "DEADLINE_EXCEEDED", "ABORTED")


def clean_up(target: Target) -> list[str]:
    """Remove what the run created, for a limited time, and return the names of what is left."""
    cleaner = _Cleaner(target)
    return [each.name for each in target.janitor.removals() if not cleaner.removes(each)]


class _Cleaner:
    """Removes one thing after the other while there is time and a server."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._heard = time.monotonic()
        self._deadline = self._heard + PATIENCE_S

    def removes(self, removal: Removal) -> bool:
        """Remove one thing, again while the server is busy; one that can't be asked keeps it."""
        while time.monotonic() < min(self._deadline, self._heard + GONE_S):
            code = self._attempt(removal)
            if code == "OK" or code in _ABSENT:
                return True
            if code not in _PASSING:
                return False
            time.sleep(PAUSE_S)
        return False

    def _attempt(self, removal: Removal) -> str:
        """Return the code of one attempt; `UNIMPLEMENTED` where the target has no such method."""
        target = self._target
        if target.wire is None:
            return "UNIMPLEMENTED"
        try:
            method = target.contract.method(removal.method)
            metadata = target.credentials.metadata("")
            call = Call(method, dict(removal.request), metadata, timeout_s=ATTEMPT_S)
            error = target.wire.call(call, Trace()).error
        except (UnknownMethodError, NotExpressibleError):
            return "UNIMPLEMENTED"
        self._listen(error)
        return "OK" if error is None else str(error["code"])

    def _listen(self, error: dict[str, JSON] | None) -> None:
        """Note that the server said something, if it did."""
        if error is None or error["code"] != "UNAVAILABLE" or error.get("from_server"):
            self._heard = time.monotonic()
