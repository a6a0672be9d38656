"""Every row of the contract's error table that these services touch, over real gRPC.

CREDENTIALS_*, SCOPE_INSUFFICIENT, SUBJECT_MISMATCH and QUOTA_EXHAUSTED need a server that asks for
credentials. PAGE_TOKEN_EXPIRED, OVERLOADED, STORAGE_FULL, DEADLINE_TOO_SHORT and
DEPENDENCY_UNAVAILABLE need a server in that state: their own files look at them closely, and
`test_the_table_is_complete` names them.
"""

from __future__ import annotations

import pathlib
import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from server.gen.google.longrunning import operations_pb2
from server.gen.shortlist.admin.v1 import rule_service_pb2 as rules
from server.gen.shortlist.admin.v1 import serving_config_service_pb2 as surfaces
from server.gen.shortlist.v1 import catalog_service_pb2 as catalog
from server.gen.shortlist.v1 import error_reason_pb2
from server.gen.shortlist.v1 import event_service_pb2 as events
from server.gen.shortlist.v1 import recommendation_service_pb2 as recommendation
from server.gen.shortlist.v1 import user_service_pb2 as users
from tests.e2e.harness.client import Client, event, item, new_id
from tests.e2e.harness.refusals import refused

DAY_S = 86_400


@dataclass(frozen=True)
class Row:
    """One row of the table, and a call that leads to it."""

    reason: str
    code: str
    call: Callable[[Client], object]
    detail: str = "BadRequest"
    about: str = ""

    def __str__(self) -> str:
        return f"{self.reason}-{self.about}"


def recommend(**fields):
    return lambda client: client.recommend(**{"user_id": "u001", **fields})


def listing(**fields):
    return lambda client: client.catalog.ListItems(catalog.ListItemsRequest(**fields))


def writing(**fields):
    return lambda client: client.write_one(event("click", "i001", **{"user": "u", **fields}))


def aged(seconds):
    return {"seconds": int(time.time()) - seconds}


def _conflicting(client):
    client.write_one(event("click", "i001", user="conflict", event_id="conflict"))
    client.write_one(event("like", "i001", user="conflict", event_id="conflict"))


def _operation(method):
    request = getattr(operations_pb2, f"{method}OperationRequest")
    return lambda client: getattr(client.operations, f"{method}Operation")(
        request(name="operations/none")
    )


