"""Cache, interceptors, telemetry, and messages of other versions."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from shortlist_sdk import (
    AttemptEnd,
    CallEnd,
    CallInfo,
    CallOptions,
    CallStart,
    Client,
    ClientOptions,
    Code,
    OverloadedError,
    ReplyCache,
    ShortlistError,
    v1,
)
from shortlist_sdk.opentelemetry_hooks import OpenTelemetryHooks
from shortlist_sdk.testing import FakeClock, MockTransport, failure

SDK = Path(__file__).resolve().parents[3] / "sdk" / "python"
RECOMMEND = "/shortlist.v1.RecommendationService/Recommend"
RANK = "/shortlist.v1.RecommendationService/RankItems"
UNAVAILABLE = failure(Code.UNAVAILABLE, "DEPENDENCY_UNAVAILABLE")


class CachedClient:
    """A client with a cache, and what a call tells of itself."""

    def __init__(self, max_entries: int = 100) -> None:
        self.clock, self.transport = FakeClock(), MockTransport()
        cache = ReplyCache(max_entries, clock=self.clock)
        options = ClientOptions(clock=self.clock, cache=cache)
        self.client = Client("mock", transport=self.transport, options=options)

    async def ask(self, *, use_cache: bool = True, **fields) -> tuple[str, CallInfo]:
        info = CallInfo()
        reply = await self.client.recommendations.recommend(
            call_options=CallOptions(info=info, use_cache=use_cache), **fields
        )
        return reply.attribution_token, info


def slate(token: str) -> v1.RecommendResponse:
    return v1.RecommendResponse(attribution_token=token)


@pytest.mark.feature("cache")
async def test_a_fresh_reply_serves_again():
    cached = CachedClient()
    cached.transport.reply(RECOMMEND, slate("1"), slate("2"), slate("3"))
    assert (await cached.ask(user_id="u", request_id="a"))[0] == "1"
    token, info = await cached.ask(user_id="u", request_id="b")
    assert (token, info.from_cache, info.is_stale, info.attempts) == ("1", True, False, 0)
    assert (await cached.ask(user_id="u", page_token="p"))[0] == "2"
    cached.clock.seconds += 31
    token, info = await cached.ask(user_id="u")
    assert (token, info.from_cache, info.attempts) == ("3", False, 1)


@pytest.mark.feature("stale_if_error")
async def test_a_stale_reply_stands_in_for_a_server_that_is_away():
    cached = CachedClient()
    cached.transport.reply(RECOMMEND, slate("1"), UNAVAILABLE)
    await cached.ask(user_id="u")
    cached.clock.seconds += 3600
    token, info = await cached.ask(user_id="u")
    assert (token, info.from_cache, info.is_stale, info.attempts) == ("1", True, True, 4)
    cached.clock.seconds += 86_400
    with pytest.raises(ShortlistError):
        await cached.ask(user_id="u")


async def test_a_stale_reply_stands_in_for_nothing_else():
    cached = CachedClient()
    cached.transport.reply(RECOMMEND, slate("1"), failure(Code.RESOURCE_EXHAUSTED, "OVERLOADED"))
    await cached.ask(user_id="u")
    cached.clock.seconds += 60
    with pytest.raises(OverloadedError):
        await cached.ask(user_id="u")
    with pytest.raises(OverloadedError):
        await cached.ask(user_id="u", use_cache=False)


async def test_methods_without_a_policy_are_not_cached():
    cached = CachedClient()
    cached.transport.reply(RANK, v1.RankItemsResponse())
    await cached.client.recommendations.rank_items(item_ids=["a"])
    await cached.client.recommendations.rank_items(item_ids=["a"])
    assert len(cached.transport.calls) == 2


async def test_the_reply_used_longest_ago_goes_first():
    cached = CachedClient(max_entries=2)
    cached.transport.reply(RECOMMEND, slate("x"))
    for user in ("a", "b", "a", "c"):
        await cached.ask(user_id=user)
    assert len(cached.transport.calls) == 3
    await cached.ask(user_id="a")
    assert len(cached.transport.calls) == 3
    await cached.ask(user_id="b")
    assert len(cached.transport.calls) == 4


async def test_a_changed_reply_does_not_change_what_is_kept():
    cached = CachedClient()
    cached.transport.reply(RECOMMEND, slate("1"))
    first = await cached.client.recommendations.recommend()
    first.attribution_token = "changed"
    assert (await cached.ask())[0] == "1"


@pytest.mark.feature("interceptors")
async def test_interceptors_are_around_the_call_the_first_outermost():
    seen: list[str] = []

    class Named:
        def __init__(self, name: str) -> None:
            self.name = name

        async def __call__(self, request, context, proceed):
            seen.append(f"{self.name} before {context.method.name}")
            context.metadata[f"x-{self.name}"] = "1"
            request.session_id += self.name
            reply = await proceed(request, context)
            seen.append(f"{self.name} after")
            return reply

    transport = MockTransport()
    transport.reply(RECOMMEND, UNAVAILABLE, slate("1"))
    options = ClientOptions(interceptors=[Named("a"), Named("b")], clock=FakeClock())
    client = Client("mock", transport=transport, options=options)
    await client.recommendations.recommend()
    method = RECOMMEND[1:]
    assert seen == [f"a before {method}", f"b before {method}", "b after", "a after"]
    last = transport.calls[-1]
    assert v1.RecommendRequest.parse(last.body).session_id == "ab"
    assert last.attempt.metadata["x-a"] == last.attempt.metadata["x-b"] == "1"


async def test_an_interceptor_may_answer_by_itself():
    async def answer(request, context, proceed):
        return slate("own")

    transport = MockTransport()
    client = Client("mock", transport=transport, options=ClientOptions(interceptors=[answer]))
    assert (await client.recommendations.recommend()).attribution_token == "own"
    assert transport.calls == []


class Reports:
    """Keeps what it hears."""

    def __init__(self) -> None:
        self.heard: list[object] = []

    def on_call_start(self, report: CallStart) -> None:
        self.heard.append(report)

    def on_attempt(self, report: AttemptEnd) -> None:
        self.heard.append(report)

    def on_call_end(self, report: CallEnd) -> None:
        self.heard.append(report)


@pytest.mark.feature("telemetry")
async def test_every_call_and_attempt_is_reported():
    reports, transport, clock = Reports(), MockTransport(), FakeClock()
    transport.reply(RECOMMEND, UNAVAILABLE, slate("1"), failure(Code.NOT_FOUND, "ITEM_NOT_FOUND"))
    options = ClientOptions(telemetry=reports, clock=clock)
    client = Client("mock", transport=transport, options=options)
    await client.recommendations.recommend()
    start, first, second, end = reports.heard
    assert (start.method, first.attempt, first.code) == (RECOMMEND[1:], 1, Code.UNAVAILABLE)
    assert (second.attempt, second.code) == (2, Code.OK)
    assert (end.attempts, end.code, end.reason) == (2, Code.OK, "")
    assert end.duration_s == pytest.approx(0.1)
    assert start.call is first.call is end.call

    reports.heard.clear()
    with pytest.raises(ShortlistError):
        await client.recommendations.recommend()
    assert (reports.heard[-1].code, reports.heard[-1].reason) == (Code.NOT_FOUND, "ITEM_NOT_FOUND")


@pytest.mark.feature("telemetry")
async def test_opentelemetry_gets_a_span_and_a_duration():
    spans, reader = InMemorySpanExporter(), InMemoryMetricReader()
    tracing = TracerProvider()
    tracing.add_span_processor(SimpleSpanProcessor(spans))
    metering = MeterProvider([reader])
    transport = MockTransport()
    transport.reply(RECOMMEND, UNAVAILABLE, slate("1"), failure(Code.NOT_FOUND, "ITEM_NOT_FOUND"))
    hooks = OpenTelemetryHooks(tracing, metering)
    options = ClientOptions(telemetry=hooks, clock=FakeClock())
    client = Client("mock", transport=transport, options=options)
    await client.recommendations.recommend()
    with pytest.raises(ShortlistError):
        await client.recommendations.recommend()
    good, bad = spans.get_finished_spans()
    assert good.name == RECOMMEND[1:]
    assert good.attributes["rpc.method"] == "Recommend"
    assert good.attributes["rpc.attempts"] == 2
    assert [each.attributes["code"] for each in good.events] == ["UNAVAILABLE", "OK"]
    assert good.status.is_ok
    assert not bad.status.is_ok
    assert bad.attributes["error.type"] == "ITEM_NOT_FOUND"
    metrics = reader.get_metrics_data().resource_metrics[0].scope_metrics[0].metrics
    points = metrics[0].data.data_points
    assert sum(point.count for point in points) == 2
    metering.shutdown()
    tracing.shutdown()


@pytest.mark.feature("unknown_fields")
async def test_fields_and_values_of_later_versions_do_no_harm():
    # Field 3000 of the reply, and reason 99: later versions may have them.
    unknown = b"\xc2\xbb\x01\x05later"
    reply = v1.RecommendResponse(
        recommendations=[
            v1.Recommendation(item_id="i", reasons=[v1.Reason(code=v1.ReasonCode(99))])
        ]
    )
    transport = MockTransport()

    async def later(attempt, body):
        return Raw(bytes(reply) + unknown)

    transport.handle(RECOMMEND, later)
    client = Client("mock", transport=transport)
    got = await client.recommendations.recommend()
    assert got.recommendations[0].reasons[0].code == 99
    assert got.recommendations[0].item_id == "i"
    assert bytes(got).endswith(unknown)
    assert (
        v1.Event.from_json('{"eventId": "e", "new": 1}', ignore_unknown_fields=True).event_id == "e"
    )


class Raw:
    """Bytes that pass for a message."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def __bytes__(self) -> bytes:
        return self._content


