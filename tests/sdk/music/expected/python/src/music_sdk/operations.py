"""Long-running operations: how far they are, and waiting for their end."""

from __future__ import annotations

from datetime import timedelta
from typing import Generic, TypeVar

import betterproto2

from ._messages.google import longrunning
from .call_options import CallOptions
from .caller import Caller
from .codes import Code
from .errors import DeadlineExceededError, MusicError, typed_error
from .method import Method
from .retrying import backoff
from .status import read_status

ResponseT = TypeVar("ResponseT", bound=betterproto2.Message)
MetadataT = TypeVar("MetadataT", bound=betterproto2.Message)

# One wait at the server; long enough to be rare, short enough for proxies.
_WAIT_S = 20.0
_POLL_BASE_S, _POLL_CAP_S = 0.2, 5.0

_GET = Method(
    "/google.longrunning.Operations/GetOperation",
    longrunning.GetOperationRequest,
    longrunning.Operation,
    is_idempotent=True,
    retryable_codes=frozenset({Code.UNAVAILABLE}),
    deadline_s=10.0,
)
_WAIT = Method(
    "/google.longrunning.Operations/WaitOperation",
    longrunning.WaitOperationRequest,
    longrunning.Operation,
    is_idempotent=True,
    retryable_codes=frozenset({Code.UNAVAILABLE}),
)


class OperationHandle(Generic[ResponseT, MetadataT]):
    """An operation at the server, which goes on whether or not anyone waits."""

    def __init__(
        self,
        caller: Caller,
        operation: longrunning.Operation,
        response_type: type[ResponseT],
        metadata_type: type[MetadataT],
    ) -> None:
        self._caller = caller
        self._operation = operation
        self._response_type = response_type
        self._metadata_type = metadata_type
        self._can_wait = True

    @property
    def name(self) -> str:
        """The operation's name, by which another process may wait for it."""
        return self._operation.name

    @property
    def is_done(self) -> bool:
        """Whether it had ended when it was last asked about."""
        return self._operation.done

    @property
    def metadata(self) -> MetadataT | None:
        """How far it was when it was last asked about."""
        found = self._operation.metadata
        return self._metadata_type.parse(found.value) if found else None

    def result(self) -> ResponseT:
        """Return what an ended operation made.

        Raises:
            MusicError: it failed, or has not ended.
        """
        if self._operation.error is not None:
            raise typed_error(read_status(self._operation.error))
        if not self.is_done or self._operation.response is None:
            raise MusicError("the operation has not ended", code=Code.FAILED_PRECONDITION)
        return self._response_type.parse(self._operation.response.value)

    async def refresh(self) -> None:
        """Ask the server how far it is."""
        request = longrunning.GetOperationRequest(name=self.name)
        self._operation = await self._caller.unary(_GET, request)

    async def wait(self, timeout_s: float | None = None) -> ResponseT:
        """Return its result when it has ended; None: wait as long as it takes.

        Raises:
            DeadlineExceededError: the time is up; the operation goes on.
            MusicError: it failed.
        """
        clock = self._caller.clock
        deadline = None if timeout_s is None else clock.monotonic() + timeout_s
        tries = 0
        while not self.is_done:
            left_s = _WAIT_S if deadline is None else deadline - clock.monotonic()
            if left_s <= 0:
                raise DeadlineExceededError(
                    f"{self.name} has not ended yet", code=Code.DEADLINE_EXCEEDED
                )
            before = clock.monotonic()
            await self._look(min(left_s, _WAIT_S))
            # A server that answers at once would be asked without a pause.
            if not self.is_done and clock.monotonic() - before < _POLL_BASE_S:
                pause_s = backoff(tries, base_s=_POLL_BASE_S, cap_s=_POLL_CAP_S, clock=clock)
                await clock.sleep(min(pause_s, left_s))
                tries += 1
        return self.result()

    async def _look(self, within_s: float) -> None:
        if not self._can_wait:
            return await self.refresh()
        request = longrunning.WaitOperationRequest(
            name=self.name, timeout=timedelta(seconds=within_s)
        )
        # The server answers at the end of the wait; the call needs a little longer.
        options = CallOptions(timeout_s=within_s + 5.0)
        try:
            self._operation = await self._caller.unary(_WAIT, request, options)
        except MusicError as error:
            if error.code is not Code.UNIMPLEMENTED:
                raise
            self._can_wait = False
        return None
