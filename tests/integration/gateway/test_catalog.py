"""CatalogService over real gRPC, with a catalogue in memory behind it."""

import grpc
from google.protobuf.field_mask_pb2 import FieldMask

from server.gen.shortlist.v1 import catalog_service_pb2 as service
from server.gen.shortlist.v1 import item_pb2
from tests.integration.gateway.conftest import refused


def book(name="items/b1", **over):
    item = item_pb2.Item(name=name, title="Dune", image_uri="http://x/1.png", **over)
    item.attributes["genre"].string_value = "Fantasy"
    item.attributes["price"].number_value = 9.5
    item.attributes["tags"].strings_value.values.extend(["new", "award", "new"])
    item.attributes["released"].timestamp_value.FromMilliseconds(1_500)
    return item


async def test_an_item_comes_back_as_it_was_created(edge):
    item = book(state=item_pb2.ITEM_STATE_UNAVAILABLE)
    item.available_time.FromMilliseconds(5)
    item.expire_time.FromMilliseconds(7_000)
    created = await edge.catalog.CreateItem(service.CreateItemRequest(item=item))
    got = await edge.catalog.GetItem(service.GetItemRequest(name="items/b1"))
    assert got == created
    assert got.state == item_pb2.ITEM_STATE_UNAVAILABLE
    assert got.attributes["genre"].string_value == "Fantasy"
    assert got.attributes["price"].number_value == 9.5
    assert list(got.attributes["tags"].strings_value.values) == ["new", "award"]
    assert got.attributes["released"].timestamp_value.ToMilliseconds() == 1_500
    assert got.available_time.ToMilliseconds() == 5
    assert got.expire_time.ToMilliseconds() == 7_000
    assert got.create_time.ToMilliseconds() == 1000
    assert (got.name, got.title, got.image_uri) == ("items/b1", "Dune", "http://x/1.png")


async def test_the_id_may_stand_beside_the_item(edge):
    created = await edge.catalog.CreateItem(service.CreateItemRequest(item_id="b2"))
    assert created.name == "items/b2"
    assert created.state == item_pb2.ITEM_STATE_ACTIVE
    for request in (
        service.CreateItemRequest(item=book(), item_id="b2"),
        service.CreateItemRequest(item={"title": "no name"}),
        service.CreateItemRequest(item_id="a b"),
    ):
        assert (await refused(edge.catalog.CreateItem(request))).reason == "INVALID_REQUEST"


async def test_an_item_exists_once(edge):
    await edge.catalog.CreateItem(service.CreateItemRequest(item=book()))
    refusal = await refused(edge.catalog.CreateItem(service.CreateItemRequest(item=book())))
    assert (refusal.code, refusal.reason) == ("ALREADY_EXISTS", "ITEM_ALREADY_EXISTS")
    assert refusal.details["ResourceInfo"].resource_name == "b1"


async def test_validate_only_writes_nothing(edge):
    request = service.CreateItemRequest(item=book(), validate_only=True)
    assert (await edge.catalog.CreateItem(request)).title == "Dune"
    refusal = await refused(edge.catalog.GetItem(service.GetItemRequest(name="items/b1")))
    assert (refusal.code, refusal.reason) == ("NOT_FOUND", "ITEM_NOT_FOUND")


async def test_attributes_must_be_declared_and_of_their_type(edge):
    item = item_pb2.Item(name="items/b1")
    item.attributes["colour"].string_value = "red"
    refusal = await refused(edge.catalog.CreateItem(service.CreateItemRequest(item=item)))
    assert (refusal.reason, refusal.fields) == ("UNKNOWN_ATTRIBUTE", ['item.attributes["colour"]'])
    for value in ({"number_value": 1}, {"strings_value": {}}, {}):
        item = item_pb2.Item(
            name="items/b1", attributes={"genre": item_pb2.AttributeValue(**value)}
        )
        refusal = await refused(edge.catalog.CreateItem(service.CreateItemRequest(item=item)))
        assert (refusal.reason, refusal.fields) == ("INVALID_REQUEST", ['item.attributes["genre"]'])


