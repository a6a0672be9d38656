"""The catalogue: create, read, update, delete; masks; listings; bad input."""

from __future__ import annotations

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from server.gen.shortlist.v1 import catalog_service_pb2 as service
from server.gen.shortlist.v1 import item_pb2
from tests.e2e.harness.client import item, new_id
from tests.e2e.harness.refusals import Refusal, refusal_of, refused


@pytest.fixture
def name():
    return f"items/{new_id('thing')}"


@pytest.fixture(autouse=True)
def _tidy(client, name):
    yield
    client.catalog.DeleteItem(service.DeleteItemRequest(name=name, allow_missing=True))


def make(client, name, **attributes):
    message = item(name.removeprefix("items/"), "A lamp", **attributes)
    return client.catalog.CreateItem(service.CreateItemRequest(item=message))


def get(client, name, *paths):
    request = service.GetItemRequest(name=name, read_mask={"paths": paths} if paths else None)
    return client.catalog.GetItem(request)


def update(client, message, *paths, **flags):
    mask = {"paths": paths} if paths else None
    request = service.UpdateItemRequest(item=message, update_mask=mask, **flags)
    return client.catalog.UpdateItem(request)


def test_an_item_is_returned_as_it_was_created(client, name):
    message = item(
        name.removeprefix("items/"), "Lamp ✨", category="garden", price=9.5, tags=["b", "a", "b"]
    )
    message.attributes["released"].timestamp_value.FromSeconds(1_700_000_000)
    message.image_uri = "https://example.org/lamp.png"
    message.available_time.FromSeconds(1_700_000_001)
    message.expire_time.FromSeconds(4_000_000_000)
    created = client.catalog.CreateItem(service.CreateItemRequest(item=message))
    assert created == get(client, name)
    assert created.title == "Lamp ✨"
    assert created.attributes["price"].number_value == 9.5
    assert sorted(created.attributes["tags"].strings_value.values) == ["a", "b"]
    assert created.attributes["released"].timestamp_value.seconds == 1_700_000_000
    assert created.image_uri == message.image_uri
    assert created.available_time == message.available_time
    assert created.expire_time == message.expire_time
    assert created.state == item_pb2.ITEM_STATE_ACTIVE
    assert created.create_time == created.update_time != Timestamp()


def test_the_id_may_stand_beside_the_item(client, name):
    item_id = name.removeprefix("items/")
    request = service.CreateItemRequest(item={"title": "A lamp"}, item_id=item_id)
    assert client.catalog.CreateItem(request).name == name
    request = service.CreateItemRequest(item={"name": "items/other"}, item_id=item_id)
    assert refused(client.catalog.CreateItem, request).fields == ["item_id"]


def test_an_item_is_created_once(client, name):
    make(client, name)
    found = refused(make, client, name)
    assert (found.code, found.reason) == ("ALREADY_EXISTS", "ITEM_ALREADY_EXISTS")
    assert found.details["ResourceInfo"].resource_name == name.removeprefix("items/")


def test_of_many_who_create_an_item_at_once_one_succeeds(client, name):
    message = item(name.removeprefix("items/"), "A lamp")
    request = service.CreateItemRequest(item=message)
    calls = [client.catalog.CreateItem.future(request, timeout=30) for _ in range(30)]
    failures = [refusal_of(call.exception()) for call in calls if call.exception()]
    assert [each.reason for each in failures] == ["ITEM_ALREADY_EXISTS"] * 29


def test_validate_only_writes_nothing(client, name):
    message = item(name.removeprefix("items/"), "A lamp", price=1)
    request = service.CreateItemRequest(item=message, validate_only=True)
    assert client.catalog.CreateItem(request).title == "A lamp"
    assert refused(get, client, name).reason == "ITEM_NOT_FOUND"
    make(client, name, price=1)
    message.title = "Another"
    assert update(client, message, "title", validate_only=True).title == "Another"
    assert get(client, name).title == "A lamp"


