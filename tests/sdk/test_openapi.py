"""The OpenAPI document: up to date, whole, and what a REST path becomes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sdk.generator.openapi.__main__ import main
from sdk.generator.openapi.paths import openapi_path

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = json.loads((ROOT / "docs" / "openapi.json").read_text("utf-8"))
OPERATIONS = [
    (verb, path, operation)
    for path, verbs in DOCUMENT["paths"].items()
    for verb, operation in verbs.items()
]


def references(node):
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"]
        for each in node.values():
            yield from references(each)
    elif isinstance(node, list):
        for each in node:
            yield from references(each)


def test_it_is_what_the_contract_says():
    out = ["--proto", str(ROOT / "proto"), "--out", str(ROOT / "docs" / "openapi.json")]
    assert main([*out, "--check"]) == 0


def test_a_changed_contract_is_noticed(tmp_path, capsys):
    document = tmp_path / "openapi.json"
    proto = str(ROOT / "tests" / "sdk" / "music" / "proto")
    assert main(["--proto", proto, "--out", str(document)]) == 0
    assert main(["--proto", proto, "--out", str(document), "--check"]) == 0
    document.write_text(document.read_text().replace("Music", "Noise"))
    assert main(["--proto", proto, "--out", str(document), "--check"]) == 1
    assert "out of date" in capsys.readouterr().err


def test_every_reference_leads_somewhere():
    for reference in set(references(DOCUMENT)):
        node = DOCUMENT
        for part in reference.removeprefix("#/").split("/"):
            node = node[part]


def test_operations_have_names_of_their_own_and_all_their_path_parameters():
    names = [operation["operationId"] for _, _, operation in OPERATIONS]
    assert len(set(names)) == len(names)
    for _, path, operation in OPERATIONS:
        in_path = {p["name"] for p in operation["parameters"] if p.get("in") == "path"}
        assert in_path == {part.split("}")[0] for part in path.split("{")[1:]}, path


def test_scopes_errors_and_caching_come_from_the_options():
    trending = DOCUMENT["paths"]["/v1/trending"]["get"]
    assert trending["security"] == [{"apiKey": ["client"]}, {"token": ["client"]}]
    assert "304" in trending["responses"]
    assert "`UNKNOWN_SERVING_CONFIG`" in trending["responses"]["404"]["description"]
    erase = DOCUMENT["paths"]["/v1/users/{user}:erase"]["post"]
    assert erase["security"][0] == {"apiKey": ["partner"]}
    assert "Retry-After" in erase["responses"]["429"]["headers"]


def test_64_bit_numbers_are_texts():
    reply = DOCUMENT["components"]["schemas"]["shortlist.v1.WriteEventResponse"]
    assert reply["properties"]["offset"]["type"] == "string"


@pytest.mark.parametrize(
    ("template", "path", "fields"),
    [
        ("/v1/trending", "/v1/trending", []),
        ("/v1/items/{item_id}:similar", "/v1/items/{item_id}:similar", ["item_id"]),
        ("/v1/{name=items/*}", "/v1/items/{item}", ["name"]),
        ("/v1/{item.name=items/*}", "/v1/items/{item}", ["item.name"]),
        ("/v1/{user=users/*}:merge", "/v1/users/{user}:merge", ["user"]),
        (
            "/v1/{name=servingConfigs/*/rules/*}",
            "/v1/servingConfigs/{servingConfig}/rules/{rule}",
            ["name", "name"],
        ),
        ("/v1/{name=operations/**}:cancel", "/v1/operations/{operation}:cancel", ["name"]),
        ("/v1/{name=operations}", "/v1/operations", []),
    ],
)
def test_a_path_template_becomes_a_path(template, path, fields):
    found = openapi_path(template)
    assert (found.template, [each.field for each in found.parameters]) == (path, fields)
