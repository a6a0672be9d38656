"""shortlist.admin.v1.RuleService."""

from __future__ import annotations

import hashlib

from google.protobuf.empty_pb2 import Empty

from server.core.clock import Clock
from server.core.errors import InvalidPageTokenError, InvalidRequestError, RuleNotFoundError
from server.core.surface import Rule
from server.gateway.call import Call
from server.gateway.constraints import Constraints
from server.gateway.tokens import DIGEST_BYTES, Tokens
from server.gateway.translation.message_masks import masked
from server.gateway.translation.rules import (
    FIXED,
    path_of,
    rule_message,
    rule_names,
    rule_resource,
    rule_to_core,
    rule_to_message,
)
from server.gateway.translation.serving_configs import surface_name
from server.gateway.translation.violations import by_path
from server.gen.shortlist.admin.v1 import rule_pb2
from server.gen.shortlist.admin.v1 import rule_service_pb2 as service
from server.orchestrator.surface_changes.configured import ConfiguredRule
from server.orchestrator.surface_changes.editor import SurfaceEditor

DEFAULT_PAGE_SIZE = 100


class RuleServicer:
    """Keeps the rules of the surfaces."""

    def __init__(
        self, editor: SurfaceEditor, tokens: Tokens, constraints: Constraints, clock: Clock
    ) -> None:
        self._editor = editor
        self._tokens = tokens
        self._constraints = constraints
        self._clock = clock

    async def get_rule(self, request: service.GetRuleRequest, call: Call) -> rule_pb2.Rule:
        """Return one rule."""
        return self._message(self._editor.rule(*rule_names(request.name)))

    async def list_rules(
        self, request: service.ListRulesRequest, call: Call
    ) -> service.ListRulesResponse:
        """Return a page of rules in the order in which they apply."""
        digest = hashlib.sha256(request.parent.encode()).digest()[:DIGEST_BYTES]
        after = self._after(request.page_token, digest)
        limit = request.page_size or DEFAULT_PAGE_SIZE
        rules = self._editor.surface(surface_name(request.parent)).rules
        found = [each for each in rules if each.order > after]
        response = service.ListRulesResponse(rules=map(self._message, found[:limit]))
        if len(found) > limit:
            response.next_page_token = self._tokens.list_page(str(found[limit - 1].order), digest)
        return response

    async def create_rule(self, request: service.CreateRuleRequest, call: Call) -> rule_pb2.Rule:
        """Create a rule."""
        surface = surface_name(request.parent)
        message = rule_pb2.Rule()
        message.CopyFrom(request.rule)
        if request.rule_id:
            name = rule_resource(surface, request.rule_id)
            if message.name not in ("", name):
                raise InvalidRequestError.of("rule_id", "differs from the id in rule.name")
            message.name = name
        rule = self._checked(message)
        if rule_names(message.name)[0] != surface:
            raise InvalidRequestError.of("rule.name", "is not beneath parent")
        with by_path(path_of):
            created = await self._editor.create_rule(
                surface, rule, validate_only=request.validate_only
            )
        return self._message(created)

    async def update_rule(self, request: service.UpdateRuleRequest, call: Call) -> rule_pb2.Rule:
        """Change a rule."""
        written = request.rule
        # Only what is left after the change must be whole.
        name = service.GetRuleRequest(name=written.name)
        self._constraints.require(name, "rule.")
        surface, rule_id = rule_names(written.name)

        def changed(current: Rule | None) -> Rule:
            if current is not None:
                before = rule_to_message(surface, current)
                return self._checked(masked(before, written, request.update_mask, fixed=FIXED))
            if not request.allow_missing:
                raise RuleNotFoundError(written.name)
            return self._checked(written)

        with by_path(_request_path):
            updated = await self._editor.update_rule(
                surface, rule_id, changed, etag=written.etag, validate_only=request.validate_only
            )
        return self._message(updated)

    async def delete_rule(self, request: service.DeleteRuleRequest, call: Call) -> Empty:
        """Delete a rule."""
        try:
            await self._editor.delete_rule(
                *rule_names(request.name), etag=request.etag, validate_only=request.validate_only
            )
        except RuleNotFoundError:
            if not request.allow_missing:
                raise
        return Empty()

    def _checked(self, message: rule_pb2.Rule) -> Rule:
        self._constraints.require(message, "rule.")
        return rule_to_core(message)

    def _message(self, rule: ConfiguredRule) -> rule_pb2.Rule:
        return rule_message(rule, self._clock.now_ms())

    def _after(self, token: str, digest: bytes) -> int:
        if not token:
            return -1
        after = self._tokens.read_list_page(token, digest)
        if not after.isdecimal():
            raise InvalidPageTokenError.of("page_token", "is of another listing")
        return int(after)


def _request_path(key: str) -> str:
    # What the change itself finds wrong is said in the request's words already.
    return key if key == "update_mask" or key.startswith("rule.") else path_of(key)
