"""shortlist.v1.UserService."""

from __future__ import annotations

from functools import partial

from server.core.errors import UserNotFoundError
from server.gateway.call import Call
from server.gateway.operation_kinds import ERASE_USER, EXPORT_USER
from server.gateway.operations import Operations
from server.gateway.ports import VisitorMerger
from server.gateway.translation.attributes import DeclaredAttributes
from server.gateway.translation.users import (
    profile_to_core,
    updated_profile,
    user_id_of,
    user_message,
    user_paths,
)
from server.gen.google.longrunning import operations_pb2
from server.gen.shortlist.v1 import user_pb2, user_service_pb2
from server.profiles.ports import ProfileStore


class UserServicer:
    """Keeps profiles and honours the rights of users over their data."""

    def __init__(
        self,
        profiles: ProfileStore,
        merger: VisitorMerger,
        operations: Operations,
        declared: DeclaredAttributes,
    ) -> None:
        self._profiles = profiles
        self._merger = merger
        self._operations = operations
        self._declared = declared

    async def get_user(self, request: user_service_pb2.GetUserRequest, call: Call) -> user_pb2.User:
        """Return a profile."""
        user_id = user_id_of(request.name)
        profile = await self._profiles.get(user_id)
        if profile is None:
            raise UserNotFoundError(user_id)
        return user_message(profile, self._declared.of_users())

    async def update_user(
        self, request: user_service_pb2.UpdateUserRequest, call: Call
    ) -> user_pb2.User:
        """Change a profile."""
        declared = self._declared.of_users()
        paths = user_paths(request.user, request.update_mask, declared)
        written = profile_to_core(request.user, declared, "user.")
        updated = await self._profiles.update(
            written.user_id,
            partial(
                updated_profile, written=written, paths=paths, allow_missing=request.allow_missing
            ),
            validate_only=request.validate_only,
        )
        return user_message(updated, declared)

    async def merge_users(
        self, request: user_service_pb2.MergeUsersRequest, call: Call
    ) -> user_service_pb2.MergeUsersResponse:
        """Add a visitor to a user."""
        count = await self._merger.merge(request.visitor_id, user_id_of(request.user))
        return user_service_pb2.MergeUsersResponse(merged_event_count=count)

    async def erase_user(
        self, request: user_service_pb2.EraseUserRequest, call: Call
    ) -> operations_pb2.Operation:
        """Begin an erasure."""
        return await self._operations.start(ERASE_USER, request)

    async def export_user(
        self, request: user_service_pb2.ExportUserRequest, call: Call
    ) -> operations_pb2.Operation:
        """Begin an export."""
        return await self._operations.start(EXPORT_USER, request)
