"""Callers learn which field has a value of the wrong type."""

from __future__ import annotations

import pytest
from google.rpc.error_details_pb2 import BadRequest

from tests.edge.harness import TRENDING, connect, get, padded, rest, send

JSON = {"content-type": "application/json"}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("page_size=abc", "page_size"),
        ("pageSize=1.5", "page_size"),
        ("page_size=99999999999", "page_size"),
        ("context.device_class=nonsense", "context.device_class"),
        ("context.client_time=yesterday", "context.client_time"),
    ],
)
def test_a_parameter_of_the_wrong_type_is_named(edge, query, field):
    reply = get(edge.port, f"/v1/trending?{query}")
    assert (reply.status, reply.reason) == (400, "INVALID_REQUEST")
    (violation,) = reply.json()["details"][1]["fieldViolations"]
    assert violation["field"] == field
    assert reply.json()["message"] == f"{field}: {violation['description']}"


@pytest.mark.parametrize(
    ("path", "message", "field"),
    [
        ("recommendations:recommend", {"seedItemIds": ["x", 1]}, "seed_item_ids"),
        (
            "events:batchWrite",
            {"events": [{}, {"items": [{"price": "x"}]}]},
            "events[1].items[0].price",
        ),
        ("items", {"title": 3}, "item.title"),
    ],
)
def test_a_field_of_the_wrong_type_is_named(edge, path, message, field):
    reply = rest(edge.port, f"/v1/{path}", message)
    (violation,) = reply.json()["details"][1]["fieldViolations"]
    assert (reply.status, reply.reason, violation["field"]) == (400, "INVALID_REQUEST", field)


def test_connect_names_a_field_of_the_wrong_type(edge):
    reply = connect(edge.port, TRENDING, {"context": {"clientTime": "x"}})
    found = BadRequest.FromString(padded(reply.json()["details"][1]["value"]))
    assert (reply.status, found.field_violations[0].field) == (400, "context.client_time")


def test_what_is_no_object_is_refused_in_words(edge):
    reply = rest(edge.port, "/v1/recommendations:recommend", [1])
    assert (reply.status, reply.json()["message"]) == (400, "Root element must be a message.")


@pytest.mark.parametrize(
    "body", ['{"userId": "1"', '{"pageSize": }', '{"pageSize": 3', '{\n"pageSize" 3}']
)
def test_what_cannot_be_parsed_is_refused_in_one_line(edge, body):
    reply = send(edge.port, "POST", "/v1/recommendations:recommend", headers=JSON, body=body)
    assert (reply.status, reply.reason) == (400, "INVALID_REQUEST")
    message = reply.json()["message"]
    assert message.endswith(".")
    assert not set(message) & set("\n^")
