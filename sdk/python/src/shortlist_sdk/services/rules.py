"""Keeps the rules of the surfaces: pins, caps, boosts and blocks. A write is durable when it
is answered, and counts for every request that begins after that.

Every method may return the CREDENTIALS reasons, SCOPE_INSUFFICIENT, QUOTA_EXHAUSTED,
OVERLOADED, DEADLINE_TOO_SHORT and INTERNAL; writes also STORAGE_FULL.
"""

from __future__ import annotations

from typing_extensions import TypedDict, Unpack

from shortlist_sdk._messages.google import protobuf
from shortlist_sdk.admin import v1 as admin_v1
from shortlist_sdk.call_options import CallOptions
from shortlist_sdk.caller import Caller
from shortlist_sdk.codes import Code
from shortlist_sdk.method import Method, PagingFields
from shortlist_sdk.paging import Pager
from shortlist_sdk.requests import request_of


class GetRuleRequestFields(TypedDict, total=False):
    """The fields of GetRuleRequest."""

    name: str


class ListRulesRequestFields(TypedDict, total=False):
    """The fields of ListRulesRequest."""

    parent: str
    page_size: int
    page_token: str


class CreateRuleRequestFields(TypedDict, total=False):
    """The fields of CreateRuleRequest."""

    parent: str
    rule: admin_v1.Rule | None
    rule_id: str
    validate_only: bool


class UpdateRuleRequestFields(TypedDict, total=False):
    """The fields of UpdateRuleRequest."""

    rule: admin_v1.Rule | None
    update_mask: protobuf.FieldMask | None
    allow_missing: bool
    validate_only: bool


class DeleteRuleRequestFields(TypedDict, total=False):
    """The fields of DeleteRuleRequest."""

    name: str
    etag: str
    allow_missing: bool
    validate_only: bool


GET_RULE = Method(
    "/shortlist.admin.v1.RuleService/GetRule",
    admin_v1.GetRuleRequest,
    admin_v1.Rule,
    is_idempotent=True,
    retryable_codes=frozenset({Code.UNAVAILABLE}),
    deadline_s=5.0,
)
LIST_RULES = Method(
    "/shortlist.admin.v1.RuleService/ListRules",
    admin_v1.ListRulesRequest,
    admin_v1.ListRulesResponse,
    is_idempotent=True,
    retryable_codes=frozenset({Code.UNAVAILABLE}),
    deadline_s=10.0,
    paging=PagingFields(
        page_size="page_size",
        page_token="page_token",
        items="rules",
        next_page_token="next_page_token",
    ),
)
CREATE_RULE = Method(
    "/shortlist.admin.v1.RuleService/CreateRule",
    admin_v1.CreateRuleRequest,
    admin_v1.Rule,
    deadline_s=10.0,
)
UPDATE_RULE = Method(
    "/shortlist.admin.v1.RuleService/UpdateRule",
    admin_v1.UpdateRuleRequest,
    admin_v1.Rule,
    is_idempotent=True,
    retryable_codes=frozenset({Code.UNAVAILABLE}),
    deadline_s=10.0,
)
DELETE_RULE = Method(
    "/shortlist.admin.v1.RuleService/DeleteRule",
    admin_v1.DeleteRuleRequest,
    protobuf.Empty,
    deadline_s=10.0,
)


class RuleService:
    """Keeps the rules of the surfaces: pins, caps, boosts and blocks. A write is durable when
    it is answered, and counts for every request that begins after that.

    Every method may return the CREDENTIALS reasons, SCOPE_INSUFFICIENT, QUOTA_EXHAUSTED,
    OVERLOADED, DEADLINE_TOO_SHORT and INTERNAL; writes also STORAGE_FULL.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def get_rule(
        self,
        request: admin_v1.GetRuleRequest | None = None,
        /,
        *,
        call_options: CallOptions | None = None,
        **fields: Unpack[GetRuleRequestFields],
    ) -> admin_v1.Rule:
        """Returns one rule. Errors: INVALID_REQUEST, UNKNOWN_SERVING_CONFIG, RULE_NOT_FOUND."""
        message = request_of(admin_v1.GetRuleRequest, request, fields)
        return await self._caller.unary(GET_RULE, message, call_options)

    async def list_rules(
        self,
        request: admin_v1.ListRulesRequest | None = None,
        /,
        *,
        call_options: CallOptions | None = None,
        **fields: Unpack[ListRulesRequestFields],
    ) -> admin_v1.ListRulesResponse:
        """Lists the rules of a surface in the order in which they apply: those of the settings
        file, then the others as they were created. Errors: INVALID_REQUEST,
        UNKNOWN_SERVING_CONFIG, INVALID_PAGE_TOKEN.
        """
        message = request_of(admin_v1.ListRulesRequest, request, fields)
        return await self._caller.unary(LIST_RULES, message, call_options)

    def list_rules_pager(
        self,
        request: admin_v1.ListRulesRequest | None = None,
        /,
        *,
        call_options: CallOptions | None = None,
        **fields: Unpack[ListRulesRequestFields],
    ) -> Pager[admin_v1.ListRulesRequest, admin_v1.ListRulesResponse, admin_v1.Rule]:
        """Go through all rules, fetching pages as they are reached.

        See `list_rules`. `max_items` of the call's options ends it early.
        """
        message = request_of(admin_v1.ListRulesRequest, request, fields)
        return Pager(self._caller, LIST_RULES, message, call_options)

    async def create_rule(
        self,
        request: admin_v1.CreateRuleRequest | None = None,
        /,
        *,
        call_options: CallOptions | None = None,
        **fields: Unpack[CreateRuleRequestFields],
    ) -> admin_v1.Rule:
        """Creates a rule. Errors: INVALID_REQUEST (also for a wrong filter or an undeclared
        attribute), UNKNOWN_SERVING_CONFIG, RULE_ALREADY_EXISTS.
        """
        message = request_of(admin_v1.CreateRuleRequest, request, fields)
        return await self._caller.unary(CREATE_RULE, message, call_options)

    async def update_rule(
        self,
        request: admin_v1.UpdateRuleRequest | None = None,
        /,
        *,
        call_options: CallOptions | None = None,
        **fields: Unpack[UpdateRuleRequestFields],
    ) -> admin_v1.Rule:
        """Changes a rule, also one of the settings file. Errors: INVALID_REQUEST (also for a
        wrong filter or an undeclared attribute), UNKNOWN_SERVING_CONFIG, RULE_NOT_FOUND,
        ETAG_MISMATCH.
        """
        message = request_of(admin_v1.UpdateRuleRequest, request, fields)
        return await self._caller.unary(UPDATE_RULE, message, call_options)

    async def delete_rule(
        self,
        request: admin_v1.DeleteRuleRequest | None = None,
        /,
        *,
        call_options: CallOptions | None = None,
        **fields: Unpack[DeleteRuleRequestFields],
    ) -> None:
        """Deletes a rule, also one of the settings file, which comes back when its serving
        config is deleted (reset). Errors: INVALID_REQUEST, UNKNOWN_SERVING_CONFIG,
        RULE_NOT_FOUND, ETAG_MISMATCH.
        """
        message = request_of(admin_v1.DeleteRuleRequest, request, fields)
        await self._caller.unary(DELETE_RULE, message, call_options)
