"""The Python program with one fault: `python faulty_client.py --fault NAME`.

Each fault is a client that somebody could have written; `client_faults.py` says what catches it.
"""

from __future__ import annotations

import asyncio
import dataclasses
import sys
import uuid
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "conformance" / "clients" / "python")]

import program  # noqa: E402
import program_client  # noqa: E402

from shortlist_sdk import (  # noqa: E402
    EventQueue,
    ImpressionTracker,
    MemoryStore,
    Pager,
    RetryBudget,
    TokenCredentials,
    caller,
    clock,
    errors,
    event_queue,
    retrying,
)
from shortlist_sdk.caller import Caller  # noqa: E402
from shortlist_sdk.grpc_transport import GrpcTransport  # noqa: E402


def none():
    """Change nothing: the control."""


def _with_headers(change):
    """Change the headers of every attempt."""
    honest = Caller._attempt

    async def attempt(self, call, *, refresh):
        made = await honest(self, call, refresh=refresh)
        change(made.metadata)
        return made

    Caller._attempt = attempt


def repeats_everything():
    honest = caller.wait_before_retry
    caller.wait_before_retry = lambda failure, **told: honest(
        failure, **{**told, "is_idempotent": True, "retryable_codes": {errors.Code.UNAVAILABLE}}
    )


def no_jitter():
    # Long, so that a busy machine's own delays can't pass for jitter.
    clock.SystemClock.uniform = lambda self, low, high: 3 * high


def loses_the_key():
    _with_headers(lambda headers: headers.pop("idempotency-key"))


def key_per_attempt():
    _with_headers(lambda headers: headers.update({"idempotency-key": str(uuid.uuid4())}))


def one_key_for_all_calls():
    _with_headers(lambda headers: headers.update({"idempotency-key": "always-the-same"}))


def deadline_per_attempt():
    honest = Caller._attempt

    async def attempt(self, call, *, refresh):
        if call.deadline is not None:
            span, now = call.deadline - call.started, self.clock.monotonic()
            call.started, call.deadline = now, now + span
        return await honest(self, call, refresh=refresh)

    Caller._attempt = attempt


def tells_no_deadline():
    honest = GrpcTransport.unary

    async def unary(self, attempt, body):
        untold = dataclasses.replace(attempt, timeout_s=None)
        return await asyncio.wait_for(honest(self, untold, body), attempt.timeout_s)

    GrpcTransport.unary = unary


def waits_past_the_deadline():
    honest = Caller._wait

    def wait(self, call, error):
        end, call.deadline = call.deadline, None
        try:
            wait_s, refreshes = honest(self, call, error)
            # Past the deadlines of the cases, and no longer than that: tests wait for it.
            return (wait_s if wait_s is None else min(wait_s, 7.0)), refreshes
        finally:
            call.deadline = end

    Caller._wait = wait


def drops_offline_events():
    program_client.FileStore = lambda folder, **limits: MemoryStore(**limits)


def resends_refused_events():
    honest = event_queue.typed_error

    def typed_error(status):
        error = honest(status)
        error.is_retryable = True
        return error

    event_queue.typed_error = typed_error


def new_event_ids_when_sent_again():
    honest = EventQueue._call

    async def call(self, events):
        for event in events:
            event.event_id = str(uuid.uuid4())
        return await honest(self, events)

    EventQueue._call = call


def forgets_unsent_events():
    honest = EventQueue._send

    async def send(self, batch):
        await honest(self, batch)
        await self._store.remove([number for number, _ in batch])
        return True

    EventQueue._send = send


def ignores_retry_info():
    honest = caller.wait_before_retry

    def wait(failure, **told):
        delay = None if failure.retry_delay_s is None else 0.0
        return honest(dataclasses.replace(failure, retry_delay_s=delay), **told)

    caller.wait_before_retry = wait


def too_many_attempts():
    retrying.MAX_ATTEMPTS = 8


def ignores_the_budget():
    RetryBudget.take = lambda self: True


def hedges():
    honest = GrpcTransport.unary

    async def unary(self, attempt, body):
        first = asyncio.ensure_future(honest(self, attempt, body))
        done, _ = await asyncio.wait([first], timeout=0.5)
        return await (first if done else honest(self, attempt, body))

    GrpcTransport.unary = unary


def tries_on_after_cancelling():
    honest, left = Caller._once, set()

    async def once(self, call, body, refresh):
        try:
            return await honest(self, call, body, refresh)
        except asyncio.CancelledError:
            left.add(asyncio.ensure_future(honest(self, call, body, refresh)))
            raise

    Caller._once = once


def never_refreshes():
    honest = TokenCredentials.headers
    TokenCredentials.headers = lambda self, *, refresh: honest(self, refresh=False)


def refresh_stampede():
    TokenCredentials._shared_fetch = TokenCredentials._fetch


def refreshes_for_ever():
    honest = caller.wait_before_retry
    caller.wait_before_retry = lambda failure, **told: honest(
        failure, **{**told, "was_refreshed": False}
    )


def swallows_the_reason():
    honest = errors.parse_status
    errors.parse_status = lambda raw: dataclasses.replace(honest(raw), reason="")


def loses_the_page_token():
    async def pages(self):
        while True:
            page = await self._caller.unary(self._method, self._request, self._options)
            yield page
            if not getattr(page, self._fields.next_page_token):
                return

    Pager.pages = pages


def ends_at_an_empty_page():
    honest = Pager.pages

    async def pages(self):
        async for page in honest(self):
            yield page
            if not getattr(page, self._fields.items):
                return

    Pager.pages = pages


def counts_impressions_twice():
    honest = ImpressionTracker.shown

    async def shown(self, item):
        self._shown.clear()
        return await honest(self, item)

    ImpressionTracker.shown = shown


def serves_replies_to_anybody():
    caller._cache_key = lambda method, body: b"the same"


def passes_stale_replies_off_as_fresh():
    honest = Caller._answered

    async def answered(self, call, request):
        reply = await honest(self, call, request)
        call.info.is_stale = False
        return reply

    Caller._answered = answered


if __name__ == "__main__":
    globals()[sys.argv[sys.argv.index("--fault") + 1]]()
    asyncio.run(program.main())