async def update(edge, item, *paths, **over):
    mask = FieldMask(paths=paths) if paths else None
    return await edge.catalog.UpdateItem(
        service.UpdateItemRequest(item=item, update_mask=mask, **over)
    )


async def test_an_update_without_a_mask_changes_what_is_set(edge):
    await edge.catalog.CreateItem(service.CreateItemRequest(item=book()))
    change = item_pb2.Item(name="items/b1")
    change.attributes["price"].number_value = 3
    updated = await update(edge, change)
    assert (updated.title, updated.attributes["price"].number_value) == ("Dune", 3)
    assert updated.attributes["genre"].string_value == "Fantasy"


async def test_a_mask_says_what_an_update_changes(edge):
    await edge.catalog.CreateItem(service.CreateItemRequest(item=book()))
    empty = item_pb2.Item(name="items/b1")
    assert "price" not in (await update(edge, empty, "attributes.price")).attributes
    assert (await update(edge, empty, "title")).title == ""
    assert set((await update(edge, empty, "update_time")).attributes) == {
        "genre",
        "tags",
        "released",
    }
    assert not (await update(edge, empty, "attributes")).attributes
    replaced = await update(edge, item_pb2.Item(name="items/b1", title="New"), "*")
    assert (replaced.title, replaced.image_uri) == ("New", "")
    refusal = await refused(update(edge, empty, "colour"))
    assert (refusal.reason, refusal.fields) == ("INVALID_REQUEST", ["update_mask"])
    refusal = await refused(update(edge, empty, "attributes.colour"))
    assert refusal.reason == "UNKNOWN_ATTRIBUTE"


async def test_updating_what_is_missing(edge):
    refusal = await refused(update(edge, book(), "title"))
    assert (refusal.code, refusal.reason) == ("NOT_FOUND", "ITEM_NOT_FOUND")
    created = await update(edge, book(), "title", allow_missing=True)
    assert created.attributes["price"].number_value == 9.5


async def test_a_deleted_item_is_gone(edge):
    await edge.catalog.CreateItem(service.CreateItemRequest(item=book()))
    await edge.catalog.DeleteItem(service.DeleteItemRequest(name="items/b1"))
    refusal = await refused(edge.catalog.DeleteItem(service.DeleteItemRequest(name="items/b1")))
    assert refusal.reason == "ITEM_NOT_FOUND"
    request = service.DeleteItemRequest(name="items/b1", allow_missing=True)
    await edge.catalog.DeleteItem(request)


async def test_a_batch_answers_for_each_item(edge):
    good, bad = book(), book("items/b2")
    bad.attributes["colour"].string_value = "red"
    reply = await edge.catalog.BatchUpsertItems(
        service.BatchUpsertItemsRequest(items=[good, bad, book("no/name"), good])
    )
    outcomes = [each.WhichOneof("outcome") for each in reply.results]
    assert outcomes == ["item", "error", "error", "item"]
    assert [each.name for each in reply.results] == ["items/b1", "items/b2", "no/name", "items/b1"]
    assert reply.results[1].error.code == grpc.StatusCode.INVALID_ARGUMENT.value[0]


async def test_batches_have_limits(edge):
    batch = service.BatchUpsertItemsRequest
    refusal = await refused(edge.catalog.BatchUpsertItems(batch(items=[book()] * 1001)))
    assert refusal.reason == "BATCH_TOO_LARGE"
    assert (await refused(edge.catalog.BatchUpsertItems(batch()))).reason == "INVALID_REQUEST"


async def test_listing_pages_in_the_order_of_creation(edge):
    for n in (3, 1, 2, 5, 4):
        await edge.catalog.CreateItem(service.CreateItemRequest(item=book(f"items/b{n}")))
    await edge.catalog.DeleteItem(service.DeleteItemRequest(name="items/b2"))
    request, names = service.ListItemsRequest(page_size=2), []
    while True:
        reply = await edge.catalog.ListItems(request)
        names.append([each.name for each in reply.items])
        if not reply.next_page_token:
            break
        request.page_token = reply.next_page_token
    assert names == [["items/b3", "items/b1"], ["items/b5", "items/b4"]]


