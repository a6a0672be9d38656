"""The steps of one test, done with the SDK."""

from __future__ import annotations

import asyncio
import time
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import betterproto2
from messages import decoded, encoded, error_of, message_type
from program_client import ProgramClient

from shortlist_sdk import CallInfo, CallOptions, ImpressionTracker, ShortlistError, v1

Step = dict[str, Any]
Outcome = dict[str, Any]


class UnsupportedError(Exception):
    """The SDK lacks what the test is about."""


class Session:
    """Runs the steps of one test, one after the other, on one client."""

    def __init__(self, request: dict[str, Any]) -> None:
        self._options = request.get("options") or {}
        self._steps: list[Step] = request.get("steps") or []
        self._opened = ProgramClient(request)
        self._slate: tuple[betterproto2.Message, betterproto2.Message] | None = None
        self._tracker: ImpressionTracker | None = None

    def require_supported(self) -> None:
        """Look whether the SDK can do all steps.

        Raises:
            UnsupportedError: it can't.
        """
        for step in self._steps:
            if step["do"] == "background":
                raise UnsupportedError("there is no screen to leave")
            if step["do"] not in self._actions():
                raise UnsupportedError(f"{step['do']} is not known")

    async def outcome(self, step: Step) -> Outcome:
        """Do a step and return what came of it."""
        info = CallInfo()
        found: Outcome = {}
        started = time.monotonic()
        try:
            found = await self._actions()[step["do"]](step, info)
        except ShortlistError as error:
            found = {"error": error_of(error)}
        except asyncio.CancelledError:
            found = {"error": {"code": "CANCELLED"}}
        except Exception as error:
            # Not an error of the SDK: no case expects it, and the other tests go on.
            traceback.print_exc()
            found = {"error": {"code": "UNHANDLED", "message": repr(error)}}
        found["elapsed_ms"] = round((time.monotonic() - started) * 1000)
        if info.request_id:
            found["info"] = dict(vars(info))
        return found

    async def close(self) -> None:
        """Let go of the client."""
        await self._opened.release()

    def _actions(self) -> dict[str, Callable[[Step, CallInfo], Awaitable[Outcome]]]:
        return {
            "call": self._call,
            "cancel_after": self._cancel_after,
            "paginate_all": self._paginate_all,
            "stream": self._stream,
            "enqueue_events": self._enqueue_events,
            "flush": self._flush,
            "send_events_then_flush": self._send_events_then_flush,
            "kill_and_restart": self._kill_and_restart,
            "close": self._close,
            "shown": self._shown,
            "clicked": self._clicked,
            "wait": self._wait,
            "encode": self._encode,
        }

    # What each step does.

    async def _call(self, step: Step, info: CallInfo) -> Outcome:
        times = step.get("times", 0)
        if times <= 1:
            return {"reply_bytes": [encoded(await self._called(step, info))]}
        calls = [self._called(step, CallInfo()) for _ in range(times)]
        done = await asyncio.gather(*calls, return_exceptions=True)
        failed = sum(isinstance(each, ShortlistError) for each in done)
        return {"reply": {"succeeded": times - failed, "failed": failed}}

    async def _called(self, step: Step, info: CallInfo) -> betterproto2.Message:
        request = self._request(step)
        call = self._opened.method(step["method"])
        reply = await call(request, call_options=self._call_options(step, info))
        # A handle on a long-running operation holds the message.
        reply = getattr(reply, "_operation", reply)
        self._slate = (request, reply)
        self._tracker = None
        return reply

    async def _cancel_after(self, step: Step, info: CallInfo) -> Outcome:
        call = asyncio.ensure_future(self._called(step, info))
        await asyncio.sleep(step.get("after_ms", 0) / 1000)
        call.cancel()
        return {"reply_bytes": [encoded(await call)]}

    async def _paginate_all(self, step: Step, info: CallInfo) -> Outcome:
        pager = self._opened.method(step["method"], "_pager")
        options = self._call_options(step, info)
        items: list[str] = []
        found: Outcome = {"reply_bytes": items}
        try:
            async for item in pager(self._request(step), call_options=options):
                items.append(encoded(item))  # noqa: PERF401 (what came before an error counts)
        except ShortlistError as error:
            found["error"] = error_of(error)
        return found

    async def _stream(self, step: Step, info: CallInfo) -> Outcome:
        kind = self._opened.request_type(step["method"])
        messages = [kind.parse(decoded(each)) for each in step.get("request_bytes", ())]

        async def requests() -> AsyncIterator[betterproto2.Message]:
            for message in messages:
                yield message

        stream = self._opened.method(step["method"])
        options = self._call_options(step, info)
        replies = [encoded(each) async for each in stream(requests(), call_options=options)]
        return {"reply_bytes": replies}

    async def _enqueue_events(self, step: Step, _: CallInfo) -> Outcome:
        for raw in step.get("request_bytes", ()):
            await self._opened.queue().enqueue(v1.Event.parse(decoded(raw)))
        return {"reply": {}}

    async def _flush(self, _: Step, __: CallInfo) -> Outcome:
        queue = self._opened.queue()
        await queue.flush()
        return {
            "reply": {
                "pending": queue.count(),
                "rejected": list(self._opened.rejected),
                "dropped": queue.dropped_count,
            }
        }

    async def _send_events_then_flush(self, step: Step, info: CallInfo) -> Outcome:
        await self._enqueue_events(step, info)
        return await self._flush(step, info)

    async def _kill_and_restart(self, _: Step, __: CallInfo) -> Outcome:
        await self._opened.kill()
        self._tracker = None
        # What an earlier process left is found when the next one opens its queue.
        await self._opened.queue().open()
        return {"reply": {}}

    async def _close(self, _: Step, __: CallInfo) -> Outcome:
        await self._opened.close()
        return {"reply": {}}

    async def _shown(self, step: Step, _: CallInfo) -> Outcome:
        await self._opened_tracker().shown(self._item(step))
        return {"reply": {}}

    async def _clicked(self, step: Step, _: CallInfo) -> Outcome:
        await self._opened_tracker().clicked(self._item(step))
        return {"reply": {}}

    async def _wait(self, step: Step, _: CallInfo) -> Outcome:
        await asyncio.sleep(step.get("after_ms", 0) / 1000)
        return {"reply": {}}

    async def _encode(self, step: Step, _: CallInfo) -> Outcome:
        # The SDK speaks gRPC: JSON is not a form that it reads or writes.
        if not step.get("request_bytes"):
            return {"reply": {}}
        message = message_type(step["method"]).parse(decoded(step["request_bytes"][0]))
        return {"reply": {"hex": bytes(message).hex()}}

    # What the steps have in common.

    def _opened_tracker(self) -> ImpressionTracker:
        if self._tracker is None:
            assert self._slate, "no slate was asked for"
            request, reply = self._slate
            self._tracker = self._opened.client().impressions(
                self._opened.queue(),
                reply,
                user_id=getattr(request, "user_id", None),
                visitor_id=getattr(request, "visitor_id", None),
            )
        return self._tracker

    def _item(self, step: Step) -> betterproto2.Message:
        assert self._slate, "no slate was asked for"
        items: list[betterproto2.Message] = getattr(self._slate[1], "recommendations", [])
        return items[int((step.get("request") or {}).get("position", 0))]

    def _request(self, step: Step) -> betterproto2.Message:
        raw = decoded(step["request_bytes"][0]) if step.get("request_bytes") else b""
        return self._opened.request_type(step["method"]).parse(raw)

    def _call_options(self, step: Step, info: CallInfo) -> CallOptions:
        timeout_ms = step.get("timeout_ms")
        return CallOptions(
            timeout_s=timeout_ms / 1000 if timeout_ms else None,
            idempotency_key=step.get("idempotency_key", ""),
            metadata=step.get("metadata") or {},
            retry=self._options.get("retry", True),
            max_items=step.get("max_items") or None,
            info=info,
        )
