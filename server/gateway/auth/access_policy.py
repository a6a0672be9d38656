"""What the contract says of who may call a method, read from its options."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from google.protobuf.descriptor import MethodDescriptor

from server.gateway.auth.scope import Scope
from server.gateway.auth.subject_rule import (
    ANY_SUBJECT,
    SubjectRule,
    UnusablePolicyError,
    subject_rule,
)
from server.gen.shortlist.options.v1 import options_pb2

# Which quota a call counts against.
Group: TypeAlias = Literal["serving", "storage"]

_OPERATION: Final = "google.longrunning.Operation"
_OUR_PACKAGES: Final = "shortlist."
# What replies nothing is called for its effect.
_NOTHING: Final = "google.protobuf.Empty"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessPolicy:
    """Who may call one method.

    Attributes:
        scope: the least that is needed.
        subjects: whom client scope may name.
        is_audited: each call leaves a line in the audit log.
    """

    path: str
    scope: Scope
    group: Group
    subjects: SubjectRule = ANY_SUBJECT
    is_audited: bool = False


def access_policy(
    method: MethodDescriptor, group: Group, foreign_scope: Scope | None = None
) -> AccessPolicy:
    """Return the policy of a method.

    Admin methods are audited, and those that begin an operation: imports, erasures, exports. So are
    methods that are not ours and reply nothing: those that cancel or delete an operation.

    Args:
        foreign_scope: of a method that is not ours and so has no options.

    Raises:
        UnusablePolicyError: a method of ours has no scope, or its options cannot be enforced.
    """
    path = f"/{method.containing_service.full_name}/{method.name}"
    if not method.full_name.startswith(_OUR_PACKAGES) and foreign_scope is not None:
        is_audited = method.output_type.full_name == _NOTHING
        return AccessPolicy(path=path, scope=foreign_scope, group=group, is_audited=is_audited)
    options = method.GetOptions().Extensions[options_pb2.method]
    if options.scope == options_pb2.SCOPE_UNSPECIFIED:
        raise UnusablePolicyError(
            f"{method.full_name} has no scope: set shortlist.options.v1.method"
        )
    queue = options.event_queue
    entries = queue.events_field if queue.results_field else ""
    scope = Scope(options.scope)
    return AccessPolicy(
        path=path,
        scope=scope,
        group=group,
        subjects=subject_rule(method.input_type, options.subject_fields, entries, queue.max_events),
        is_audited=scope is Scope.ADMIN or method.output_type.full_name == _OPERATION,
    )