RULED = "servingConfigs/ruled"
INVALID, MISSING = "INVALID_ARGUMENT", "NOT_FOUND"
TABLE = [
    Row("INVALID_REQUEST", INVALID, recommend(user_id="a b"), about="user_id"),
    Row("INVALID_REQUEST", INVALID, recommend(page_size=201), about="page_size"),
    Row("INVALID_REQUEST", INVALID, recommend(diversity=1.5), about="diversity"),
    Row("INVALID_REQUEST", INVALID, recommend(diversity=float("nan")), about="diversity"),
    Row("INVALID_REQUEST", INVALID, recommend(serving_config="No!"), about="serving_config"),
    Row("INVALID_REQUEST", INVALID, recommend(seed_item_ids=["x"] * 51), about="seed_item_ids"),
    Row(
        "INVALID_REQUEST",
        INVALID,
        recommend(exclude_item_ids=["x"] * 1001),
        about="exclude_item_ids",
    ),
    Row(
        "INVALID_REQUEST",
        INVALID,
        recommend(exclude_item_ids=["ok", "a/b"]),
        about="exclude_item_ids[1]",
    ),
    Row("INVALID_REQUEST", INVALID, recommend(request_id="a b"), about="request_id"),
    Row("INVALID_REQUEST", INVALID, recommend(session_id="x" * 129), about="session_id"),
    Row("INVALID_REQUEST", INVALID, recommend(read_mask={"paths": ["colour"]}), about="read_mask"),
    Row("INVALID_REQUEST", INVALID, recommend(context={"country": "de"}), about="context.country"),
    Row("INVALID_REQUEST", INVALID, recommend(filter="x" * 2001), about="filter"),
    Row(
        "INVALID_REQUEST",
        INVALID,
        lambda c: c.recommendations.RecommendSimilar(recommendation.RecommendSimilarRequest()),
        about="item_id",
    ),
    Row(
        "INVALID_REQUEST",
        INVALID,
        lambda c: c.recommendations.RankItems(recommendation.RankItemsRequest()),
        about="item_ids",
    ),
    Row(
        "INVALID_REQUEST",
        INVALID,
        lambda c: c.recommendations.ComposePage(recommendation.ComposePageRequest()),
        about="shelves",
    ),
    Row("INVALID_REQUEST", INVALID, writing(user="a b"), about="event.user_id"),
    Row("INVALID_REQUEST", INVALID, listing(page_size=-1), about="page_size"),
    Row("INVALID_FILTER", INVALID, recommend(filter="price >"), about="filter"),
    Row("INVALID_FILTER", INVALID, recommend(filter='price = "cheap"'), about="filter"),
    Row("INVALID_FILTER", INVALID, recommend(filter='(category = "books"'), about="filter"),
    Row("INVALID_FILTER", INVALID, listing(filter="AND AND"), about="filter"),
    Row(
        "INVALID_FILTER",
        INVALID,
        lambda c: c.recommendations.ListTrending(recommendation.ListTrendingRequest(filter="(")),
        about="filter",
    ),
    Row("UNKNOWN_ATTRIBUTE", INVALID, recommend(filter='colour = "red"'), about="filter"),
    Row("UNKNOWN_ATTRIBUTE", INVALID, recommend(filter='warehouse = "w"'), about="filter"),
    Row("UNKNOWN_ATTRIBUTE", INVALID, listing(filter='colour = "red"'), about="filter"),
    Row(
        "UNKNOWN_ATTRIBUTE",
        INVALID,
        lambda c: c.catalog.CreateItem(
            catalog.CreateItemRequest(item=item(new_id(), colour="red"))
        ),
        about='item.attributes["colour"]',
    ),
    Row("INVALID_PAGE_TOKEN", INVALID, recommend(page_token="x"), about="page_token"),
    Row("INVALID_PAGE_TOKEN", INVALID, listing(page_token="x"), about="page_token"),
    Row(
        "INVALID_PAGE_TOKEN",
        INVALID,
        lambda c: c.operations.ListOperations(
            operations_pb2.ListOperationsRequest(name="operations", page_token="x")
        ),
        about="page_token",
    ),
    Row(
        "BATCH_TOO_LARGE",
        INVALID,
        lambda c: c.events.BatchWriteEvents(
            events.BatchWriteEventsRequest(events=[event("click", "i001", user="u")] * 501)
        ),
        about="events",
    ),
    Row(
        "BATCH_TOO_LARGE",
        INVALID,
        lambda c: c.catalog.BatchUpsertItems(
            catalog.BatchUpsertItemsRequest(items=[item("i001")] * 1001)
        ),
        about="items",
    ),
    Row("EVENT_TOO_OLD", INVALID, writing(event_time=aged(31 * DAY_S)), about="event.event_time"),
    Row("EVENT_FROM_FUTURE", INVALID, writing(event_time=aged(-900)), about="event.event_time"),
    Row("EVENT_ID_CONFLICT", "ALREADY_EXISTS", _conflicting, "ResourceInfo", "conflict"),
    Row(
        "ITEM_ALREADY_EXISTS",
        "ALREADY_EXISTS",
        lambda c: c.catalog.CreateItem(catalog.CreateItemRequest(item=item("i001"))),
        "ResourceInfo",
        "i001",
    ),
    Row(
        "UNKNOWN_SERVING_CONFIG", MISSING, recommend(serving_config="shop"), "ResourceInfo", "shop"
    ),
    Row(
        "UNKNOWN_SERVING_CONFIG",
        MISSING,
        lambda c: c.recommendations.ComposePage(
            recommendation.ComposePageRequest(shelves=[{"serving_config": "shop"}])
        ),
        "ResourceInfo",
        "shop",
    ),
    Row(
        "ITEM_NOT_FOUND",
        MISSING,
        lambda c: c.catalog.GetItem(catalog.GetItemRequest(name="items/none")),
        "ResourceInfo",
        "none",
    ),
    Row(
        "ITEM_NOT_FOUND",
        MISSING,
        lambda c: c.catalog.DeleteItem(catalog.DeleteItemRequest(name="items/none")),
        "ResourceInfo",
        "none",
    ),
    Row(
        "USER_NOT_FOUND",
        MISSING,
        lambda c: c.users.GetUser(users.GetUserRequest(name="users/none")),
        "ResourceInfo",
        "none",
    ),
    Row(
        "RULE_NOT_FOUND",
        MISSING,
        lambda c: c.rules.GetRule(rules.GetRuleRequest(name=f"{RULED}/rules/none")),
        "ResourceInfo",
        "ruled/rules/none",
    ),
    Row(
        "RULE_ALREADY_EXISTS",
        "ALREADY_EXISTS",
        lambda c: c.rules.CreateRule(
            rules.CreateRuleRequest(
                parent=RULED, rule_id="no_music", rule={"block": {}, "item_ids": ["i001"]}
            )
        ),
        "ResourceInfo",
        "ruled/rules/no_music",
    ),
    Row(
        "SERVING_CONFIG_ALREADY_EXISTS",
        "ALREADY_EXISTS",
        lambda c: c.surfaces.CreateServingConfig(
            surfaces.CreateServingConfigRequest(
                serving_config_id="ruled", serving_config={"sources": {"popular": 1}}
            )
        ),
        "ResourceInfo",
        "ruled",
    ),
    Row(
        "ETAG_MISMATCH",
        "ABORTED",
        lambda c: c.surfaces.DeleteServingConfig(
            surfaces.DeleteServingConfigRequest(name=RULED, etag="another")
        ),
        "ResourceInfo",
        "ruled",
    ),
    Row("OPERATION_NOT_FOUND", MISSING, _operation("Get"), "ResourceInfo", "operations/none"),
    Row("OPERATION_NOT_FOUND", MISSING, _operation("Delete"), "ResourceInfo", "operations/none"),
]
# Where they are looked at instead.
ELSEWHERE = {
    "PAGE_TOKEN_EXPIRED": "test_feed_tokens.py",
    "OVERLOADED": "test_overload.py",
    "STORAGE_FULL": "test_full_disk.py",
    "DEADLINE_TOO_SHORT": "test_deadlines.py",
    "DEPENDENCY_UNAVAILABLE": "test_drain.py",
    "INTERNAL": "test_faults.py",
    "CREDENTIALS_MISSING": "test_auth_methods.py",
    "CREDENTIALS_INVALID": "test_auth_methods.py",
    "CREDENTIALS_EXPIRED": "test_auth_methods.py",
    "SCOPE_INSUFFICIENT": "test_auth_methods.py",
    "SUBJECT_MISMATCH": "test_auth_methods.py",
    "QUOTA_EXHAUSTED": "test_auth_quotas.py",
}


