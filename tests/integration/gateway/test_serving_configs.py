"""ServingConfigService over real gRPC, with a store in memory behind it."""

from google.protobuf.field_mask_pb2 import FieldMask

from server.gen.shortlist.admin.v1 import serving_config_pb2 as proto
from server.gen.shortlist.admin.v1 import serving_config_service_pb2 as service
from tests.integration.gateway.conftest import refused

HOME = "servingConfigs/home"


def gifts(**over):
    fields = {
        "name": "servingConfigs/gifts",
        "sources": {"popular": 20, "fresh": 5},
        "candidates": 100,
        "shortlist": 50,
        "feed_length": 30,
        "feed_ttl": {"seconds": 60},
        "diversity": 0.25,
        "diversity_attribute": "genre",
        "seen": proto.SEEN_POLICY_EXCLUDE,
        "seen_limit": 3,
        "seen_half_life": {"seconds": 5400},
        "excludes_engaged": True,
        "excludes_purchased": True,
        "exploration": {"positions": [1, 5], "rate": 0.5, "pool_size": 7},
        "objective": {"click": 1.0, "purchase": 2.5},
        "source_timeout": {"nanos": 250_000_000},
        "by_source": True,
    }
    return proto.ServingConfig(**(fields | over))


def written(message):
    """The fields that a client sets."""
    plain = proto.ServingConfig()
    plain.CopyFrom(message)
    for name in ("etag", "rule_count", "origin", "create_time", "update_time"):
        plain.ClearField(name)
    return plain


async def create(edge, message=None, **over):
    request = service.CreateServingConfigRequest(serving_config=message or gifts(), **over)
    return await edge.serving_config.CreateServingConfig(request)


async def get(edge, name=HOME):
    return await edge.serving_config.GetServingConfig(service.GetServingConfigRequest(name=name))


async def update(edge, message, *paths, **over):
    mask = FieldMask(paths=paths) if paths else None
    request = service.UpdateServingConfigRequest(serving_config=message, update_mask=mask, **over)
    return await edge.serving_config.UpdateServingConfig(request)


async def delete(edge, name=HOME, **over):
    request = service.DeleteServingConfigRequest(name=name, **over)
    return await edge.serving_config.DeleteServingConfig(request)


async def test_every_field_comes_back_as_it_was_written(edge):
    created = await create(edge)
    assert written(created) == gifts()
    assert created.origin == proto.SERVING_CONFIG_ORIGIN_CREATED
    assert created.etag and created.create_time.seconds and not created.rule_count
    assert await get(edge, "servingConfigs/gifts") == created


async def test_what_is_not_set_has_its_default_in_the_reply(edge):
    created = await create(
        edge, proto.ServingConfig(sources={"popular": 9}), serving_config_id="plain"
    )
    assert created.name == "servingConfigs/plain"
    assert (created.candidates, created.shortlist, created.feed_length) == (2000, 500, 200)
    assert (created.feed_ttl.seconds, created.seen_half_life.seconds) == (3600, 86_400)
    assert (created.seen, created.seen_limit) == (proto.SEEN_POLICY_DISCOUNT, 5)
    assert created.source_timeout.nanos == 50_000_000
    assert not created.HasField("exploration")


async def test_the_built_in_ones_are_there_and_can_be_changed_and_reset(edge):
    built_in = await get(edge)
    assert built_in.origin == proto.SERVING_CONFIG_ORIGIN_BUILT_IN
    assert built_in.exploration.positions == [5, 11, 17]
    assert not built_in.HasField("create_time")
    changed = await update(edge, proto.ServingConfig(name=HOME, diversity=0.75))
    assert changed.origin == proto.SERVING_CONFIG_ORIGIN_CHANGED
    assert changed.etag != built_in.etag
    assert written(changed) != written(built_in)
    await delete(edge)
    assert await get(edge) == built_in


async def test_a_mask_says_what_changes(edge):
    await create(edge)
    sent = gifts(diversity=0.9, sources={"popular": 1}, seen_limit=9)
    changed = await update(edge, sent, "diversity", "exploration.rate")
    assert (changed.diversity, changed.exploration.rate, changed.seen_limit) == (0.9, 0.5, 3)
    assert dict(changed.sources) == {"popular": 20, "fresh": 5}
    changed = await update(edge, sent, "sources")
    assert dict(changed.sources) == {"popular": 1}
    sent = proto.ServingConfig(name=sent.name)
    changed = await update(edge, sent, "diversity", "exploration", "feed_ttl", "objective")
    assert (changed.diversity, changed.feed_ttl.seconds) == (0.0, 3600)
    assert not changed.objective and not changed.HasField("exploration")
    everything = proto.ServingConfig(name=sent.name, sources={"fresh": 1})
    assert (await update(edge, everything, "*")).candidates == 2000
    refusal = await refused(update(edge, gifts(), "sources.popular"))
    assert (refusal.reason, refusal.fields) == ("INVALID_REQUEST", ["update_mask"])


