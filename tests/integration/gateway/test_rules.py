"""RuleService over real gRPC, with a store in memory behind it."""

import pytest
from google.protobuf.field_mask_pb2 import FieldMask

from server.gen.shortlist.admin.v1 import rule_pb2 as proto
from server.gen.shortlist.admin.v1 import rule_service_pb2 as service
from server.gen.shortlist.admin.v1 import serving_config_service_pb2
from tests.integration.gateway.conftest import refused

HOME = "servingConfigs/home"
ACTIONS = {
    "pin": {"pin": {"position": 2}, "item_ids": ["i1", "i2"]},
    "pin_first": {"pin": {}, "item_ids": ["i1"]},
    "cap": {"cap": {"attribute": "genre", "limit": 2, "window": 5}},
    "cap_none": {"cap": {"limit": 0, "window": 5}, "filter": 'genre = "a"'},
    "boost": {"boost": {"factor": 1.5}, "filter": "price < 20"},
    "sink": {"boost": {"factor": 0}, "item_ids": ["i3"]},
    "block": {"block": {}, "filter": 'tags:"recalled"', "item_ids": ["i4"]},
}


def rule(name, **fields):
    return proto.Rule(name=f"{HOME}/rules/{name}", **fields)


def written(message):
    plain = proto.Rule()
    plain.CopyFrom(message)
    for name in ("etag", "state", "create_time", "update_time"):
        plain.ClearField(name)
    return plain


async def create(edge, message, **over):
    fields = {"parent": HOME, "rule": message}
    return await edge.rule.CreateRule(service.CreateRuleRequest(**(fields | over)))


async def get(edge, name, surface=HOME):
    return await edge.rule.GetRule(service.GetRuleRequest(name=f"{surface}/rules/{name}"))


async def update(edge, message, *paths, **over):
    mask = FieldMask(paths=paths) if paths else None
    request = service.UpdateRuleRequest(rule=message, update_mask=mask, **over)
    return await edge.rule.UpdateRule(request)


async def delete(edge, name, **over):
    return await edge.rule.DeleteRule(
        service.DeleteRuleRequest(name=f"{HOME}/rules/{name}", **over)
    )


async def names(edge, **fields):
    page = await edge.rule.ListRules(service.ListRulesRequest(**({"parent": HOME} | fields)))
    return [each.name.rpartition("/")[2] for each in page.rules], page.next_page_token


@pytest.mark.parametrize("name", ACTIONS)
async def test_every_kind_of_rule_comes_back_as_it_was_written(edge, name):
    message = rule(name, **ACTIONS[name], start_time={"seconds": 5}, end_time={"seconds": 2**33})
    created = await create(edge, message)
    assert written(created) == message
    assert created.WhichOneof("action") == message.WhichOneof("action")
    assert created.state == proto.RULE_STATE_ACTIVE and created.etag
    assert await get(edge, name) == created


async def test_a_rule_says_whether_it_holds(edge):
    later = await create(edge, rule("later", **ACTIONS["sink"], start_time={"seconds": 2**33}))
    assert later.state == proto.RULE_STATE_SCHEDULED
    over = await create(edge, rule("over", **ACTIONS["sink"], end_time={"seconds": 5}))
    assert over.state == proto.RULE_STATE_ENDED


async def test_rules_are_listed_as_they_apply(edge):
    for name in ("z", "a", "m"):
        await create(edge, proto.Rule(**ACTIONS["sink"]), rule_id=name)
    first, token = await names(edge, page_size=2)
    rest, last = await names(edge, page_size=2, page_token=token)
    assert (first, rest, last) == (["z", "a"], ["m"], "")
    refusal = await refused(
        edge.rule.ListRules(
            service.ListRulesRequest(parent="servingConfigs/explore", page_token=token)
        )
    )
    assert refusal.reason == "INVALID_PAGE_TOKEN"
    found = await edge.serving_config.GetServingConfig(
        serving_config_service_pb2.GetServingConfigRequest(name=HOME)
    )
    assert found.rule_count == 3


async def test_a_mask_says_what_changes(edge):
    await create(edge, rule("r", **ACTIONS["boost"], end_time={"seconds": 2**33}))
    changed = await update(edge, rule("r", boost={"factor": 3}, filter="x"), "boost.factor")
    assert (changed.boost.factor, changed.filter) == (3, "price < 20")
    # What is left out of the message is cleared if it is named.
    changed = await update(edge, rule("r"), "end_time")
    assert not changed.HasField("end_time")
    changed = await update(edge, rule("r", block={}))
    assert changed.WhichOneof("action") == "block" and changed.filter == "price < 20"
    refusal = await refused(update(edge, rule("r"), "block"))
    assert refusal.fields == ["rule.action"]
    assert (await refused(update(edge, rule("r"), "colour"))).fields == ["update_mask"]