def test_an_update_changes_what_its_mask_names(client, name):
    before = make(client, name, category="garden", brand="acme", price=5)
    change = item(name.removeprefix("items/"), "Changed", price=7, category="books")
    after = update(client, change, "title", "attributes.price")
    assert after.title == "Changed"
    assert after.attributes["price"].number_value == 7
    assert after.attributes["category"].string_value == "garden"
    assert after.attributes["brand"].string_value == "acme"
    assert after.create_time == before.create_time
    assert after.update_time.ToMilliseconds() >= before.update_time.ToMilliseconds()
    assert after == get(client, name)


def test_a_masked_attribute_that_is_absent_is_removed(client, name):
    make(client, name, category="garden", price=5)
    after = update(client, item(name.removeprefix("items/")), "attributes.price")
    assert list(after.attributes) == ["category"]


def test_an_update_without_a_mask_changes_what_is_set(client, name):
    make(client, name, category="garden", price=5)
    after = update(client, item(name.removeprefix("items/"), price=6))
    assert after.title == "A lamp"
    assert after.attributes["price"].number_value == 6
    assert after.attributes["category"].string_value == "garden"


def test_a_mask_of_everything_replaces_the_item(client, name):
    make(client, name, category="garden", price=5)
    after = update(client, item(name.removeprefix("items/"), "New", price=6), "*")
    assert (after.title, list(after.attributes)) == ("New", ["price"])


def test_allow_missing_creates(client, name):
    change = item(name.removeprefix("items/"), "A lamp")
    found = refused(update, client, change, "title")
    assert (found.code, found.reason) == ("NOT_FOUND", "ITEM_NOT_FOUND")
    assert update(client, change, "title", allow_missing=True).title == "A lamp"
    assert get(client, name).title == "A lamp"


def test_a_deleted_item_is_not_found(client, name):
    make(client, name)
    client.catalog.DeleteItem(service.DeleteItemRequest(name=name))
    assert refused(get, client, name).reason == "ITEM_NOT_FOUND"
    found = refused(client.catalog.DeleteItem, service.DeleteItemRequest(name=name))
    assert (found.code, found.reason) == ("NOT_FOUND", "ITEM_NOT_FOUND")
    client.catalog.DeleteItem(service.DeleteItemRequest(name=name, allow_missing=True))


def test_a_read_mask_chooses_fields(client):
    found = get(client, "items/i001", "title", "attributes.brand")
    assert (found.name, list(found.attributes)) == ("", ["brand"])
    assert found.title and not found.HasField("create_time")


@pytest.mark.parametrize(
    ("paths", "reason"),
    [(["colour"], "INVALID_REQUEST"), (["attributes.colour"], "UNKNOWN_ATTRIBUTE")],
)
def test_a_mask_of_something_unknown_is_refused(client, paths, reason):
    assert refused(get, client, "items/i001", *paths).reason == reason
    assert refused(update, client, item("i001"), *paths).reason == reason


@pytest.mark.parametrize(
    ("change", "reason", "field"),
    [
        ({"colour": "red"}, "UNKNOWN_ATTRIBUTE", 'item.attributes["colour"]'),
        ({"price": "cheap"}, "INVALID_REQUEST", 'item.attributes["price"]'),
        ({"category": 5}, "INVALID_REQUEST", 'item.attributes["category"]'),
        ({"price": float("nan")}, "INVALID_REQUEST", 'item.attributes["price"].number_value'),
        ({"tags": ["x"] * 201}, "INVALID_REQUEST", 'item.attributes["tags"].strings_value.values'),
    ],
    ids=lambda value: str(value)[:30],
)
def test_attributes_that_do_not_fit_are_named(client, name, change, reason, field):
    found = refused(make, client, name, **change)
    assert (found.code, found.reason) == ("INVALID_ARGUMENT", reason)
    assert field in found.fields


@pytest.mark.parametrize(
    "bad", ["", "i001", "items/", "items/a b", "items/ü", "items/" + "x" * 129]
)
def test_names_that_are_none_are_refused(client, bad):
    for call in (
        lambda: client.catalog.GetItem(service.GetItemRequest(name=bad)),
        lambda: client.catalog.DeleteItem(service.DeleteItemRequest(name=bad)),
        lambda: client.catalog.CreateItem(service.CreateItemRequest(item={"name": bad})),
    ):
        assert refused(call).reason == "INVALID_REQUEST"


