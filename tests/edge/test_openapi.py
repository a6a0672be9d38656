"""What the edge answers is what the OpenAPI document says."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path

import jsonschema
import pytest

from tests.edge.harness import get, send

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = json.loads((ROOT / "docs" / "openapi.json").read_text("utf-8"))
OPERATIONS = [(verb, path) for path, verbs in DOCUMENT["paths"].items() for verb in verbs]
CLICK = {"eventId": "e1", "type": "EVENT_TYPE_CLICK", "userId": "u1", "items": [{"itemId": "i001"}]}


def strict(node):
    """Forbid fields that are not in the document; clients must not, a test may."""
    if isinstance(node, dict):
        if "properties" in node:
            node.setdefault("additionalProperties", False)
        for each in node.values():
            strict(each)
    return node


STRICT = strict(copy.deepcopy(DOCUMENT["components"]))


def check(reply, verb, path):
    """Validate a reply against its schema."""
    responses = DOCUMENT["paths"][path][verb]["responses"]
    said = responses.get(str(reply.status), DOCUMENT["components"]["responses"]["Error"])
    schema = {**said["content"]["application/json"]["schema"], "components": STRICT}
    jsonschema.validate(reply.json(), schema, jsonschema.Draft202012Validator)


@pytest.mark.parametrize(("verb", "path"), OPERATIONS)
def test_every_path_leads_to_its_method(edge, verb, path):
    example = re.sub(r"\{[^}]+\}", "x", path)
    json_type = {"content-type": "application/json"}
    body = None if verb in ("get", "delete") else "{}"
    reply = send(edge.port, verb.upper(), example, headers=json_type, body=body)
    assert b"no such path" not in reply.body
    check(reply, verb, path)


@pytest.mark.parametrize(
    ("verb", "path", "example", "body"),
    [
        ("get", "/v1/trending", "/v1/trending?page_size=3&read_mask=*", None),
        ("get", "/v1/trending", "/v1/trending?context.device_class=DEVICE_CLASS_TV", None),
        ("get", "/v1/items/{item_id}:similar", "/v1/items/i001:similar?include_reasons=true", None),
        ("get", "/v1/items/{item}", "/v1/items/i001?read_mask=title", None),
        ("get", "/v1/items", "/v1/items?page_size=5", None),
        ("get", "/v1/catalog", "/v1/catalog", None),
        (
            "post",
            "/v1/recommendations:recommend",
            None,
            {"userId": "u001", "pageSize": 5, "includeReasons": True, "readMask": "*"},
        ),
        ("post", "/v1/recommendations:rank", None, {"userId": "u001", "itemIds": ["i001", "no"]}),
        ("post", "/v1/pages:compose", None, {"shelves": [{"servingConfig": "home"}]}),
        ("post", "/v1/events:write", None, {"event": CLICK}),
        ("post", "/v1/events:batchWrite", None, {"events": [{**CLICK, "eventId": "e2"}, {}]}),
    ],
)
def test_replies_have_the_documents_form(edge, verb, path, example, body):
    json_type = {"content-type": "application/json"}
    text = None if body is None else json.dumps(body)
    reply = send(edge.port, verb.upper(), example or path, headers=json_type, body=text)
    assert reply.status == 200, reply
    check(reply, verb, path)


def test_the_check_notices_a_wrong_form(edge):
    reply = get(edge.port, "/v1/trending?page_size=1")
    with pytest.raises(jsonschema.ValidationError):
        check(reply, "get", "/v1/catalog")
