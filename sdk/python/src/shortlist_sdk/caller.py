"""Makes calls: one deadline, retries, credentials, cache, interceptors and telemetry."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import cast

import betterproto2

from .cache import ReplyCache
from .call_options import DEFAULT, CallInfo, CallOptions
from .clock import Clock, SystemClock
from .codes import Code
from .credentials import Credentials, NoCredentials
from .errors import DeadlineExceededError, ShortlistError, error_of, failure_of
from .interceptors import CallContext, Interceptor, chain
from .method import Method, ReplyT, RequestT
from .retrying import Retry, RetryBudget, wait_before_retry
from .status import parse_status
from .telemetry import AttemptEnd, CallEnd, CallStart, NoTelemetry, Telemetry
from .transport import Answer, Attempt, Transport, TransportError
from .version import CLIENT_HEADER, client_description

ATTEMPT_HEADER = "x-shortlist-attempt"
_REQUEST_ID = "x-request-id"


@dataclass
class _Call:
    """One logical call on its way."""

    method: Method[betterproto2.Message, betterproto2.Message]
    context: CallContext
    info: CallInfo
    started: float
    deadline: float | None
    idempotency_key: str
    was_refreshed: bool = False
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Done:
    """How a call ended, for telemetry."""

    code: Code = Code.OK
    reason: str = ""


class Caller:
    """What all services of a client share."""

    def __init__(
        self,
        transport: Transport,
        *,
        credentials: Credentials | None = None,
        interceptors: tuple[Interceptor, ...] = (),
        telemetry: Telemetry | None = None,
        cache: ReplyCache | None = None,
        metadata: Mapping[str, str] | None = None,
        budget: RetryBudget | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.clock = clock or SystemClock()
        self._transport = transport
        self._credentials = credentials or NoCredentials()
        self._interceptors = interceptors
        self._telemetry = telemetry or NoTelemetry()
        self._cache = cache
        self._metadata = dict(metadata or {})
        self._budget = budget or RetryBudget()

    async def unary(
        self,
        method: Method[RequestT, ReplyT],
        request: RequestT,
        options: CallOptions | None = None,
    ) -> ReplyT:
        """Call a method without streams.

        Raises:
            ShortlistError: the call failed; see the subclasses.
        """
        options = options or DEFAULT
        context = CallContext(method, options, {**self._metadata, **options.metadata})

        async def last(message: betterproto2.Message, sent: CallContext) -> betterproto2.Message:
            return await self._observed(message, sent)

        # An interceptor answers with the method's reply type, as the one it wraps does.
        return cast(ReplyT, await chain(self._interceptors, last)(request, context))

    async def stream(
        self,
        method: Method[RequestT, ReplyT],
        requests: AsyncIterator[RequestT],
        options: CallOptions | None = None,
    ) -> AsyncGenerator[ReplyT, None]:
        """Call a method with streams; never repeated. Closing the replies cancels the call.

        Raises:
            ShortlistError: the call failed.
        """
        options = options or DEFAULT
        context = CallContext(method, options, {**self._metadata, **options.metadata})
        call = self._begin(context)
        self._telemetry.on_call_start(CallStart(call, method.name))
        done = _Done(Code.CANCELLED)
        try:
            attempt = await self._attempt(call, refresh=False)
            call.info.attempts = 1
            bodies = (bytes(request) async for request in requests)
            # Closed at once, so that a caller who has heard enough cancels the call.
            async with aclosing(self._transport.stream(attempt, bodies)) as replies:
                async for body in replies:
                    yield _reply(method, body)
            done = _Done()
        except TransportError as error:
            typed = error_of(error, call.headers.get(_REQUEST_ID, ""))
            done = _Done(typed.code, typed.reason)
            raise typed from error
        finally:
            self._end(call, done)

    async def close(self) -> None:
        """Release the connection."""
        await self._transport.close()

    async def _observed(
        self, request: betterproto2.Message, context: CallContext
    ) -> betterproto2.Message:
        call = self._begin(context)
        self._telemetry.on_call_start(CallStart(call, call.method.name))
        done = _Done(Code.UNKNOWN)
        try:
            reply = await self._answered(call, request)
            done = _Done()
            return reply
        except ShortlistError as error:
            done = _Done(error.code, error.reason)
            raise
        except asyncio.CancelledError:
            done = _Done(Code.CANCELLED)
            raise
        finally:
            self._end(call, done)

    def _begin(self, context: CallContext) -> _Call:
        options, method = context.options, context.method
        timeout_s = method.deadline_s if options.timeout_s is None else options.timeout_s
        started = self.clock.monotonic()
        info = options.info or CallInfo()
        info.from_cache, info.is_stale, info.attempts = False, False, 0
        key = options.idempotency_key or str(uuid.uuid4())
        info.request_id = context.metadata.get(_REQUEST_ID, key)
        return _Call(
            method=method,
            context=context,
            info=info,
            started=started,
            deadline=None if timeout_s is None else started + timeout_s,
            idempotency_key=key,
        )

    def _end(self, call: _Call, done: _Done) -> None:
        self._telemetry.on_call_end(
            CallEnd(
                call=call,
                method=call.method.name,
                attempts=call.info.attempts,
                code=done.code,
                duration_s=self.clock.monotonic() - call.started,
                reason=done.reason,
                from_cache=call.info.from_cache,
            )
        )

    async def _answered(self, call: _Call, request: betterproto2.Message) -> betterproto2.Message:
        """Answer from the cache, from the server, or from the cache after all."""
        method, body = call.method, bytes(request)
        policy = method.cache if call.context.options.use_cache else None
        cache = self._cache if policy else None
        key = _cache_key(method, body) if cache else b""
        kept = cache.get(method.path, key, policy) if cache and policy else None
        if kept and kept.is_fresh:
            call.info.from_cache = True
            return _reply(method, kept.body)
        try:
            answer = await self._repeated(call, body)
        except ShortlistError as error:
            if kept is None or error.code is not Code.UNAVAILABLE:
                raise
            call.info.from_cache = call.info.is_stale = True
            return _reply(method, kept.body)
        try:
            reply = _reply(method, answer.body)
        except TransportError as error:
            raise error_of(error, call.headers.get(_REQUEST_ID, "")) from error
        if cache:
            cache.put(method.path, key, answer.body)
        return reply

    async def _repeated(self, call: _Call, body: bytes) -> Answer:
        """Attempt until there is an answer, or no further attempt is to be made."""
        refresh = False
        while True:
            try:
                answer = await self._once(call, body, refresh)
            except TransportError as error:
                wait_s, refresh = self._wait(call, error)
                if wait_s is None:
                    raise error_of(error, call.headers.get(_REQUEST_ID, "")) from error
                await self.clock.sleep(wait_s)
            else:
                self._budget.succeeded()
                return answer

    async def _once(self, call: _Call, body: bytes, refresh: bool) -> Answer:
        attempt = await self._attempt(call, refresh=refresh)
        call.info.attempts += 1
        started, code = self.clock.monotonic(), Code.CANCELLED
        try:
            answer = await self._transport.unary(attempt, body)
            code = Code.OK
        except TransportError as error:
            code = error.code
            raise
        finally:
            report = AttemptEnd(
                call=call,
                method=call.method.name,
                attempt=call.info.attempts,
                code=code,
                duration_s=self.clock.monotonic() - started,
            )
            self._telemetry.on_attempt(report)
        call.info.request_id = answer.metadata.get(_REQUEST_ID, call.info.request_id)
        return answer

    def _wait(self, call: _Call, error: TransportError) -> tuple[float | None, bool]:
        """Return the wait before the next attempt (None: give up), and whether to refresh."""
        failure = failure_of(error, parse_status(error.status))
        if not call.context.options.retry:
            return None, False
        wait_s = wait_before_retry(
            failure,
            attempt=call.info.attempts,
            is_idempotent=call.method.is_idempotent,
            retryable_codes=call.method.retryable_codes,
            was_refreshed=call.was_refreshed,
            clock=self.clock,
        )
        left_s = self._left(call)
        if wait_s is None or (left_s is not None and wait_s >= left_s) or not self._budget.take():
            return None, False
        refresh = failure.retry is Retry.AFTER_REFRESH
        call.was_refreshed = call.was_refreshed or refresh
        return wait_s, refresh

    async def _attempt(self, call: _Call, *, refresh: bool) -> Attempt:
        """Return the next attempt, with fresh headers and what is left of the time.

        Raises:
            DeadlineExceededError: nothing is left.
        """
        left_s = self._left(call)
        if left_s is not None and left_s <= 0:
            raise self._too_late(call)
        try:
            async with asyncio.timeout(left_s):
                own = await self._credentials.headers(refresh=refresh)
        except TimeoutError as error:
            raise self._too_late(call) from error
        left_s = self._left(call)
        if left_s is not None and left_s <= 0:
            raise self._too_late(call)
        call.headers = {
            CLIENT_HEADER: client_description(),
            "idempotency-key": call.idempotency_key,
            _REQUEST_ID: call.idempotency_key,
            **call.context.metadata,
            **own,
            ATTEMPT_HEADER: str(call.info.attempts + 1),
        }
        return Attempt(call.method.path, call.headers, left_s)

    def _left(self, call: _Call) -> float | None:
        return None if call.deadline is None else call.deadline - self.clock.monotonic()

    def _too_late(self, call: _Call) -> DeadlineExceededError:
        return DeadlineExceededError(
            "the time for the call was up before it could be made",
            code=Code.DEADLINE_EXCEEDED,
            request_id=call.info.request_id,
            is_retryable=True,
        )


def _reply(method: Method[RequestT, ReplyT], body: bytes) -> ReplyT:
    """Return a reply from its bytes.

    Raises:
        TransportError: they are no such message; something in between has spoilt them.
    """
    try:
        return method.reply_type.parse(body)
    except (ValueError, EOFError, IndexError, TypeError, AttributeError) as error:
        raise TransportError(Code.INTERNAL, f"the reply can't be read: {error}") from error


def _cache_key(method: Method[betterproto2.Message, betterproto2.Message], body: bytes) -> bytes:
    """Return the request without its id, which differs between requests for the same."""
    if not method.request_id_field:
        return body
    copy = method.request_type.parse(body)
    setattr(copy, method.request_id_field, "")
    return bytes(copy)
