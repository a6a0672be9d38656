"""A caller's quota may be smaller than a whole run: the runner waits as it is told."""

from __future__ import annotations

import pytest

from conformance.answer import Answer, own_error, quota_delay_s
from conformance.contract import shipped_contract
from conformance.credentials import Credentials
from conformance.protocols.trace import Trace
from conformance.steps import StepFailedError, Stepper, Target


class FakeWire:
    """Answers with one error after the other, None for a reply, the last one for ever."""

    def __init__(self, *errors):
        self._errors = list(errors)
        self.count = 0

    def call(self, call, trace):
        self.count += 1
        error = self._errors.pop(0) if len(self._errors) > 1 else self._errors[0]
        return Answer(error=error) if error else Answer(reply={})


def refusal(reason):
    return {**own_error("RESOURCE_EXHAUSTED"), "reason": reason, "retry_delay_s": 0.01}


def target_of(wire):
    return Target(shipped_contract(), Credentials(), wire)


def test_a_quota_that_the_run_uses_up_is_waited_for(monkeypatch):
    over = refusal("QUOTA_EXHAUSTED")
    wire = FakeWire(over, over, None)
    Stepper(target_of(wire), {}, Trace()).do({"call": "GetCatalog", "request": {}})
    assert wire.count == 3
    # Not where the case is about it, and not without end.
    wire = FakeWire(over)
    step = {"call": "GetCatalog", "request": {}, "expect": {"error": {"reason": "QUOTA_EXHAUSTED"}}}
    Stepper(target_of(wire), {}, Trace()).do(step)
    assert wire.count == 1
    monkeypatch.setattr("conformance.steps.QUOTA_PATIENCE_S", 0.05)
    with pytest.raises(StepFailedError, match="QUOTA_EXHAUSTED"):
        Stepper(target_of(FakeWire(over)), {}, Trace()).do({"call": "GetCatalog", "request": {}})


def test_another_refusal_is_not_waited_for():
    wire = FakeWire(refusal("OVERLOADED"))
    with pytest.raises(StepFailedError, match="OVERLOADED"):
        Stepper(target_of(wire), {}, Trace()).do({"call": "GetCatalog", "request": {}})
    assert wire.count == 1


@pytest.mark.parametrize(
    ("answer", "delay_s"),
    [
        (Answer(reply={"status": 429}, headers={"retry-after": "2"}), 2.0),
        (Answer(reply={"status": 429}, headers={"retry-after": "Mon, 23 Nov 2026"}), None),
        (Answer(reply={"status": 200}, headers={"retry-after": "2"}), None),
        (Answer(reply={"replies": [], "errors": [{"reason": "", "retry_delay_s": 1.0}]}), None),
        (
            Answer(
                reply={
                    "errors": [{"reason": "QUOTA_EXHAUSTED", "retry_delay_s": x} for x in (1, 3)]
                }
            ),
            3,
        ),
        (Answer(error={"reason": "QUOTA_EXHAUSTED"}), None),
    ],
)
def test_what_a_server_says_of_a_quota_is_found_in_every_form(answer, delay_s):
    assert quota_delay_s(answer) == delay_s
