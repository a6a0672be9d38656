"""Field masks over items and users.

Source: AIP-157 (read masks), AIP-134 and AIP-161 (update masks).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from google.protobuf.field_mask_pb2 import FieldMask

from server.core.errors import InvalidRequestError, UnknownAttributeError

ATTRIBUTES = "attributes"
_PREFIX = ATTRIBUTES + "."


@dataclass(frozen=True, slots=True)
class Paths:
    """What a mask names: whole fields, and single attributes."""

    fields: frozenset[str] = frozenset()
    attributes: frozenset[str] = frozenset()
    is_all: bool = False

    def has(self, field: str) -> bool:
        """Tell whether a whole field is named."""
        return self.is_all or field in self.fields

    def has_attribute(self, name: str) -> bool:
        """Tell whether an attribute is named, itself or with all others."""
        return self.has(ATTRIBUTES) or name in self.attributes


ALL = Paths(is_all=True)


def parse_mask(
    mask: FieldMask, field: str, *, fields: Collection[str], attributes: Collection[str]
) -> Paths:
    """Return what a mask names; `field` is where the mask is in its request.

    Raises:
        InvalidRequestError: a path that is none of `fields`.
        UnknownAttributeError: an attribute that is none of `attributes`.
    """
    whole, single = set(), set()
    for path in mask.paths:
        if path == "*":
            return ALL
        if path in fields:
            whole.add(path)
        elif not path.startswith(_PREFIX):
            raise InvalidRequestError.of(field, f"{path!r} is not a field")
        elif path.removeprefix(_PREFIX) not in attributes:
            raise UnknownAttributeError.of(field, f"{path!r} is not declared in the catalog")
        else:
            single.add(path.removeprefix(_PREFIX))
    return Paths(frozenset(whole), frozenset(single))
