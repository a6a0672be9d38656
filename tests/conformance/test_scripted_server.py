"""The scripted server: the right answer for each call, in each protocol, and what it records."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest

from conformance.clients.scripted import ScriptedServer
from conformance.clients.scripted.calls import BrokenScriptError
from conformance.contract import UnknownMethodError
from tests.conformance.scripted_clients import (
    CONTRACT,
    RECOMMEND,
    REPLY,
    TIMEOUT_S,
    ask,
    call,
    callable_of,
    channel_to,
    failure,
    playing,
    request_of,
    settled,
)

WEB = {"content_type": "application/grpc-web+proto", "x_grpc_web": "1"}


def test_answers_are_taken_in_order_and_so_many_times():
    script = [
        {"method": "ListTrending", "reply": {"next_page_token": "other"}},
        {"method": "Recommend", "times": 2, "error": {"code": "UNAVAILABLE"}},
        {"times": 1, "reply": REPLY},
        {"method": "RecommendationService/Recommend", "error": {"code": "INTERNAL"}},
    ]
    with playing(*script) as server:
        codes = [failure(server).code().name for _ in range(2)]
        assert codes == ["UNAVAILABLE", "UNAVAILABLE"]
        assert call(server)["recommendations"][0]["item_id"] == "i1"
        assert [failure(server).code().name for _ in range(2)] == ["INTERNAL", "INTERNAL"]


def test_without_an_answer_in_the_script_the_reply_is_empty():
    with playing() as server:
        assert call(server)["recommendations"] == []
        assert ask(server.port, "/v1/trending").json() == {}


def test_events_are_accepted_one_by_one_and_in_their_order():
    events = [{"event_id": "e1"}, {"event_id": "e2"}, {"event_id": "e3"}]
    refused = {"error": {"code": "INVALID_ARGUMENT", "reason": "EVENT_TOO_OLD"}}
    script = {"method": "BatchWriteEvents", "times": 1, "reply": {"results": [{}, refused]}}
    with playing(script) as server:
        first, second, third = call(server, "BatchWriteEvents", {"events": events})["results"]
        assert (first["event_id"], "accepted" in first) == ("e1", True)
        assert (second["event_id"], second["error"]["code"]) == ("e2", 3)
        assert second["error"]["details"][0]["reason"] == "EVENT_TOO_OLD"
        assert (third["event_id"], "accepted" in third) == ("e3", True)
        again = call(server, "BatchWriteEvents", {"events": events})["results"]
        assert [each["event_id"] for each in again if "accepted" in each] == ["e1", "e2", "e3"]


def test_a_stream_is_answered_message_by_message():
    with playing({"trailers": {"x-request-id": "r"}}) as server, channel_to(server) as channel:
        next_one = threading.Semaphore(1)

        def sent():
            for name in ("e1", "e2"):
                assert next_one.acquire(timeout=TIMEOUT_S)
                yield request_of("StreamEvents", {"event": {"event_id": name}})

        stream = callable_of(channel, "StreamEvents")(sent(), timeout=TIMEOUT_S)
        found = []
        for reply in stream:
            # The second is sent only when the first is answered.
            found.append(reply.result.event_id)
            next_one.release()
        assert found == ["e1", "e2"]
        assert dict(stream.trailing_metadata())["x-request-id"] == "r"
        (received,) = settled(server)
        assert [each["event"]["event_id"] for each in received["request"]] == found


def test_a_stream_can_break_off_after_some_replies():
    script = {"reply": [{"result": {"event_id": "a"}}], "error": {"code": "ABORTED"}}
    with playing(script) as server, channel_to(server) as channel:
        waiting = threading.Event()

        def sent():
            yield request_of("StreamEvents")
            waiting.wait(TIMEOUT_S)

        stream = callable_of(channel, "StreamEvents")(sent(), timeout=TIMEOUT_S)
        assert next(stream).result.event_id == "a"
        with pytest.raises(grpc.RpcError) as failed:
            next(stream)
        waiting.set()
        assert failed.value.code() is grpc.StatusCode.ABORTED


def test_calls_are_recorded_as_they_came():
    with playing() as server:
        call(server, fields={"user_id": "u1"}, timeout=60, metadata=[("x-a", "1"), ("x-a", "2")])
        ask(server.port, RECOMMEND, {}, grpc_timeout="250m")
        first, second = server.received()
    assert first["method"] == "shortlist.v1.RecommendationService/Recommend"
    assert (first["protocol"], first["request"]["user_id"]) == ("grpc", "u1")
    assert first["metadata"]["x-a"] == "1, 2"
    # What connecting takes is taken off.
    assert 50_000 < first["timeout_ms"] <= 61_000
    assert (first["ended"], first["ended_ms"] >= first["received_ms"]) == ("answered", True)
    assert "since_previous_ms" not in first
    between = second["received_ms"] - first["received_ms"]
    assert second["since_previous_ms"] == pytest.approx(between, abs=0.2)
    assert second["timeout_ms"] == 250


def test_what_is_no_call_is_refused_and_recorded():
    with playing() as server:
        assert ask(server.port, "/v1/nothing").status == 404
        broken = ask(server.port, "/v1/recommendations:recommend", b"{nojson")
        assert (broken.status, broken.json()["details"][0]["reason"]) == (400, "INVALID_REQUEST")
        web = ask(server.port, RECOMMEND, b"\x00\x00", **WEB)
        assert web.headers["grpc-status"] == "3"
        nothing, unread, cut = server.received()
    assert (nothing["method"], unread["request"], cut["request"]) == ("/v1/nothing", None, None)


def test_a_script_that_does_not_fit_the_contract_is_said():
    with pytest.raises(UnknownMethodError):
        ScriptedServer(CONTRACT, [{"method": "Recomend"}])
    with pytest.raises(ValueError, match="EXPLODE"):
        ScriptedServer(CONTRACT, [{"fault": "EXPLODE"}])
    with playing({"reply": {"no_such_field": 1}}) as server:
        failure(server)
        with pytest.raises(BrokenScriptError, match="no_such_field"):
            server.received()


def test_many_servers_and_calls_at_once():
    def one(number: int) -> str:
        with playing({"reply": {"next_page_token": str(number)}}) as server:
            tokens = {call(server)["next_page_token"] for _ in range(3)}
            assert len(server.received()) == 3
            (token,) = tokens
            return token

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(one, range(24))) == [str(number) for number in range(24)]
