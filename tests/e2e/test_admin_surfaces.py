"""Surfaces and rules are changed while they serve, without a restart."""

from __future__ import annotations

import shutil
import threading
import time

import grpc
import pytest

from server.gen.shortlist.admin.v1 import rule_pb2, serving_config_pb2
from server.gen.shortlist.v1 import catalog_service_pb2, item_pb2
from server.gen.shortlist.v1 import recommendation_service_pb2 as recommendation
from tests.e2e.harness.admin import SOURCES, Admin
from tests.e2e.harness.client import Client, ids, new_id
from tests.e2e.harness.refusals import refused
from tests.e2e.harness.waiting import eventually

BUILT_IN = serving_config_pb2.SERVING_CONFIG_ORIGIN_BUILT_IN


@pytest.fixture
def admin(client):
    return Admin(client)


@pytest.fixture
def surface(admin):
    """A surface of the test's own, on the shared server."""
    name = admin.create()
    yield name
    admin.delete(name, allow_missing=True)


def shown(client, surface, user="u070", **fields):
    asked = {"user_id": user, "serving_config": surface, "page_size": 50, **fields}
    return ids(client.recommend(**asked))


def test_a_surface_serves_from_its_creation_to_its_deletion(client, admin):
    name = new_id("s")
    assert refused(shown, client, name).reason == "UNKNOWN_SERVING_CONFIG"
    admin.create(name, sources={"popular": 30})
    reply = client.recommend(user_id="u070", serving_config=name)
    assert {source for each in reply.recommendations for source in each.sources} == {"popular"}
    admin.delete(name)
    assert refused(shown, client, name).reason == "UNKNOWN_SERVING_CONFIG"
    assert refused(admin.surface, name).reason == "UNKNOWN_SERVING_CONFIG"


def test_a_changed_field_counts_for_the_next_request(client, admin, surface):
    known = shown(client, surface, "u071", page_size=200)
    assert set(known) & set(shown(client, "buy_again", "u071", page_size=200))
    admin.change(surface, excludes_engaged=True)
    fresh = shown(client, surface, "u071", page_size=200)
    # What the user clicked is out at once.
    engaged = {each for each in known if each not in fresh}
    assert engaged
    admin.change(surface, excludes_engaged=False)
    assert shown(client, surface, "u071", page_size=200) == known


def test_a_pin_shows_its_item_at_its_position(client, admin, surface):
    last = shown(client, surface)[-1]
    admin.rule(surface, "choice", pin={"position": 2}, item_ids=[last])
    assert shown(client, surface)[2] == last
    admin.change_rule(surface, "choice", pin={"position": 5})
    assert shown(client, surface)[5] == last
    admin.delete_rule(surface, "choice")
    assert shown(client, surface)[-1] == last


def test_a_cap_holds_in_every_window(client, admin, shop, surface):
    def most(window):
        brands = [shop.item(each).brand for each in shown(client, surface, "u072")]
        assert len(brands) > 20
        return max(
            max(brands[start : start + window].count(each) for each in brands)
            for start in range(len(brands) - window + 1)
        )

    assert most(5) > 2
    admin.rule(surface, "variety", cap={"attribute": "brand", "limit": 2, "window": 5})
    assert most(5) == 2


def test_a_boost_changes_the_order_and_not_the_scores(client, admin, shop, surface):
    garden = shop.ids(category="garden")

    def page():
        request = {"user_id": "u072", "serving_config": surface, "page_size": 100}
        return client.recommend(**request).recommendations

    before = page()
    admin.rule(surface, "season", boost={"factor": 10}, filter='category = "garden"')
    after = page()
    assert [each.item_id for each in after] != [each.item_id for each in before]
    lifted = [each.score * (10 if each.item_id in garden else 1) for each in after]
    assert lifted == sorted(lifted, reverse=True)
    scores = {each.item_id: each.score for each in before}
    assert all(scores[each.item_id] == each.score for each in after if each.item_id in scores)


def test_a_block_removes_also_from_feeds_that_have_begun(client, admin, shop, surface):
    asked = {"user_id": "u073", "serving_config": surface, "page_size": 20}
    first = client.recommend(**asked)
    token = first.next_page_token
    second = ids(client.recommend(**asked, page_token=token))
    gone = second[3]
    admin.rule(surface, "recalled", block={}, item_ids=[gone, ids(first)[0]])
    assert not {gone, ids(first)[0]} & set(shown(client, surface, "u073", page_size=200))
    again = client.recommend(**asked, page_token=token)
    # What is left stays where it was.
    assert ids(again) == [each for each in second if each != gone]
    assert [each.position for each in again.recommendations] == [20, 21, 22, *range(24, 40)]
    admin.rule(surface, "no_music", block={}, filter='category = "music"')
    assert not set(shown(client, surface, "u073", page_size=200)) & shop.ids(category="music")


