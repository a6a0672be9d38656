"""Keeps the surfaces. A write is durable when it is answered, and counts for every request
that begins after that; feeds go on.

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


class GetServingConfigRequestFields(TypedDict, total=False):
    """The fields of GetServingConfigRequest."""

    name: str


class ListServingConfigsRequestFields(TypedDict, total=False):
    """The fields of ListServingConfigsRequest."""

    page_size: int
    page_token: str


class CreateServingConfigRequestFields(TypedDict, total=False):
    """The fields of CreateServingConfigRequest."""

    serving_config: admin_v1.ServingConfig | None
    serving_config_id: str
    validate_only: bool


class UpdateServingConfigRequestFields(TypedDict, total=False):
    """The fields of UpdateServingConfigRequest."""

    serving_config: admin_v1.ServingConfig | None
    update_mask: protobuf.FieldMask | None
    allow_missing: bool
    validate_only: bool


class DeleteServingConfigRequestFields(TypedDict, total=False):
    """The fields of DeleteServingConfigRequest."""

    name: str
    etag: str
    allow_missing: bool
    validate_only: bool


GET_SERVING_CONFIG = Method(
    "/shortlist.admin.v1.ServingConfigService/GetServingConfig",
    admin_v1.GetServingConfigRequest,
    admin_v1.ServingConfig,
    is_idempotent=True,
    retryable_codes=frozenset({Code.UNAVAILABLE}),
    deadline_s=5.0,
)
LIST_SERVING_CONFIGS = Method(
    "/shortlist.admin.v1.ServingConfigService/ListServingConfigs",
    admin_v1.ListServingConfigsRequest,
    admin_v1.ListServingConfigsResponse,
    is_idempotent=True,
    retryable_codes=frozenset({Code.UNAVAILABLE}),
    deadline_s=10.0,
    paging=PagingFields(
        page_size="page_size",
        page_token="page_token",
        items="serving_configs",
        next_page_token="next_page_token",
    ),
)
CREATE_SERVING_CONFIG = Method(
    "/shortlist.admin.v1.ServingConfigService/CreateServingConfig",
    admin_v1.CreateServingConfigRequest,
    admin_v1.ServingConfig,
    deadline_s=10.0,
)
UPDATE_SERVING_CONFIG = Method(
    "/shortlist.admin.v1.ServingConfigService/UpdateServingConfig",
    admin_v1.UpdateServingConfigRequest,
    admin_v1.ServingConfig,
    is_idempotent=True,
    retryable_codes=frozenset({Code.UNAVAILABLE}),
    deadline_s=10.0,
)
DELETE_SERVING_CONFIG = Method(
    "/shortlist.admin.v1.ServingConfigService/DeleteServingConfig",
    admin_v1.DeleteServingConfigRequest,
    protobuf.Empty,
    deadline_s=10.0,
)


class ServingConfigService:
    """Keeps the surfaces. A write is durable when it is answered, and counts for every request
    that begins after that; feeds go on.

    Every method may return the CREDENTIALS reasons, SCOPE_INSUFFICIENT, QUOTA_EXHAUSTED,
    OVERLOADED, DEADLINE_TOO_SHORT and INTERNAL; writes also STORAGE_FULL.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def get_serving_config(
        self,
        request: admin_v1.GetServingConfigRequest | None = None,
        /,
        *,
        call_options: CallOptions | None = None,
        **fields: Unpack[GetServingConfigRequestFields],
    ) -> admin_v1.ServingConfig:
        """Returns one surface. Errors: INVALID_REQUEST, UNKNOWN_SERVING_CONFIG."""
        message = request_of(admin_v1.GetServingConfigRequest, request, fields)
        return await self._caller.unary(GET_SERVING_CONFIG, message, call_options)

    async def list_serving_configs(
        self,
        request: admin_v1.ListServingConfigsRequest | None = None,
        /,
        *,
        call_options: CallOptions | None = None,
        **fields: Unpack[ListServingConfigsRequestFields],
    ) -> admin_v1.ListServingConfigsResponse:
        """Lists the surfaces by name. Errors: INVALID_REQUEST, INVALID_PAGE_TOKEN."""
        message = request_of(admin_v1.ListServingConfigsRequest, request, fields)
        return await self._caller.unary(LIST_SERVING_CONFIGS, message, call_options)

    def list_serving_configs_pager(
        self,
        request: admin_v1.ListServingConfigsRequest | None = None,
        /,
        *,
        call_options: CallOptions | None = None,
        **fields: Unpack[ListServingConfigsRequestFields],
    ) -> Pager[
        admin_v1.ListServingConfigsRequest,
        admin_v1.ListServingConfigsResponse,
        admin_v1.ServingConfig,
    ]:
        """Go through all serving configs, fetching pages as they are reached.

        See `list_serving_configs`. `max_items` of the call's options ends it early.
        """
        message = request_of(admin_v1.ListServingConfigsRequest, request, fields)
        return Pager(self._caller, LIST_SERVING_CONFIGS, message, call_options)

    async def create_serving_config(
        self,
        request: admin_v1.CreateServingConfigRequest | None = None,
        /,
        *,
        call_options: CallOptions | None = None,
        **fields: Unpack[CreateServingConfigRequestFields],
    ) -> admin_v1.ServingConfig:
        """Creates a surface, without rules. Errors: INVALID_REQUEST,
        SERVING_CONFIG_ALREADY_EXISTS.
        """
        message = request_of(admin_v1.CreateServingConfigRequest, request, fields)
        return await self._caller.unary(CREATE_SERVING_CONFIG, message, call_options)

    async def update_serving_config(
        self,
        request: admin_v1.UpdateServingConfigRequest | None = None,
        /,
        *,
        call_options: CallOptions | None = None,
        **fields: Unpack[UpdateServingConfigRequestFields],
    ) -> admin_v1.ServingConfig:
        """Changes a surface, also one of the server's own. Errors: INVALID_REQUEST,
        UNKNOWN_SERVING_CONFIG, ETAG_MISMATCH.
        """
        message = request_of(admin_v1.UpdateServingConfigRequest, request, fields)
        return await self._caller.unary(UPDATE_SERVING_CONFIG, message, call_options)

    async def delete_serving_config(
        self,
        request: admin_v1.DeleteServingConfigRequest | None = None,
        /,
        *,
        call_options: CallOptions | None = None,
        **fields: Unpack[DeleteServingConfigRequestFields],
    ) -> None:
        """Deletes what was written of a surface and its rules: a created one is gone, one of
        the server's own is again what the settings file says, with the rules that it has
        there. Errors: INVALID_REQUEST, UNKNOWN_SERVING_CONFIG, ETAG_MISMATCH.
        """
        message = request_of(admin_v1.DeleteServingConfigRequest, request, fields)
        await self._caller.unary(DELETE_SERVING_CONFIG, message, call_options)
