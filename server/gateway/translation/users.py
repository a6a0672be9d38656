"""User profiles, both ways, and what an update changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from google.protobuf.field_mask_pb2 import FieldMask

from server.catalog.item import Attribute
from server.core.errors import UserNotFoundError
from server.gateway.translation.attributes import attributes_to_core, write_attributes
from server.gateway.translation.field_masks import ATTRIBUTES, Paths, parse_mask
from server.gateway.translation.items import updated_attributes
from server.gen.shortlist.v1 import user_pb2
from server.profiles.ports import Profile

PREFIX = "users/"
FIELDS = frozenset(user_pb2.User.DESCRIPTOR.fields_by_name)


def user_id_of(name: str) -> str:
    """Return the id in a resource name."""
    return name.removeprefix(PREFIX)


def profile_to_core(
    message: user_pb2.User, declared: Mapping[str, Attribute], path: str
) -> Profile:
    """Return a checked profile; the fields that the server sets are left out.

    Raises:
        UnknownAttributeError, InvalidRequestError.
    """
    attributes = attributes_to_core(message.attributes, declared, f"{path}attributes")
    return Profile(user_id=user_id_of(message.name), attributes=attributes)


def user_message(profile: Profile, declared: Mapping[str, Attribute]) -> user_pb2.User:
    """Return a profile's resource."""
    message = user_pb2.User(name=PREFIX + profile.user_id)
    write_attributes(profile.attributes, declared, message)
    if profile.create_ms is not None:
        message.create_time.FromMilliseconds(profile.create_ms)
    if profile.update_ms is not None:
        message.update_time.FromMilliseconds(profile.update_ms)
    return message


def user_paths(message: user_pb2.User, mask: FieldMask, declared: Mapping[str, Attribute]) -> Paths:
    """Return what an update changes: what the mask names, without one each attribute that is set.

    Raises:
        InvalidRequestError, UnknownAttributeError.
    """
    if not mask.paths:
        return Paths(attributes=frozenset(message.attributes))
    return parse_mask(mask, "update_mask", fields=FIELDS, attributes=declared)


def updated_profile(
    current: Profile | None, written: Profile, paths: Paths, *, allow_missing: bool
) -> Profile:
    """Return the profile after an update.

    Raises:
        UserNotFoundError: there is no profile, and `allow_missing` is not set.
    """
    if current is None:
        if not allow_missing:
            raise UserNotFoundError(written.user_id)
        return written
    if not (paths.has(ATTRIBUTES) or paths.attributes):
        return current
    attributes = updated_attributes(current.attributes, written.attributes, paths)
    return replace(current, attributes=attributes)
