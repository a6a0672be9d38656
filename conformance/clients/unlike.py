"""Tells whether the forms that a program gives, and the calls that it made, are as expected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from google.protobuf.descriptor import Descriptor
from google.protobuf.message import DecodeError, Message
from google.protobuf.unknown_fields import UnknownFieldSet

from conformance.answer import Answer
from conformance.case import JSON, Case
from conformance.clients.received import broken_by
from conformance.contract import Contract
from conformance.matching.compare import differences
from conformance.matching.expectation import unmet
from conformance.values import compute


def says_something(answer: Answer) -> bool:
    """Whether a program had a form of the message, or refused it."""
    return answer.error is not None or bool(answer.reply)


def with_usual_bytes(
    answer: Answer, expect: Mapping[str, JSON], kind: Descriptor, contract: Contract
) -> Answer:
    """Return the answer with the expected bytes, if its own are the same message.

    Languages may write fields in any order, and there are many NaNs.
    """
    wanted = (expect.get("reply") or {}).get("hex")
    if answer.error is not None or not wanted or not (answer.reply or {}).get("hex"):
        return answer
    found = str(answer.reply["hex"])
    try:
        same = _are_same(bytes.fromhex(found), bytes.fromhex(wanted), kind, contract)
    except (DecodeError, ValueError):
        return answer
    return replace(answer, reply={**answer.reply, "hex": wanted}) if same else answer


def _are_same(one: bytes, other: bytes, kind: Descriptor, contract: Contract) -> bool:
    left, right = contract.decode(kind, one), contract.decode(kind, other)
    if left.SerializeToString(deterministic=True) == right.SerializeToString(deterministic=True):
        return True
    # JSON has no unknown fields: with some, only the bytes can tell.
    has_unknown = len(UnknownFieldSet(left)) or len(UnknownFieldSet(right))
    return (
        len(one) == len(other)
        and not has_unknown
        and _json(left, contract) == _json(right, contract)
    )


def _json(message: Message, contract: Contract) -> str:
    # As text: a NaN equals no other.
    return repr(contract.to_json(message))


def unlike_forms(expect: Mapping[str, JSON], answer: Answer) -> list[str]:
    """Return what is not as expected of the forms (JSON, binary) that the language has."""
    if not says_something(answer):
        return []
    if answer.error is None and "reply" in expect:
        told = {form: each for form, each in expect["reply"].items() if form in answer.reply}
        expect = {"reply": told}
    return unmet(expect, answer, {})


def unlike_received(
    case: Case, received: Sequence[Mapping[str, JSON]], scope: Mapping[str, JSON]
) -> list[str]:
    """Return what is not as expected of the calls that the scripted server received."""
    lines: list[str] = []
    if "received" in case.spec:
        lines = differences(compute(case.spec["received"], scope), received, scope, "received")
    for each in case.spec.get("received_invariants", ()):
        name, argument = next(iter(each.items())) if isinstance(each, dict) else (each, None)
        lines += broken_by(received, name, compute(argument, scope))
    return lines