def test_a_feed_goes_on_when_its_surface_changes(client, admin, surface):
    asked = {"user_id": "u074", "serving_config": surface, "page_size": 30}
    page = client.recommend(**asked)
    found = ids(page)
    kept = ids(client.recommend(**asked, page_token=page.next_page_token))
    admin.change(surface, sources={"popular": 50, "content": 100}, diversity=0.5)
    assert ids(client.recommend(**asked, page_token=page.next_page_token)) == kept
    while page.next_page_token:
        page = client.recommend(**asked, page_token=page.next_page_token)
        found += ids(page)
    assert len(found) == len(set(found)) >= 200


def test_a_rule_holds_from_its_start_to_its_end(client, admin, surface):
    top = shown(client, surface)[0]
    begun_s = time.time()
    start, end = begun_s + 2.0, begun_s + 4.0
    created = admin.rule(
        surface,
        "hour",
        block={},
        item_ids=[top],
        start_time={"nanos": int(start % 1 * 1e9), "seconds": int(start)},
        end_time={"nanos": int(end % 1 * 1e9), "seconds": int(end)},
    )
    assert created.state == rule_pb2.RULE_STATE_SCHEDULED
    assert shown(client, surface)[0] == top and time.time() < start
    eventually(lambda: top not in shown(client, surface), within_s=10)
    assert time.time() >= start
    (rule,) = admin.rules(surface)
    assert rule.state == rule_pb2.RULE_STATE_ACTIVE and time.time() < end
    eventually(lambda: shown(client, surface)[0] == top, within_s=10)
    assert time.time() >= end
    assert admin.rules(surface)[0].state == rule_pb2.RULE_STATE_ENDED


def test_the_servers_own_surfaces_can_be_changed_and_reset(start_server):
    server = start_server()
    admin = Admin(server.client)
    before = admin.surface("trending")

    def trending():
        return ids(server.client.recommendations.ListTrending(recommendation.ListTrendingRequest()))

    assert before.origin == BUILT_IN and len(trending()) == 20
    first = trending()[0]
    # Shared replies are kept for some seconds, but not beyond a change.
    admin.rule("trending", "recalled", block={}, item_ids=[first])
    assert first not in trending()
    admin.change("trending", sources={"popular": 3}, source_timeout={"seconds": 5})
    assert admin.surface("trending").origin != BUILT_IN
    admin.delete("trending")
    assert admin.surface("trending") == before
    assert first in trending()


def test_validate_only_says_what_is_wrong_and_changes_nothing(client, admin, surface):
    before, page = admin.surface(surface), shown(client, surface)
    would = admin.change(surface, validate_only=True, diversity=1.0)
    assert would.diversity == 1.0 and would.etag != before.etag
    would = admin.rule(surface, "r", block={}, filter='category = "books"', validate_only=True)
    assert would.etag
    found = refused(admin.rule, surface, "r", block={}, filter='colour = "red"', validate_only=True)
    assert (found.reason, found.fields) == ("INVALID_REQUEST", ["rule.filter"])
    admin.delete(surface, validate_only=True)
    assert admin.surface(surface) == before and admin.rules(surface) == []
    assert shown(client, surface) == page


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"sources": {"two_towers": 10}}, 'serving_config.sources["two_towers"]'),
        ({"shortlist": 5000}, "serving_config.shortlist"),
        ({"diversity_attribute": "colour"}, "serving_config.diversity_attribute"),
        ({"diversity": 2.0}, "serving_config.diversity"),
    ],
)
def test_a_wrong_surface_is_refused(client, admin, surface, fields, wrong):
    page = shown(client, surface)
    found = refused(admin.change, surface, **fields)
    assert (found.code, found.reason) == ("INVALID_ARGUMENT", "INVALID_REQUEST")
    assert wrong in found.fields
    assert shown(client, surface) == page


def test_an_attribute_can_be_used_as_soon_as_it_is_declared(client, admin, surface):
    name = new_id("a").replace("-", "_")
    rule = {"boost": {"factor": 2}, "filter": f'{name} = "red"'}
    assert refused(admin.rule, surface, "r", **rule).fields == ["rule.filter"]
    attribute = {"name": name, "type": item_pb2.ATTRIBUTE_TYPE_STRING, "filterable": True}
    client.catalog.UpdateCatalog(
        catalog_service_pb2.UpdateCatalogRequest(catalog={"item_attributes": [attribute]})
    )
    admin.rule(surface, "r", **rule)
    assert shown(client, surface)


