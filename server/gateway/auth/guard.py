"""The checks that every call passes before it is answered, in their order.

1. who calls: API key or token;
2. how often: the caller's quota;
3. whether it may: the scope that the contract asks for;
4. for whom: client scope for its own subject only, once the request is read.
"""

from __future__ import annotations

import asyncio

from google.protobuf.message import Message

from server.core.errors import (
    ForbiddenError,
    ScopeInsufficientError,
    ServerError,
    SubjectMismatchError,
)
from server.gateway.auth.access_policy import AccessPolicy
from server.gateway.auth.audit import Audit, AuditEntry
from server.gateway.auth.caller import Caller
from server.gateway.auth.ports import Callers
from server.gateway.auth.rate_limits import RateLimits
from server.gateway.auth.scope import Scope
from server.gateway.call import Call
from server.observability.metrics import Metrics


class Guard:
    """Lets calls in, or says why not; what it refuses is counted by reason."""

    def __init__(
        self, callers: Callers, limits: RateLimits, audit: Audit, metrics: Metrics
    ) -> None:
        self._callers = callers
        self._limits = limits
        self._audit = audit
        self._metrics = metrics
        self._is_open = callers.lets_anyone_in

    async def admit(self, policy: AccessPolicy, call: Call) -> None:
        """Let a call in and note who calls.

        Raises:
            CredentialsError, QuotaExhaustedError, ScopeInsufficientError.
            UnavailableError: credentials cannot be checked now.
        """
        try:
            caller = self._callers.recognise(call.credentials)
            if caller is None:
                caller = await self._callers.authenticate(call.credentials)
            call.caller = caller
            if not self._is_open:
                self._limits.take(caller, policy.group)
                _require_scope(policy, caller)
        except ServerError as error:
            self._metrics.refused(error.reason)
            # Only known callers within their quota get this far: nobody else can fill the audit.
            if isinstance(error, ForbiddenError) and policy.is_audited:
                await self._audit_refusal(policy, call, error)
            raise

    def require_own(self, policy: AccessPolicy, request: Message, call: Call) -> None:
        """Check for whom a request is, and note the entries that the caller may not write.

        Raises:
            SubjectMismatchError, BatchTooLargeError.
        """
        if call.caller.scope is not Scope.CLIENT or not policy.subjects:
            return
        try:
            call.refusals = policy.subjects.check(request, call.caller)
        except SubjectMismatchError as error:
            self._metrics.refused(error.reason)
            raise
        for refusal in call.refusals.values():
            self._metrics.refused(refusal.reason)

    async def admit_message(self, policy: AccessPolicy, call: Call) -> None:
        """Let a stream go on: its credentials still hold, and it is not faster than its quota.

        Raises:
            CredentialsError.
        """
        if self._is_open:
            return
        try:
            self._callers.require_current(call.caller)
        except ServerError as error:
            self._metrics.refused(error.reason)
            raise
        delay_s = self._limits.pace_s(call.caller, policy.group)
        if delay_s > 0:
            await asyncio.sleep(delay_s)

    async def _audit_refusal(self, policy: AccessPolicy, call: Call, error: ServerError) -> None:
        await self._audit.record(
            AuditEntry(
                caller=call.caller,
                method=policy.path,
                request_id=call.request_id,
                outcome=error.status,
                reason=error.reason,
            )
        )


def _require_scope(policy: AccessPolicy, caller: Caller) -> None:
    if caller.scope < policy.scope:
        needed = policy.scope.label
        raise ScopeInsufficientError(
            f"needs {needed} scope, and these credentials have {caller.scope.label}", needed
        )
