"""The program under test: what lies between the lines of the runner and the page in the engine."""

from __future__ import annotations

import json
import threading
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from conformance.clients.tv.bridge import Bridge
from conformance.clients.tv.requests import Requests


def translated(**step: object) -> dict[str, object]:
    line = json.dumps({"test": "a/b", "steps": [step]}).encode()
    found = json.loads(Requests().translated(line))
    assert found["test"] == "a/b"
    return dict(found["steps"][0])


def test_names_of_the_proto_become_those_that_apps_write() -> None:
    method = "shortlist.v1.RecommendationService/Recommend"
    request = {"user_id": "u", "context": {"surface_attributes": {"my_tab": "x"}}, "diversity": 0}
    assert translated(do="call", method=method, request=request)["request"] == {
        "userId": "u",
        "context": {"surfaceAttributes": {"my_tab": "x"}},
        "diversity": 0.0,
    }


def test_events_are_translated_one_by_one() -> None:
    step = translated(
        do="enqueue_events",
        method="shortlist.v1.EventService/BatchWriteEvents",
        request=[{"event_id": "a"}, {"event_id": "b", "items": [{"item_id": "x"}]}],
    )
    assert step["request"] == [{"eventId": "a"}, {"eventId": "b", "items": [{"itemId": "x"}]}]


def test_a_method_of_another_contract_is_left_to_the_page() -> None:
    step = translated(do="call", method="other.v1.Service/Do", request={"some_name": 1})
    assert step["request"] == {"some_name": 1}


def test_a_message_is_read_by_the_methods_that_reply_with_it() -> None:
    step = translated(do="encode", method="Item", request={"json": {"imageUri": "i"}})
    assert step["request"] == {"json": {"imageUri": "i"}}
    assert "shortlist.v1.CatalogService/GetItem" in dict(step["readers"])
    assert dict(step["readers"])["shortlist.v1.CatalogService/GetItem"] == {"name": "x"}
    assert translated(do="encode", method="Event", request={"json": {}})["readers"] == {}


def post(address: str, line: str) -> None:
    with urllib.request.urlopen(f"{address}/lines", line.encode(), timeout=5) as reply:
        assert reply.status == 204


def test_lines_go_to_the_page_and_come_back(capsys: pytest.CaptureFixture[str]) -> None:
    bridge = Bridge({})
    with bridge.serving() as address:
        bridge.send('{"test": "a"}')
        bridge.send('{"test": "b"}')
        with urllib.request.urlopen(f"{address}/lines", timeout=5) as reply:
            assert json.load(reply) == [{"test": "a"}, {"test": "b"}]
        post(address, '{"test": "b", "outcomes": []}')
    assert capsys.readouterr().out == '{"test": "b", "outcomes": []}\n'


def test_the_end_waits_for_the_page() -> None:
    bridge = Bridge({})
    with bridge.serving() as address:
        ended = threading.Thread(target=bridge.end, args=(5,))
        ended.start()
        with urllib.request.urlopen(f"{address}/lines", timeout=5) as reply:
            assert json.load(reply) == [None]
        assert ended.is_alive()
        post(address, "null")
        ended.join(5)
        assert not ended.is_alive()


def test_files_of_the_page_are_served_and_no_others(tmp_path: Path) -> None:
    (tmp_path / "app.html").write_text("<p>")
    bridge = Bridge({"page": tmp_path})
    with bridge.serving() as address:
        with urllib.request.urlopen(f"{address}/page/app.html?x=1", timeout=5) as reply:
            assert reply.read() == b"<p>"
        for path in ("favicon.ico", "page/none.js", "other/app.html"):
            with pytest.raises(urllib.error.HTTPError, match="404"):
                urllib.request.urlopen(f"{address}/{path}", timeout=5)