def test_of_writers_at_once_that_have_read_the_same_one_wins(server, admin, surface):
    etag, outcomes = admin.surface(surface).etag, []

    def write(number):
        client = Client(server.port)
        try:
            changed = Admin(client).change(surface, etag=etag, seen_limit=number)
            outcomes.append(changed.seen_limit)
        except grpc.RpcError as error:
            outcomes.append(error.code())
        client.close()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(10, 18)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    won = [each for each in outcomes if isinstance(each, int)]
    assert len(outcomes) == 8 and len(won) == 1
    assert outcomes.count(grpc.StatusCode.ABORTED) == 7
    assert admin.surface(surface).seen_limit == won[0]


def test_every_acknowledged_write_survives_kill_9(start_server):
    server = start_server()
    admin, acknowledged, is_killed = Admin(server.client), [], threading.Event()
    admin.create("gifts", feed_length=40)
    admin.change("home", diversity=0.9)

    def write(writer):
        mine = Admin(Client(server.port))
        for number in range(1000):
            name = f"r{writer}-{number}"
            try:
                mine.rule("gifts", name, boost={"factor": 1 + number / 1000})
                acknowledged.append(name)
                if number % 2:
                    mine.delete_rule("gifts", name)
            except grpc.RpcError:
                assert is_killed.is_set()
                return

    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(4)]
    for thread in threads:
        thread.start()
    eventually(lambda: len(acknowledged) > 40, within_s=30)
    is_killed.set()
    server.kill()
    for thread in threads:
        thread.join()
    again = Admin(start_server(data_dir=server.data_dir).client)
    assert again.surface("gifts").feed_length == 40
    assert again.surface("home").diversity == 0.9
    kept = {each.name.rpartition("/")[2] for each in again.rules("gifts")}
    last = {name.partition("-")[0]: name for name in acknowledged}
    # The very last one of each writer may have been on its way to deletion.
    sure = [name for name in acknowledged if int(name.partition("-")[2]) % 2 == 0]
    assert set(sure) <= kept
    assert not {name for name in acknowledged if int(name.partition("-")[2]) % 2} & kept - set(
        last.values()
    )
    assert len(shown(again.client, "gifts")) == 50


def test_another_model_version_keeps_what_was_changed(start_server, second_version):
    server = start_server()
    admin = Admin(server.client)
    admin.create("gifts")
    admin.change("home", diversity=0.0, exploration={})
    pinned = "i299"
    for surface in ("home", "gifts"):
        admin.rule(surface, "choice", pin={"position": 0}, item_ids=[pinned])
    models = server.data_dir / "models"
    shutil.copytree(second_version, models / second_version.name)
    partial = models / ".current"
    partial.write_text(second_version.name + "\n")
    partial.replace(models / "CURRENT")

    def version():
        reply = server.client.recommend(user_id="u001", serving_config="gifts")
        return {each.version for each in reply.model_versions}

    eventually(lambda: version() == {second_version.name}, within_s=20)
    for surface in ("home", "gifts"):
        assert shown(server.client, surface, page_size=5)[0] == pinned
    assert admin.surface("home").diversity == 0.0


def test_the_settings_file_comes_first_and_its_rules_can_be_changed(start_server):
    config = """
[surfaces.ruled]
like = "home_plain"
source_timeout_s = 5.0
[surfaces.ruled.rules.choice]
kind = "pin"
item_ids = ["i299"]
[surfaces.ruled.rules.ended]
kind = "block"
item_ids = ["i000"]
end_time = 2020-01-01T00:00:00Z
"""
    server = start_server(config)
    admin = Admin(server.client)
    choice, ended = admin.rules("ruled")
    assert not choice.HasField("create_time")
    assert ended.state == rule_pb2.RULE_STATE_ENDED
    assert shown(server.client, "ruled", "nobody")[0] == "i299"
    admin.change_rule("ruled", "choice", "item_ids", item_ids=["i298"])
    assert shown(server.client, "ruled", "nobody")[0] == "i298"
    admin.delete_rule("ruled", "choice")
    assert len(admin.rules("ruled")) == 1
    assert shown(server.client, "ruled", "nobody")[0] not in ("i298", "i299")
    server.stop()
    admin = Admin(start_server(config, data_dir=server.data_dir).client)
    assert len(admin.rules("ruled")) == 1
    admin.delete("ruled")
    assert admin.rules("ruled") == [choice, ended]
    assert shown(admin.client, "ruled", "nobody")[0] == "i299"
    assert dict(admin.surface("home").sources).keys() >= SOURCES.keys()
