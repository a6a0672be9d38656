"""One case as a program does it: what it is asked, and what must come of that."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence

from google.protobuf import json_format

from conformance.answer import Answer
from conformance.case import JSON, Case
from conformance.clients.asking import program_step
from conformance.clients.outcomes import UnreadableOutcomeError, answer_of
from conformance.clients.unlike import (
    says_something,
    unlike_forms,
    unlike_received,
    with_usual_bytes,
)
from conformance.contract import Contract, UnknownMethodError
from conformance.loading import script_of
from conformance.matching.expectation import unmet
from conformance.paths import NoSuchPathError, at
from conformance.steps import SHOWN, name_of
from conformance.values import Scope, UnknownValueError, compute, compute_all

Outcomes = Sequence[Mapping[str, JSON]]


class CaseFailedError(Exception):
    """A case failed; says at which step and why."""

    def __init__(self, step: str, reason: str) -> None:
        super().__init__(reason)
        self.step = step


class UnsupportedError(Exception):
    """The program can't run the case; says why."""


class ClientCase:
    """A case with its values computed.

    Attributes:
        sent: the steps that the program does, as `ProgramStep`s in JSON.
        script: what the scripted server does.
    """

    def __init__(self, case: Case, contract: Contract) -> None:
        """Raises: CaseFailedError: a value, a method or a message of it is not of the contract."""
        self._case = case
        self._contract = contract
        self._scope: Scope = {"run": f"cf-{secrets.token_hex(3)}", "keys": {}}
        self._steps = [each for each in case.spec["steps"] if "compute" not in each]
        try:
            compute_all(case.values, self._scope)
            compute_all(case.spec.get("let", {}), self._scope)
            self.sent = [program_step(each, contract, self._scope) for each in self._steps]
            self.script: list[dict[str, JSON]] = compute(script_of(case), self._scope)
        except (UnknownValueError, UnknownMethodError, json_format.ParseError) as error:
            raise CaseFailedError("values", str(error)) from error

    def name_of_hanging(self, number: int) -> str:
        """Return what the step is called that the program is at; 0: it does not say."""
        if not number and len(self._steps) > 1:
            return f"one of {len(self._steps)} steps"
        place = max(number, 1) - 1
        return name_of(self._steps[place], place)

    def check(self, outcomes: Outcomes) -> None:
        """Compare what came of the steps, and keep what they capture.

        Raises:
            CaseFailedError: a step's outcome is not as expected.
        """
        told: list[JSON] = []
        for place, step in enumerate(self._case.spec["steps"]):
            name = name_of(step, place)
            if "compute" in step:
                scope = {**self._scope, "outcomes": told}
                answer = Answer(reply=compute(step["request"], scope))
            else:
                answer = self._answer(name, len(told), outcomes)
                told.append(answer.as_json())
            expect = compute(step.get("expect", {}), self._scope)
            _require_none(unmet(expect, answer, self._scope), name)
            self._capture(step, answer, name)
        self._scope["outcomes"] = told

    def check_forms(self, outcomes: Outcomes) -> None:
        """Compare the forms of messages (JSON, binary) that the language has.

        Raises:
            CaseFailedError: one is not as expected.
            UnsupportedError: the language has none.
        """
        has_said = False
        for place, step in enumerate(self._steps):
            name = name_of(step, place)
            answer = self._answer(name, place, outcomes)
            expect = compute(step.get("expect", {}), self._scope)
            kind = self._contract.message_type(self.sent[place]["method"])
            usual = with_usual_bytes(answer, expect, kind, self._contract)
            _require_none(unlike_forms(expect, usual), name)
            has_said = has_said or says_something(answer)
        if not has_said:
            raise UnsupportedError("the language has none of these forms")

    def check_received(self, received: Sequence[Mapping[str, JSON]]) -> None:
        """Compare what the scripted server received.

        Raises:
            CaseFailedError: it is not as expected.
        """
        lines = unlike_received(self._case, received, self._scope)
        _require_none(lines, "what the server received")

    def _answer(self, name: str, place: int, outcomes: Outcomes) -> Answer:
        if place >= len(outcomes):
            raise CaseFailedError(name, "the program says nothing of it")
        step = self.sent[place]
        is_call = "method" in step and step["do"] != "encode"
        method = self._contract.method(step["method"]) if is_call else None
        try:
            return answer_of(step, outcomes[place], method, self._contract)
        except UnreadableOutcomeError as error:
            raise CaseFailedError(name, str(error)) from error

    def _capture(self, step: Mapping[str, JSON], answer: Answer, name: str) -> None:
        for key, path in step.get("capture", {}).items():
            try:
                self._scope[key] = at(path, {**(answer.reply or {}), **answer.as_json()})
            except NoSuchPathError as error:
                raise CaseFailedError(name, f"nothing to capture: {error}") from error


def _require_none(lines: Sequence[str], step: str) -> None:
    if lines:
        raise CaseFailedError(step, "\n".join(lines[:SHOWN]))
