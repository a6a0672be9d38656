"""A server may be busy, or a quota smaller than a whole run: the runner waits as it is told."""

from __future__ import annotations

import itertools

import pytest

from conformance.answer import Answer, busy_delay_s, own_error
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


@pytest.mark.parametrize("reason", ["QUOTA_EXHAUSTED", "OVERLOADED"])
def test_a_server_that_the_run_keeps_busy_is_waited_for(reason, monkeypatch):
    over = refusal(reason)
    wire = FakeWire(over, over, None)
    Stepper(target_of(wire), {}, Trace()).do({"call": "GetCatalog", "request": {}})
    assert wire.count == 3
    # Not where the case is about it, and not without end.
    wire = FakeWire(over)
    step = {"call": "GetCatalog", "request": {}, "expect": {"error": {"reason": reason}}}
    Stepper(target_of(wire), {}, Trace()).do(step)
    assert wire.count == 1
    monkeypatch.setattr("conformance.steps.BUSY_PATIENCE_S", 0.05)
    with pytest.raises(StepFailedError, match=reason):
        Stepper(target_of(FakeWire(over)), {}, Trace()).do({"call": "GetCatalog", "request": {}})


def test_another_refusal_is_not_waited_for():
    wire = FakeWire(refusal("STORAGE_FULL"))
    with pytest.raises(StepFailedError, match="STORAGE_FULL"):
        Stepper(target_of(wire), {}, Trace()).do({"call": "GetCatalog", "request": {}})
    assert wire.count == 1


def test_a_wait_beyond_the_patience_is_not_begun():
    wire = FakeWire({**refusal("OVERLOADED"), "retry_delay_s": 60.0})
    with pytest.raises(StepFailedError, match="OVERLOADED"):
        Stepper(target_of(wire), {}, Trace()).do({"call": "GetCatalog", "request": {}})
    assert wire.count == 1


class OnceFullWire:
    """Refuses every second call of the first ten; numbers the replies."""

    def __init__(self):
        self._numbers = itertools.count()

    def call(self, call, trace):
        number = next(self._numbers)
        if number < 10 and number % 2:
            return Answer(error={**refusal("OVERLOADED"), "domain": "shortlist"})
        return Answer(reply={"number": number})


def test_of_a_burst_only_the_refused_calls_are_made_again(monkeypatch):
    monkeypatch.setattr("conformance.steps.broken_laws", lambda answer: [])
    wire, scope = OnceFullWire(), {}
    step = {
        **{"burst": "GetCatalog", "times": 10, "request": {}},
        **{"expect": {"reply": {"errors": []}}, "capture": {"numbers": "replies[*].number"}},
    }
    Stepper(target_of(wire), scope, Trace()).do(step)
    assert sorted(scope["numbers"]) == [0, 2, 4, 6, 8, 10, 11, 12, 13, 14]


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
def test_what_a_busy_server_says_is_found_in_every_form(answer, delay_s):
    assert busy_delay_s(answer) == delay_s
