"""What is wrong with a value, by the paths of the request that brought it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from server.core.errors import FieldViolation, InvalidRequestError


@contextmanager
def by_path(path_of: Callable[[str], str]) -> Iterator[None]:
    """Rename the fields of an InvalidRequestError, of whatever kind, that is raised inside."""
    try:
        yield
    except InvalidRequestError as error:
        if not error.violations:
            raise
        found = [FieldViolation(path_of(each.field), each.description) for each in error.violations]
        message = "; ".join(f"{each.field}: {each.description}" for each in found)
        raise type(error)(message, found) from error
