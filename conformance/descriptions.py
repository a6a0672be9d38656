"""Describes parts of the contract as the target's descriptors have them."""

from __future__ import annotations

from conformance.annotations import http_rule_of, policy_of
from conformance.case import JSON
from conformance.contract import Contract, UnknownMethodError


def describe(contract: Contract, name: str) -> dict[str, JSON]:
    """Return what a method, an enum or `services` is.

    Raises:
        UnknownMethodError: the contract has nothing of that name.
    """
    if name == "services":
        return {"services": {each: _service(contract, each) for each in contract.services}}
    if name.startswith("enum "):
        return _enum(contract, name.removeprefix("enum "))
    method = contract.method(name)
    return {
        "name": method.full_name,
        "request": method.input_type.full_name,
        "response": method.output_type.full_name,
        "client_streaming": method.client_streaming,
        "server_streaming": method.server_streaming,
        "http": http_rule_of(method, contract),
        "policy": policy_of(method, contract),
        "fields": {each.name: each.number for each in method.input_type.fields},
    }


def _service(contract: Contract, name: str) -> list[dict[str, JSON]]:
    service = contract.pool.FindServiceByName(name)
    return [describe(contract, f"{name}/{method.name}") for method in service.methods]


def _enum(contract: Contract, name: str) -> dict[str, JSON]:
    for full_name in (name, f"shortlist.v1.{name}", f"shortlist.admin.v1.{name}"):
        try:
            found = contract.pool.FindEnumTypeByName(full_name)
        except KeyError:
            continue
        return {"values": {value.name: value.number for value in found.values}}
    raise UnknownMethodError(f"the contract has no enum {name}")