async def test_without_a_mask_what_is_set_changes(edge):
    await create(edge)
    changed = await update(edge, proto.ServingConfig(name=gifts().name, seen_limit=9))
    assert written(changed) == gifts(seen_limit=9)


async def test_a_missing_one_is_created_only_if_that_is_allowed(edge):
    refusal = await refused(update(edge, gifts()))
    assert (refusal.code, refusal.reason) == ("NOT_FOUND", "UNKNOWN_SERVING_CONFIG")
    assert refusal.details["ResourceInfo"].resource_name == "gifts"
    assert written(await update(edge, gifts(), allow_missing=True)) == gifts()


async def test_an_etag_that_has_passed_is_refused(edge):
    before = await create(edge)
    after = await update(edge, gifts(diversity=0.5, etag=before.etag), "diversity")
    refusal = await refused(update(edge, gifts(diversity=0.75, etag=before.etag), "diversity"))
    assert (refusal.code, refusal.reason) == ("ABORTED", "ETAG_MISMATCH")
    assert refusal.details["ResourceInfo"].resource_name == "gifts"
    assert (await refused(delete(edge, after.name, etag=before.etag))).reason == "ETAG_MISMATCH"
    await delete(edge, after.name, etag=after.etag)


async def test_one_that_exists_is_not_created_again(edge):
    refusal = await refused(create(edge, gifts(name=HOME)))
    assert (refusal.code, refusal.reason) == ("ALREADY_EXISTS", "SERVING_CONFIG_ALREADY_EXISTS")
    refusal = await refused(create(edge, serving_config_id="other"))
    assert refusal.fields == ["serving_config_id"]


async def test_what_is_wrong_is_named_by_the_paths_of_the_request(edge):
    message = gifts(
        sources={"two_towers": 5, "popular": 1},
        shortlist=500,
        diversity_attribute="colour",
        shared=True,
        by_source=False,
    )
    refusal = await refused(create(edge, message))
    assert (refusal.code, refusal.reason) == ("INVALID_ARGUMENT", "INVALID_REQUEST")
    wrong = [
        'serving_config.sources["two_towers"]',
        "serving_config.shortlist",
        "serving_config.diversity_attribute",
        "serving_config.exploration",
    ]
    assert sorted(refusal.fields) == sorted(wrong)
    refusal = await refused(update(edge, gifts(name=HOME, sources={"x": 1}), "sources"))
    assert refusal.fields == ['serving_config.sources["x"]']
    refusal = await refused(create(edge, gifts(candidates=-1, feed_ttl={"seconds": -1})))
    assert set(refusal.fields) == {"serving_config.candidates", "serving_config.feed_ttl"}
    refusal = await refused(create(edge, gifts(feed_ttl={"seconds": 1, "nanos": 5})))
    assert refusal.fields == ["serving_config.feed_ttl"]
    sent = gifts(name=HOME, feed_ttl={"seconds": 1, "nanos": 5})
    assert (await refused(update(edge, sent))).fields == ["serving_config.feed_ttl"]
    assert (await refused(create(edge, gifts(name="servingConfigs/No!")))).fields == [
        "serving_config.name"
    ]


async def test_validate_only_checks_and_changes_nothing(edge):
    assert written(await create(edge, validate_only=True)) == gifts()
    refusal = await refused(create(edge, gifts(sources={}), validate_only=True))
    assert refusal.fields == ["serving_config.sources"]
    changed = await update(edge, proto.ServingConfig(name=HOME, diversity=1), validate_only=True)
    assert changed.diversity == 1
    await delete(edge, validate_only=True)
    assert (await get(edge)).origin == proto.SERVING_CONFIG_ORIGIN_BUILT_IN
    assert (await refused(get(edge, gifts().name))).reason == "UNKNOWN_SERVING_CONFIG"


async def test_deleting_what_is_not_there(edge):
    refusal = await refused(delete(edge, "servingConfigs/none"))
    assert refusal.reason == "UNKNOWN_SERVING_CONFIG"
    await delete(edge, "servingConfigs/none", allow_missing=True)


async def test_a_list_goes_through_all_by_name(edge):
    await create(edge)
    names, token = [], ""
    while True:
        page = await edge.serving_config.ListServingConfigs(
            service.ListServingConfigsRequest(page_size=3, page_token=token)
        )
        names += [each.name.partition("/")[2] for each in page.serving_configs]
        token = page.next_page_token
        if not token:
            break
        assert len(page.serving_configs) == 3
    assert names == sorted(names)
    assert names == [
        *("buy_again", "explore", "gifts", "home", "home_plain", "similar", "trending"),
        "two_tower",
    ]
    request = service.ListServingConfigsRequest(page_token="x")
    refusal = await refused(edge.serving_config.ListServingConfigs(request))
    assert refusal.reason == "INVALID_PAGE_TOKEN"
