"""What the contract's options say of a method."""

from __future__ import annotations

from google.protobuf.descriptor import MethodDescriptor

from conformance.case import JSON
from conformance.contract import Contract


def policy_of(method: MethodDescriptor, contract: Contract) -> dict[str, JSON]:
    """Return a method's policy (shortlist.options.v1.MethodPolicy); empty: it has none."""
    found: dict[str, JSON] = contract.options(method).get("[shortlist.options.v1.method]", {})
    return found


def http_rule_of(method: MethodDescriptor, contract: Contract) -> dict[str, JSON]:
    """Return a method's REST form (google.api.HttpRule); empty: it has none."""
    found: dict[str, JSON] = contract.options(method).get("[google.api.http]", {})
    return found
