"""Keeps profiles and honours the rights of users over their data.

Every method may return the CREDENTIALS reasons, SCOPE_INSUFFICIENT, QUOTA_EXHAUSTED,
SUBJECT_MISMATCH, OVERLOADED, DEADLINE_TOO_SHORT and INTERNAL; writes also STORAGE_FULL.
"""

from __future__ import annotations

from typing_extensions import TypedDict, Unpack

from shortlist_sdk import v1
from shortlist_sdk._messages.google import longrunning, protobuf
from shortlist_sdk.call_options import CallOptions
from shortlist_sdk.caller import Caller
from shortlist_sdk.codes import Code
from shortlist_sdk.method import Method
from shortlist_sdk.operations import OperationHandle
from shortlist_sdk.requests import request_of


class GetUserRequestFields(TypedDict, total=False):
    """The fields of GetUserRequest."""

    name: str


class UpdateUserRequestFields(TypedDict, total=False):
    """The fields of UpdateUserRequest."""

    user: v1.User | None
    update_mask: protobuf.FieldMask | None
    allow_missing: bool
    validate_only: bool


class MergeUsersRequestFields(TypedDict, total=False):
    """The fields of MergeUsersRequest."""

    user: str
    visitor_id: str


class EraseUserRequestFields(TypedDict, total=False):
    """The fields of EraseUserRequest."""

    name: str


class ExportUserRequestFields(TypedDict, total=False):
    """The fields of ExportUserRequest."""

    name: str


GET_USER = Method(
    "/shortlist.v1.UserService/GetUser",
    v1.GetUserRequest,
    v1.User,
    is_idempotent=True,
    retryable_codes=frozenset({Code.UNAVAILABLE}),
    deadline_s=5.0,
)
UPDATE_USER = Method(
    "/shortlist.v1.UserService/UpdateUser",
    v1.UpdateUserRequest,
    v1.User,
    is_idempotent=True,
    retryable_codes=frozenset({Code.UNAVAILABLE}),
    deadline_s=5.0,
)
MERGE_USERS = Method(
    "/shortlist.v1.UserService/MergeUsers",
    v1.MergeUsersRequest,
    v1.MergeUsersResponse,
    is_idempotent=True,
    retryable_codes=frozenset({Code.UNAVAILABLE}),
    deadline_s=10.0,
)
ERASE_USER = Method(
    "/shortlist.v1.UserService/EraseUser",
    v1.EraseUserRequest,
    longrunning.Operation,
    is_idempotent=True,
    retryable_codes=frozenset({Code.UNAVAILABLE}),
    deadline_s=30.0,
)
EXPORT_USER = Method(
    "/shortlist.v1.UserService/ExportUser",
    v1.ExportUserRequest,
    longrunning.Operation,
    deadline_s=30.0,
)


class UserService:
    """Keeps profiles and honours the rights of users over their data.

    Every method may return the CREDENTIALS reasons, SCOPE_INSUFFICIENT, QUOTA_EXHAUSTED,
    SUBJECT_MISMATCH, OVERLOADED, DEADLINE_TOO_SHORT and INTERNAL; writes also STORAGE_FULL.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def get_user(
        self,
        request: v1.GetUserRequest | None = None,
        /,
        *,
        call_options: CallOptions | None = None,
        **fields: Unpack[GetUserRequestFields],
    ) -> v1.User:
        """Returns a profile. Errors: INVALID_REQUEST, USER_NOT_FOUND."""
        message = request_of(v1.GetUserRequest, request, fields)
        return await self._caller.unary(GET_USER, message, call_options)

    async def update_user(
        self,
        request: v1.UpdateUserRequest | None = None,
        /,
        *,
        call_options: CallOptions | None = None,
        **fields: Unpack[UpdateUserRequestFields],
    ) -> v1.User:
        """Changes a profile. Errors: INVALID_REQUEST, UNKNOWN_ATTRIBUTE, USER_NOT_FOUND."""
        message = request_of(v1.UpdateUserRequest, request, fields)
        return await self._caller.unary(UPDATE_USER, message, call_options)

    async def merge_users(
        self,
        request: v1.MergeUsersRequest | None = None,
        /,
        *,
        call_options: CallOptions | None = None,
        **fields: Unpack[MergeUsersRequestFields],
    ) -> v1.MergeUsersResponse:
        """Adds a visitor's events to a user, once: from then on the visitor's history counts
        as the user's, and later events of the visitor go to the user. Errors:
        INVALID_REQUEST.
        """
        message = request_of(v1.MergeUsersRequest, request, fields)
        return await self._caller.unary(MERGE_USERS, message, call_options)

    async def erase_user(
        self,
        request: v1.EraseUserRequest | None = None,
        /,
        *,
        call_options: CallOptions | None = None,
        **fields: Unpack[EraseUserRequestFields],
    ) -> OperationHandle[v1.ErasureReceipt, v1.UserOperationMetadata]:
        """Erases everything about a user from every store. Errors: INVALID_REQUEST. The
        operation's response is ErasureReceipt, its metadata UserOperationMetadata.
        """
        message = request_of(v1.EraseUserRequest, request, fields)
        operation = await self._caller.unary(ERASE_USER, message, call_options)
        return OperationHandle(self._caller, operation, v1.ErasureReceipt, v1.UserOperationMetadata)

    async def export_user(
        self,
        request: v1.ExportUserRequest | None = None,
        /,
        *,
        call_options: CallOptions | None = None,
        **fields: Unpack[ExportUserRequestFields],
    ) -> OperationHandle[v1.UserExport, v1.UserOperationMetadata]:
        """Writes everything held about a user into files in the deployment's export folder.
        Errors: INVALID_REQUEST. The operation's response is UserExport, its metadata
        UserOperationMetadata.
        """
        message = request_of(v1.ExportUserRequest, request, fields)
        operation = await self._caller.unary(EXPORT_USER, message, call_options)
        return OperationHandle(self._caller, operation, v1.UserExport, v1.UserOperationMetadata)
