"""Runs one case after the other against a server, or against nothing but the descriptors."""

from __future__ import annotations

import time

from conformance.case import JSON, Case
from conformance.outcome import Outcome, Verdict
from conformance.protocols.edge_wire import NotExpressibleError
from conformance.protocols.trace import Trace
from conformance.steps import StepFailedError, Stepper, Target, UnreachableError, name_of
from conformance.values import Scope, UnknownValueError, compute_all

# What cases may need of `--origin`, and what is missing without it.
ORIGIN_NEEDS = {
    "origin": "needs --origin",
    "stranger": "needs --origin with an origin of its own, since any may call here",
}


class CaseRunner:
    """Runs cases on one target; the scope is what all cases see."""

    def __init__(self, name: str, target: Target, scope: Scope, mode: str = "SERVER") -> None:
        self.target = name
        self._target = target
        self._scope = scope
        self.kinds = (mode,)

    def skips(self, case: Case) -> str:
        """Return why a case can't run here; empty: it can."""
        for need in case.needs:
            if need == "http":
                if self._target.http is None:
                    return "needs --http"
            elif need in ORIGIN_NEEDS:
                if need not in self._scope:
                    return ORIGIN_NEEDS[need]
            elif not self._target.credentials.has(need):
                return f"needs credentials: {need}"
        return ""

    def run(self, case: Case) -> Outcome:
        """Run one case to its end."""
        started = time.monotonic()
        trace, step_name = Trace(), "values"
        scope: Scope = dict(self._scope)
        stepper = Stepper(self._target, scope, trace)
        verdict, reason, is_unreachable = Verdict.PASSED, "", False
        try:
            compute_all(case.values, scope)
            compute_all(case.spec.get("let", {}), scope)
            for place, step in enumerate(case.spec["steps"]):
                step_name = name_of(step, place)
                stepper.do(step)
        except NotExpressibleError as error:
            verdict, reason = Verdict.SKIPPED, f"not in this protocol: {error}"
        except (StepFailedError, UnknownValueError) as error:
            verdict, reason = Verdict.FAILED, str(error)
            is_unreachable = isinstance(error, UnreachableError)
        except Exception as error:
            verdict, reason = Verdict.FAILED, f"{type(error).__name__}: {error}"
        finally:
            for step in case.spec.get("cleanup", ()):
                _try(stepper, step)
        failed = verdict is Verdict.FAILED
        return Outcome(
            case,
            verdict,
            reason,
            step_name if failed else "",
            trace.text() if failed else "",
            time.monotonic() - started,
            is_unreachable,
        )


def _try(stepper: Stepper, step: JSON) -> None:
    try:
        stepper.do({**step, "expect": {"answer": {}}})
    except (StepFailedError, UnknownValueError, NotExpressibleError):
        return