def test_a_batch_of_items_answers_for_each(client):
    names = [new_id("batch") for _ in range(3)]
    items = [item(each, "A thing") for each in names]
    items[1].attributes["colour"].string_value = "red"
    items.append(item_pb2.Item(title="no name"))
    request = service.BatchUpsertItemsRequest(items=items)
    results = client.catalog.BatchUpsertItems(request).results
    assert [each.name for each in results] == [each.name for each in items]
    assert [each.WhichOneof("outcome") for each in results] == ["item", "error", "item", "error"]
    assert Refusal(results[1].error).reason == "UNKNOWN_ATTRIBUTE"
    assert Refusal(results[3].error).fields == ["item.name"]
    items[0].title = "Changed"
    again = client.catalog.BatchUpsertItems(service.BatchUpsertItemsRequest(items=items[:1]))
    assert again.results[0].item.title == "Changed"
    assert again.results[0].item.create_time == results[0].item.create_time
    for each in names:
        request = service.DeleteItemRequest(name=f"items/{each}", allow_missing=True)
        client.catalog.DeleteItem(request)


def test_1000_items_fit_into_a_batch_and_no_more(client):
    items = [item("i001")] * 1001
    request = service.BatchUpsertItemsRequest(items=items)
    found = refused(client.catalog.BatchUpsertItems, request)
    assert (found.reason, found.fields) == ("BATCH_TOO_LARGE", ["items"])
    empty = refused(client.catalog.BatchUpsertItems, service.BatchUpsertItemsRequest())
    assert empty.reason == "INVALID_REQUEST"


def listed(client, **fields):
    """Return all items of a listing and the number of its pages."""
    found, token, pages = [], "", 0
    while True:
        request = service.ListItemsRequest(page_token=token, **fields)
        reply = client.catalog.ListItems(request)
        found, token, pages = found + list(reply.items), reply.next_page_token, pages + 1
        if not token:
            return found, pages


def test_a_listing_has_every_item_once_in_the_order_of_creation(client, shop):
    found, pages = listed(client, page_size=70)
    names = [each.name.removeprefix("items/") for each in found]
    assert names[:300] == [each.item_id for each in shop.items]
    assert len(set(names)) == len(names)
    assert pages == -(-len(names) // 70)
    assert len(listed(client)[0]) == len(names)
    assert client.catalog.GetCatalog(service.GetCatalogRequest()).item_count == len(names)


def test_a_listing_filters_and_masks(client, shop):
    text = 'category = "music" AND price < 50'
    found, _ = listed(
        client, page_size=7, filter=text, read_mask={"paths": ["name", "attributes.price"]}
    )
    wanted = {i.item_id for i in shop.items if i.category == "music" and i.price < 50}
    assert {each.name.removeprefix("items/") for each in found} == wanted
    assert all(list(each.attributes) == ["price"] and not each.title for each in found)


def test_a_listings_token_belongs_to_its_filter(client):
    first = client.catalog.ListItems(service.ListItemsRequest(page_size=2, filter="price > 10"))
    request = service.ListItemsRequest(page_token=first.next_page_token, filter="price > 11")
    assert refused(client.catalog.ListItems, request).reason == "INVALID_PAGE_TOKEN"
    request = service.ListItemsRequest(page_token=first.next_page_token, filter="price > 10")
    assert client.catalog.ListItems(request).items


def test_what_is_created_while_a_listing_goes_on_comes_last(client, name):
    first = client.catalog.ListItems(service.ListItemsRequest(page_size=299))
    make(client, name)
    request = service.ListItemsRequest(page_size=1000, page_token=first.next_page_token)
    rest = client.catalog.ListItems(request)
    assert rest.items[-1].name == name
    assert not {each.name for each in rest.items} & {each.name for each in first.items}
