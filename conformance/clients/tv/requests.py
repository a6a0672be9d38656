"""Puts messages of requests into the form that apps write: JSON with names in camel case."""

from __future__ import annotations

import json

from google.protobuf import json_format
from google.protobuf.descriptor import Descriptor

from conformance.annotations import policy_of
from conformance.case import JSON
from conformance.clients.asking import EVENT_ACTIONS
from conformance.contract import Contract, UnknownMethodError, shipped_contract


class Requests:
    """Translates requests, by the contract."""

    def __init__(self) -> None:
        self._contract: Contract = shipped_contract()

    def translated(self, line: bytes) -> str:
        """Return a line with the messages of its steps as the SDK takes them."""
        request = json.loads(line)
        for step in request.get("steps", ()):
            if step["do"] == "encode":
                step["readers"] = self._readers(step["method"])
            elif step.get("method") and "request" in step:
                step["request"] = self._message(step)
        return json.dumps(request)

    def _message(self, step: dict[str, JSON]) -> JSON:
        try:
            kind = self._kind(step)
        except UnknownMethodError:
            return step["request"]  # the page answers that the SDK lacks it
        given = step["request"]
        if isinstance(given, list):
            return [self._camel(kind, each) for each in given]
        return self._camel(kind, given)

    def _kind(self, step: dict[str, JSON]) -> Descriptor:
        method = self._contract.method(step["method"])
        if step["do"] not in EVENT_ACTIONS:
            return method.input_type
        field = policy_of(method, self._contract)["event_queue"]["events_field"]
        kind = method.input_type.fields_by_name[field].message_type
        assert kind  # events are messages
        return kind

    def _camel(self, kind: Descriptor, given: JSON) -> JSON:
        message = self._contract.parse(kind, given)
        return json_format.MessageToDict(message, descriptor_pool=self._contract.pool)

    def _readers(self, name: str) -> dict[str, dict[str, str]]:
        """Return the methods that reply with such a message, each with a request for it."""
        kind = self._contract.message_type(name)
        services = [self._contract.pool.FindServiceByName(each) for each in self._contract.services]
        return {
            f"{service.full_name}/{method.name}": _filled(method.input_type)
            for service in services
            for method in service.methods
            if method.output_type.full_name == kind.full_name
        }


def _filled(kind: Descriptor) -> dict[str, str]:
    """Return a request that has whatever its path needs."""
    texts = [each for each in kind.fields if each.type == each.TYPE_STRING and not each.is_repeated]
    return {each.json_name: "x" for each in texts}
