"""Reads what a program says of a step, in the form that cases are matched with."""

from __future__ import annotations

import base64
from collections.abc import Mapping

from google.protobuf import json_format
from google.protobuf.descriptor import Descriptor, MethodDescriptor
from google.protobuf.message import DecodeError

from conformance.annotations import policy_of
from conformance.answer import Answer
from conformance.case import JSON
from conformance.clients.asking import require_message
from conformance.contract import Contract
from conformance.protocols.messages import shown

_NO_ERROR: Mapping[str, JSON] = {
    **{"code": "", "reason": "", "message": "", "request_id": "", "type": ""},
    **{"metadata": {}, "field_violations": []},
}


class UnreadableOutcomeError(ValueError):
    """What the program says does not fit the contract, or the protocol of programs."""


def answer_of(
    step: Mapping[str, JSON],
    outcome: Mapping[str, JSON],
    method: MethodDescriptor | None,
    contract: Contract,
) -> Answer:
    """Return an outcome as an answer; messages are in the form of the contract's own JSON.

    Raises:
        UnreadableOutcomeError: it can't be read.
    """
    answer = Answer(
        elapsed_ms=float(outcome.get("elapsed_ms") or 0), info=dict(outcome.get("info") or {})
    )
    if outcome.get("error"):
        given = {key: value for key, value in outcome["error"].items() if value is not None}
        answer.error = {**_NO_ERROR, **given}
    try:
        answer.reply = _reply(step, outcome, method, contract)
    except (json_format.ParseError, DecodeError, KeyError, TypeError, ValueError) as error:
        raise UnreadableOutcomeError(f"the program's reply does not fit: {error!r}") from error
    return answer


def _reply(
    step: Mapping[str, JSON],
    outcome: Mapping[str, JSON],
    method: MethodDescriptor | None,
    contract: Contract,
) -> JSON:
    reply, do = outcome.get("reply"), step["do"]
    raws = [base64.b64decode(each) for each in outcome.get("reply_bytes") or ()]
    if method is None or do not in ("call", "paginate_all", "stream", "cancel_after"):
        return reply
    if do in ("call", "cancel_after"):
        if int(step.get("times", 0)) > 1 or (reply is None and not raws):
            return reply
        return _message(method.output_type, raws[0] if raws else reply, contract)
    name = "items" if do == "paginate_all" else "replies"
    kind = method.output_type if do == "stream" else _item_type(method, contract)
    given = raws or (reply or {}).get(name, [])
    return {name: [_message(kind, each, contract) for each in given]}


def _item_type(method: MethodDescriptor, contract: Contract) -> Descriptor:
    field = policy_of(method, contract)["paging"]["items_field"]
    return require_message(method.output_type.fields_by_name[field])


def _message(kind: Descriptor, given: bytes | JSON, contract: Contract) -> JSON:
    if isinstance(given, bytes):
        return shown(contract, contract.decode(kind, given))
    # Not strict: an SDK without descriptors hands on what the server sent, unknown fields too.
    return shown(contract, contract.parse(kind, given, ignore_unknown=True))