@pytest.mark.feature("int64_json")
def test_whole_numbers_and_times_survive_json():
    reply = v1.WriteEventResponse(offset=2**53 + 1)
    assert json.loads(reply.to_json()) == {"offset": "9007199254740993"}
    assert v1.WriteEventResponse.from_json('{"offset": "9007199254740993"}') == reply
    assert v1.WriteEventResponse.from_json('{"offset": 12}').offset == 12

    moment = datetime(2026, 1, 2, 3, 4, 5, 678_000, tzinfo=UTC)
    event = v1.Event(event_time=moment)
    assert json.loads(event.to_json()) == {"eventTime": "2026-01-02T03:04:05.678Z"}
    assert v1.Event.from_json('{"eventTime": "2026-01-02T04:04:05.678+01:00"}').event_time == moment


def test_the_package_builds_and_is_whole(tmp_path: Path):
    built = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path],
        cwd=SDK,
        capture_output=True,
        text=True,
    )
    assert built.returncode == 0, built.stderr
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        archive.extractall(tmp_path / "site")
    assert "shortlist_sdk/py.typed" in names
    code = "import shortlist_sdk, sys; print(shortlist_sdk.__file__, shortlist_sdk.VERSION)"
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path / "site",
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(tmp_path / "site")},
    )
    assert run.returncode == 0, run.stderr
    assert str(tmp_path / "site") in run.stdout
