"""What the scripted server does wrong on purpose, proven on the wire."""

from __future__ import annotations

import http.client
import socket
import time

import grpc
import pytest

from tests.conformance.scripted_clients import (
    CONTRACT,
    RECOMMEND,
    REPLY,
    TIMEOUT_S,
    arrived,
    ask,
    call,
    callable_of,
    channel_to,
    failure,
    frame,
    frames,
    http2_to,
    playing,
    request_of,
    settled,
)

KIND = CONTRACT.method("Recommend").output_type
WHOLE = CONTRACT.parse(KIND, REPLY).SerializeToString()
REST = "/v1/recommendations:recommend"
BINARY = {"content_type": "application/proto"}


def raw_answer(port: int, target: str, body: bytes, content_type: str) -> bytes:
    """Make an HTTP/1.1 request and return every byte that comes until the connection ends."""
    head = f"POST {target} HTTP/1.1\r\nhost: x\r\ncontent-type: {content_type}\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_S) as connection:
        connection.sendall(f"{head}content-length: {len(body)}\r\n\r\n".encode() + body)
        found = b""
        while data := connection.recv(65536):
            found += data
    return found


def test_a_truncated_grpc_reply_ends_in_the_middle_of_its_frame():
    with playing({"fault": "TRUNCATED", "reply": REPLY}) as server:
        with http2_to(server) as client:
            found = client.answer(client.send(RECOMMEND, frame(b"")))
        assert found.headers[":status"] == "200"
        assert found.body == frame(WHOLE)[: len(frame(WHOLE)) // 2]
        assert (found.is_complete, found.trailers) == (False, {})
        assert failure(server).code() is grpc.StatusCode.UNAVAILABLE
        assert {each["ended"] for each in settled(server, 2)} == {"answered"}


@pytest.mark.parametrize("target", [REST, RECOMMEND])
def test_a_truncated_http_reply_ends_before_its_length(target):
    with (
        playing({"fault": "WIRE_FAULT_TRUNCATED", "reply": REPLY}) as server,
        pytest.raises(http.client.IncompleteRead) as broken,
    ):
        ask(server.port, target, {})
    came, missing = len(broken.value.partial), broken.value.expected
    assert came == (came + missing) // 2 > 0


def test_an_empty_reply_can_be_truncated_too():
    with playing({"fault": "TRUNCATED"}) as server:
        found = raw_answer(server.port, RECOMMEND, b"", "application/proto")
    head, _, body = found.partition(b"\r\n\r\n")
    assert (b"content-length: 2" in head.lower(), body) == (True, b"")


def test_a_truncated_grpc_web_reply_has_no_last_chunk():
    with playing({"fault": "TRUNCATED", "reply": REPLY}) as server:
        found = raw_answer(server.port, RECOMMEND, frame(b""), "application/grpc-web+proto")
    half = frame(WHOLE)[: len(frame(WHOLE)) // 2]
    assert found.endswith(half + b"\r\n")


def test_reset_is_a_tcp_reset_in_every_protocol():
    with playing({"fault": "RESET"}) as server:
        with http2_to(server) as client, pytest.raises(ConnectionResetError):
            client.answer(client.send(RECOMMEND, frame(b"")))
        for kind in ("application/json", "application/proto", "application/grpc-web+proto"):
            with pytest.raises(ConnectionResetError):
                raw_answer(server.port, RECOMMEND, frame(b"") if "web" in kind else b"", kind)
        assert failure(server).code() is grpc.StatusCode.UNAVAILABLE
        assert len(settled(server, 5)) == 5


def test_reset_after_a_delay_comes_after_the_headers():
    with playing({"fault": "RESET", "delay": "0.2s"}) as server, http2_to(server) as client:
        began = time.monotonic()
        stream_id = client.send(RECOMMEND, frame(b""))
        assert client.answer(stream_id, until="headers").headers[":status"] == "200"
        with pytest.raises(ConnectionResetError):
            client.answer(stream_id)
        assert time.monotonic() - began >= 0.2


def test_a_wrong_content_type_comes_with_the_reply():
    script = {"fault": "WRONG_CONTENT_TYPE", "content_type": "text/plain", "reply": REPLY}
    with playing({**script, "times": 2}, {"fault": "WRONG_CONTENT_TYPE"}) as server:
        with http2_to(server) as client:
            found = client.answer(client.send(RECOMMEND, frame(b"")))
        assert found.headers["content-type"] == "text/plain"
        assert frames(found.body) == [(0, WHOLE)]
        text = ask(server.port, REST, {})
        assert (text.headers["content-type"], text.json()["recommendations"]) == (
            "text/plain",
            [{"itemId": "i1"}],
        )
        assert ask(server.port, REST, {}).headers["content-type"].startswith("text/html")


def test_garbage_is_framed_well_and_no_message():
    with playing({"fault": "GARBAGE"}) as server:
        with http2_to(server) as client:
            found = client.answer(client.send(RECOMMEND, frame(b"")))
        ((_, message),) = frames(found.body)
        with pytest.raises(Exception, match="pars"):
            CONTRACT.decode(KIND, message)
        assert found.trailers["grpc-status"] == "0"
        text = ask(server.port, REST, {})
        assert text.status == 200
        with pytest.raises(ValueError, match=r"control character|Expecting"):
            text.json()


def test_silence_lasts_until_the_client_gives_up():
    with playing({"fault": "SILENCE"}) as server:
        # Long enough to arrive from a busy machine, too.
        assert failure(server, timeout=1.0).code() is grpc.StatusCode.DEADLINE_EXCEEDED
        with pytest.raises(TimeoutError):
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=0.5)
            connection.request("GET", "/v1/trending")
            connection.getresponse()
        assert arrived(server, 2)[1]["ended"] == "open"
        connection.close()
        for received in settled(server, 2):
            assert received["ended"] == "cancelled"
            assert received["ended_ms"] - received["received_ms"] > 200


def test_a_cancelled_call_is_seen_as_one():
    with playing({"delay": "30s", "headers": {"x-a": "1"}}) as server:
        with channel_to(server) as channel:
            pending = callable_of(channel, "Recommend").future(request_of("Recommend"))
            arrived(server)
            pending.cancel()
            assert settled(server)[0]["ended"] == "cancelled"
        with http2_to(server) as client:
            stream_id = client.send(RECOMMEND, frame(b""))
            # The headers are there while the reply is not.
            assert client.answer(stream_id, until="headers").headers["x-a"] == "1"
            assert server.received()[1]["ended"] == "open"
            client.reset(stream_id)
            assert settled(server, 2)[1]["ended"] == "cancelled"
            # The connection goes on.
            client.answer(client.send(RECOMMEND, frame(b"")), until="headers")
            assert arrived(server, 3)[2]["ended"] == "open"


def test_a_client_that_says_goodbye_cancels_its_calls():
    with playing({"delay": "30s"}) as server, http2_to(server) as client:
        stream_id = client.send(RECOMMEND, frame(b""))
        client.answer(stream_id, until="headers")
        client.say_goodbye()
        assert settled(server)[0]["ended"] == "cancelled"
        assert not client.answer(stream_id).is_complete


def test_delays_stand_before_and_after_the_headers():
    with playing({"header_delay": "0.25s", "delay": "0.35s"}) as server, http2_to(server) as client:
        began = time.monotonic()
        found = client.answer(client.send(RECOMMEND, frame(b"")))
        ended = time.monotonic()
    # A busy machine adds to both, and takes nothing off.
    assert found.headers_at - began >= 0.25
    assert ended - began >= 0.6


def test_an_empty_reply_is_not_complete_before_its_delay():
    with playing({"delay": "0.3s"}) as server:
        began = time.monotonic()
        assert ask(server.port, RECOMMEND, b"", **BINARY).body == b""
        assert time.monotonic() - began >= 0.3


def test_a_proxy_in_between_answers_without_a_status_of_the_call():
    script = {"http_status": 503, "headers": {"retry-after": "2"}}
    with playing(script) as server:
        with http2_to(server) as client:
            found = client.answer(client.send(RECOMMEND, frame(b"")))
        assert (found.headers[":status"], found.headers["retry-after"]) == ("503", "2")
        assert "grpc-status" not in {**found.headers, **found.trailers}
        assert failure(server).code() is grpc.StatusCode.UNAVAILABLE
        for target in (REST, RECOMMEND):
            reply = ask(server.port, target, {})
            assert (reply.status, reply.headers["retry-after"]) == (503, "2")
            assert reply.headers["content-type"].startswith("text/html")
            assert b"503" in reply.body


def test_a_proxy_may_answer_in_json():
    script = {"http_status": 429, "content_type": "application/json"}
    with playing(script) as server:
        reply = ask(server.port, REST, {})
    assert (reply.status, reply.headers["content-type"]) == (429, "application/json")


def test_behaviours_combine():
    script = {"header_delay": "0.2s", "error": {"code": "ABORTED"}, "trailers": {"x-t": "1"}}
    with playing(script) as server:
        began = time.monotonic()
        error = failure(server)
        assert time.monotonic() - began >= 0.2
        assert error.code() is grpc.StatusCode.ABORTED
        assert dict(error.trailing_metadata())["x-t"] == "1"


def test_large_messages_pass_the_windows_both_ways():
    items = [{"item_id": f"{number:06d}" * 50} for number in range(5000)]
    with playing({"reply": {"recommendations": items}}) as server:
        excluded = [f"{number:06d}" for number in range(100_000)]
        reply = call(server, fields={"exclude_item_ids": excluded})
        assert [each["item_id"] for each in reply["recommendations"]] == [
            each["item_id"] for each in items
        ]
        assert server.received()[0]["request"]["exclude_item_ids"] == excluded


def test_a_connection_of_http1_is_used_once_lest_clients_repeat_requests_by_themselves():
    with playing() as server:
        for target in (REST, RECOMMEND):
            assert ask(server.port, target, {}).headers["connection"] == "close"
            assert raw_answer(server.port, target, b"{}", "application/json").endswith(
                b"\r\n\r\n{}"
            )


def test_a_closed_server_is_gone():
    with playing({"fault": "SILENCE"}) as server, http2_to(server) as client:
        stream_id = client.send(RECOMMEND, frame(b""))
        arrived(server)
        server.close()
        with pytest.raises(ConnectionResetError):
            client.answer(stream_id)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", server.port), timeout=1)