async def test_listing_can_be_filtered_and_trimmed(edge):
    for n in range(4):
        item = book(f"items/b{n}")
        item.attributes["price"].number_value = n
        await edge.catalog.CreateItem(service.CreateItemRequest(item=item))
    request = service.ListItemsRequest(
        filter="price >= 2", page_size=1, read_mask=FieldMask(paths=["name"])
    )
    reply = await edge.catalog.ListItems(request)
    assert list(reply.items) == [item_pb2.Item(name="items/b2")]
    request.page_token = reply.next_page_token
    assert [each.name for each in (await edge.catalog.ListItems(request)).items] == ["items/b3"]
    request.filter = "price >= 1"
    refusal = await refused(edge.catalog.ListItems(request))
    assert (refusal.reason, refusal.fields) == ("INVALID_PAGE_TOKEN", ["page_token"])


async def test_bad_filters_and_tokens_of_listings_are_refused(edge):
    for fields, reason in (
        ({"filter": "price >="}, "INVALID_FILTER"),
        ({"filter": 'colour = "red"'}, "UNKNOWN_ATTRIBUTE"),
        ({"filter": 'tags : "x"'}, "UNKNOWN_ATTRIBUTE"),
        ({"page_token": "x"}, "INVALID_PAGE_TOKEN"),
        ({"page_size": 1001}, "INVALID_REQUEST"),
        ({"page_size": -1}, "INVALID_REQUEST"),
    ):
        refusal = await refused(edge.catalog.ListItems(service.ListItemsRequest(**fields)))
        assert (refusal.code, refusal.reason) == ("INVALID_ARGUMENT", reason)


async def test_the_schema_grows(edge):
    before = await edge.catalog.GetCatalog(service.GetCatalogRequest())
    assert before.name == "catalog"
    assert [each.name for each in before.user_attributes] == ["country", "interests"]
    await edge.catalog.CreateItem(service.CreateItemRequest(item=book()))
    declared = item_pb2.Attribute(name="colour", type=item_pb2.ATTRIBUTE_TYPE_STRING)
    after = await edge.catalog.UpdateCatalog(
        service.UpdateCatalogRequest(catalog={"item_attributes": [declared]})
    )
    assert after.item_attributes[-1].name == "colour"
    assert len(after.item_attributes) == len(before.item_attributes) + 1
    assert after.item_count == 1
    item = item_pb2.Item(name="items/b2")
    item.attributes["colour"].string_value = "red"
    await edge.catalog.CreateItem(service.CreateItemRequest(item=item))


async def test_declarations_are_checked(edge):
    string, number = item_pb2.ATTRIBUTE_TYPE_STRING, item_pb2.ATTRIBUTE_TYPE_NUMBER
    for attributes, field in (
        ([{"name": "Upper", "type": string}], "catalog.item_attributes[0].name"),
        ([{"name": "x"}], "catalog.item_attributes[0].type"),
        ([{"name": "x", "type": 77}], "catalog.item_attributes[0].type"),
        ([{"name": "x", "type": string}] * 2, "catalog.item_attributes[1].name"),
        ([{"name": "genre", "type": number}], "catalog.item_attributes"),
    ):
        request = service.UpdateCatalogRequest(catalog={"item_attributes": attributes})
        refusal = await refused(edge.catalog.UpdateCatalog(request))
        assert (refusal.reason, refusal.fields) == ("INVALID_REQUEST", [field])
    refusal = await refused(edge.catalog.UpdateCatalog(service.UpdateCatalogRequest()))
    assert refusal.fields == ["catalog"]


async def test_a_mask_chooses_which_declarations_count(edge):
    request = service.UpdateCatalogRequest(
        catalog={"item_attributes": [{"name": "x", "type": item_pb2.ATTRIBUTE_TYPE_STRING}]},
        update_mask=FieldMask(paths=["user_attributes"]),
    )
    names = [each.name for each in (await edge.catalog.UpdateCatalog(request)).item_attributes]
    assert "x" not in names
