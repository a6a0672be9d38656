"""Tells whether an answer is what a case expects."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.answer import Answer
from conformance.case import JSON
from conformance.matching.compare import differences, short
from conformance.matching.invariants import broken
from conformance.values import seconds


def unmet(expect: Mapping[str, JSON], answer: Answer, scope: Mapping[str, JSON]) -> list[str]:
    """Return what is not as expected, a line each; empty: all is. No expectation means success."""
    if "one_of" in expect:
        tried = [unmet(each, answer, scope) for each in expect["one_of"]]
        return [] if any(not lines for lines in tried) else [one for each in tried for one in each]
    if "answer" in expect:
        return differences(expect["answer"], answer.as_json(), scope)
    if "error" in expect:
        return _error_unmet(expect, answer, scope) + _around_unmet(expect, answer, scope)
    if answer.error is not None:
        code, reason = answer.error["code"], answer.error.get("reason", "")
        message = short(answer.error.get("message", ""))
        return [f"{f'{code} {reason}'.rstrip()}: {message}; expected success"]
    lines = differences(expect["reply"], answer.reply, scope, "reply") if "reply" in expect else []
    for each in expect.get("invariants", ()):
        name, argument = next(iter(each.items())) if isinstance(each, dict) else (each, None)
        lines += broken(name, answer.reply, argument)
    return lines + _around_unmet(expect, answer, scope)


def _error_unmet(
    expect: Mapping[str, JSON], answer: Answer, scope: Mapping[str, JSON]
) -> list[str]:
    wanted = expect["error"]
    if isinstance(wanted, str):
        wanted = {"reason": wanted}
    if answer.error is None:
        return [f"success with {short(answer.reply)}, expected the error {short(wanted)}"]
    return differences(wanted, answer.error, scope, "error")


def _around_unmet(
    expect: Mapping[str, JSON], answer: Answer, scope: Mapping[str, JSON]
) -> list[str]:
    lines: list[str] = []
    for part, actual in (("headers", answer.headers), ("trailers", answer.trailers)):
        if part in expect:
            lines += differences(expect[part], actual, scope, part)
    if "info" in expect:
        told = {name: each for name, each in expect["info"].items() if name in answer.info}
        lines += differences(told, answer.info, scope, "info")
    if "within" in expect and answer.elapsed_ms > seconds(expect["within"]) * 1000:
        lines.append(f"answered after {answer.elapsed_ms:.0f} ms, expected {expect['within']}")
    return lines