@pytest.mark.parametrize("row", TABLE, ids=str)
def test_the_error_has_its_code_reason_and_detail(client, row):
    found = refused(row.call, client)
    assert (found.code, found.reason) == (row.code, row.reason)
    assert found.domain == "shortlist"
    assert found.request_id
    assert found.message
    if row.detail == "BadRequest":
        assert row.about in found.fields
        assert all(each.description for each in found.details["BadRequest"].field_violations)
    else:
        info = found.details["ResourceInfo"]
        assert info.resource_name == row.about
        assert info.resource_type


def test_the_table_is_complete():
    reasons = {
        name.removeprefix("ERROR_REASON_")
        for name in error_reason_pb2.ErrorReason.DESCRIPTOR.values_by_name
        if not name.endswith("_UNSPECIFIED")
    }
    assert {row.reason for row in TABLE} | set(ELSEWHERE) == reasons
    folder = pathlib.Path(__file__).parent
    for reason, file in ELSEWHERE.items():
        assert reason in (folder / file).read_text()


def test_the_request_id_is_in_the_error_and_the_trailers(client):
    request = recommendation.RecommendRequest(page_token="x", request_id="my-request")
    found = refused(client.recommendations.Recommend, request)
    assert found.request_id == "my-request"


def test_every_wrong_field_is_named_at_once(client):
    found = refused(
        client.recommend, user_id="a b", page_size=-1, diversity=7, exclude_item_ids=["", "ok", "ü"]
    )
    assert set(found.fields) == {
        *("user_id", "page_size", "diversity", "exclude_item_ids[0]", "exclude_item_ids[2]")
    }


def test_a_filter_error_names_the_place(client):
    found = refused(client.recommend, filter='category = "books" AND price ! 3')
    (violation,) = found.details["BadRequest"].field_violations
    assert violation.field == "filter"
    assert any(character.isdigit() for character in violation.description)


def test_text_that_is_not_utf8_is_an_invalid_request(client):
    call = client.raw.unary_unary("/shortlist.v1.RecommendationService/Recommend")
    # Field 8, the filter, with a byte that no UTF-8 text has; and bytes that are no message.
    for raw in (b"\x42\x01\xff", b"\xff\xff\xff"):
        found = refused(call, raw, timeout=10)
        assert (found.code, found.reason) == ("INVALID_ARGUMENT", "INVALID_REQUEST")


def test_a_request_that_is_too_large_is_an_invalid_request(client):
    call = client.raw.unary_unary("/shortlist.v1.RecommendationService/Recommend")
    found = refused(call, b"\x42\x80\x80\x80\x08" + b"x" * (16 * 1024 * 1024), timeout=20)
    assert (found.code, found.reason) == ("INVALID_ARGUMENT", "INVALID_REQUEST")
