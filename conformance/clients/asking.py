"""Turns a case into the request that a program gets."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence

from google.protobuf import json_format
from google.protobuf.descriptor import Descriptor, FieldDescriptor, MethodDescriptor
from google.protobuf.message import Message

from conformance.annotations import policy_of
from conformance.case import JSON
from conformance.contract import Contract
from conformance.values import Scope, compute, seconds

EVENTS_METHOD = "BatchWriteEvents"
# Actions that send what lies in `request` as events.
EVENT_ACTIONS = ("enqueue_events", "send_events_then_flush")
# What a step takes where it says nothing: longer than any method's own deadline that cases rely on.
STEP_S = 15.0


def program_step(step: Mapping[str, JSON], contract: Contract, scope: Scope) -> dict[str, JSON]:
    """Return a step of a case as a ProgramStep in JSON."""
    request = compute(step.get("request"), scope)
    if "encode" in step:
        return _encode_step(
            contract.message_type(compute(step["encode"], scope)), request, contract
        )
    found: dict[str, JSON] = {"do": step["sdk"]}
    method = method_of(step, contract, scope)
    if method:
        found["method"] = f"{method.containing_service.full_name}/{method.name}"
    if request is not None:
        found["request"] = request
    kind = _kind(step, method, contract)
    if kind and request is not None:
        messages = request if isinstance(request, list) else [request]
        parsed = [contract.parse(kind, each) for each in messages]
        found["request_bytes"] = [_base64(each) for each in parsed]
    for name, span in (("timeout_ms", "timeout"), ("after_ms", "after")):
        if span in step:
            found[name] = round(seconds(step[span]) * 1000)
    for name in ("times", "max_items", "idempotency_key", "metadata"):
        if name in step:
            found[name] = compute(step[name], scope)
    return found


def method_of(
    step: Mapping[str, JSON], contract: Contract, scope: Scope
) -> MethodDescriptor | None:
    """Return the method that a step is about, if it is about one."""
    name = step.get("method") or (EVENTS_METHOD if step.get("sdk") in EVENT_ACTIONS else "")
    return contract.method(str(compute(name, scope))) if name else None


def _kind(
    step: Mapping[str, JSON], method: MethodDescriptor | None, contract: Contract
) -> Descriptor | None:
    if method is None:
        return None
    if step["sdk"] not in EVENT_ACTIONS:
        return method.input_type
    field = policy_of(method, contract)["event_queue"]["events_field"]
    return require_message(method.input_type.fields_by_name[field])


def require_message(field: FieldDescriptor) -> Descriptor:
    """Return the type of a field that holds messages."""
    assert field.message_type is not None, f"{field.full_name} holds no messages"
    return field.message_type


def _encode_step(kind: Descriptor, request: JSON, contract: Contract) -> dict[str, JSON]:
    found: dict[str, JSON] = {"do": "encode", "method": kind.full_name}
    if isinstance(request, str) and request.startswith("hex:"):
        raw = bytes.fromhex(request.removeprefix("hex:"))
        return {**found, "request_bytes": [base64.b64encode(raw).decode()]}
    found["request"] = {"json": request}
    try:
        found["request_bytes"] = [_base64(contract.parse(kind, request))]
    except json_format.ParseError:
        # What must be refused has no binary form.
        return found
    return found


def _base64(message: Message) -> str:
    return base64.b64encode(message.SerializeToString(deterministic=True)).decode()


def patience_s(steps: Sequence[Mapping[str, JSON]]) -> float:
    """Return for how long the answer to some steps is waited for, on a busy machine."""
    told_ms = sum(int(e.get("timeout_ms", 0)) + int(e.get("after_ms", 0)) for e in steps)
    return STEP_S + told_ms / 1000 + 2.0 * len(steps)
