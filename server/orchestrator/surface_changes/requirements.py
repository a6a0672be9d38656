"""What must hold before something is written."""

from __future__ import annotations

from dataclasses import replace

from server.core.errors import EtagMismatchError, FieldViolation, InvalidRequestError
from server.core.surface import Rule


def rule_resource(surface: str, name: str) -> str:
    """Return how a rule is named in errors and in the log."""
    return f"{surface}/rules/{name}"


def require_etag(resource: str, wanted: str, etag: str) -> None:
    """Raise EtagMismatchError unless the etag is the wanted one, or none is wanted."""
    if wanted and wanted != etag:
        raise EtagMismatchError(resource)


def require_none(found: list[FieldViolation]) -> None:
    """Raise InvalidRequestError with all that was found wrong, if anything was."""
    if found:
        message = "; ".join(f"{each.field}: {each.description}" for each in found)
        raise InvalidRequestError(message, found)


def of_rule(rule: Rule, found: list[FieldViolation]) -> list[FieldViolation]:
    """Return what is about the rule, by the rule's own keys."""
    prefix = f"rules.{rule.name}."
    return [
        replace(each, field=each.field.removeprefix(prefix))
        for each in found
        if each.field.startswith(prefix)
    ]