async def test_a_missing_rule_is_said(edge):
    refusal = await refused(get(edge, "none"))
    assert (refusal.code, refusal.reason) == ("NOT_FOUND", "RULE_NOT_FOUND")
    assert (await refused(get(edge, "r", "servingConfigs/none"))).reason == "UNKNOWN_SERVING_CONFIG"
    assert (await refused(update(edge, rule("none")))).reason == "RULE_NOT_FOUND"
    assert (await refused(delete(edge, "none"))).reason == "RULE_NOT_FOUND"
    await delete(edge, "none", allow_missing=True)
    message = rule("new", **ACTIONS["block"])
    assert written(await update(edge, message, allow_missing=True)) == message


async def test_a_rule_that_exists_is_not_created_again(edge):
    created = await create(edge, rule("r", **ACTIONS["boost"]))
    refusal = await refused(create(edge, rule("r", **ACTIONS["block"])))
    assert (refusal.code, refusal.reason) == ("ALREADY_EXISTS", "RULE_ALREADY_EXISTS")
    assert await get(edge, "r") == created


async def test_an_etag_that_has_passed_is_refused(edge):
    before = await create(edge, rule("r", **ACTIONS["boost"]))
    after = await update(edge, rule("r", boost={"factor": 3}, etag=before.etag))
    refusal = await refused(update(edge, rule("r", boost={"factor": 4}, etag=before.etag)))
    assert (refusal.code, refusal.reason) == ("ABORTED", "ETAG_MISMATCH")
    assert (await refused(delete(edge, "r", etag=before.etag))).reason == "ETAG_MISMATCH"
    await delete(edge, "r", etag=after.etag)
    assert await names(edge) == ([], "")


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({}, ["rule.action"]),
        ({"boost": {"factor": 11}}, ["rule.boost.factor"]),
        ({"boost": {"factor": 2}, "filter": "price <"}, ["rule.filter"]),
        ({"boost": {"factor": 2}, "filter": 'colour = "red"'}, ["rule.filter"]),
        ({"cap": {"attribute": "colour", "limit": 1}}, ["rule.cap.attribute"]),
        ({"pin": {"position": 1}}, ["rule.item_ids"]),
        ({"pin": {"position": -1}, "item_ids": ["a b"]}, ["rule.pin.position", "rule.item_ids[0]"]),
        ({"block": {}}, ["rule.filter"]),
        (
            {"block": {}, "item_ids": ["a"], "start_time": {"seconds": 2}, "end_time": {}},
            ["rule.end_time"],
        ),
    ],
    ids=str,
)
async def test_what_is_wrong_is_named_by_the_paths_of_the_request(edge, fields, wrong):
    for is_dry in (False, True):
        call = create(edge, rule("r", **fields), validate_only=is_dry)
        refusal = await refused(call)
        assert (refusal.code, refusal.reason) == ("INVALID_ARGUMENT", "INVALID_REQUEST")
        assert refusal.fields == wrong
    await create(edge, rule("other", **ACTIONS["boost"]))
    if "boost" in fields:
        assert (await refused(update(edge, rule("other", **fields)))).fields == wrong


async def test_names_must_fit_together(edge):
    message = rule("r", **ACTIONS["boost"])
    assert (await refused(create(edge, message, rule_id="other"))).fields == ["rule_id"]
    refusal = await refused(create(edge, message, parent="servingConfigs/explore"))
    assert refusal.fields == ["rule.name"]
    assert (await refused(create(edge, proto.Rule(block={})))).fields == ["rule.name"]
    assert (await refused(update(edge, proto.Rule(block={})))).fields == ["rule.name"]


async def test_validate_only_checks_and_changes_nothing(edge):
    message = rule("r", **ACTIONS["boost"])
    assert written(await create(edge, message, validate_only=True)) == message
    assert await names(edge) == ([], "")
    created = await create(edge, message)
    await update(edge, rule("r", boost={"factor": 3}), validate_only=True)
    await delete(edge, "r", validate_only=True)
    assert await get(edge, "r") == created
