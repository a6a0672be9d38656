"""The attribute schema: additive, checked, and at work as soon as it is declared."""

from __future__ import annotations

import pytest

from server.gen.shortlist.v1 import catalog_service_pb2 as service
from server.gen.shortlist.v1 import item_pb2, user_pb2, user_service_pb2
from tests.e2e.harness.client import ids, item, new_id
from tests.e2e.harness.refusals import refused
from tests.e2e.harness.waiting import eventually

STRING = item_pb2.ATTRIBUTE_TYPE_STRING
NUMBER = item_pb2.ATTRIBUTE_TYPE_NUMBER


def declare(client, *, mask=(), validate_only=False, **catalog):
    request = service.UpdateCatalogRequest(
        catalog=catalog,
        update_mask={"paths": mask} if mask else None,
        validate_only=validate_only,
    )
    return client.catalog.UpdateCatalog(request)


def fresh_name():
    return new_id("a").replace("-", "_")


def test_the_catalog_says_what_is_declared(client):
    found = client.catalog.GetCatalog(service.GetCatalogRequest())
    declared = {each.name: each for each in found.item_attributes}
    assert found.name == "catalog" and found.item_count >= 300
    assert declared["price"].type == NUMBER and declared["price"].filterable
    assert declared["tags"].type == item_pb2.ATTRIBUTE_TYPE_STRINGS
    assert not declared["warehouse"].filterable and not declared["warehouse"].feature
    assert [each.name for each in found.user_attributes] == ["country"]


def test_a_declared_attribute_can_be_written_and_filtered_by(client, user):
    name, item_id = fresh_name(), new_id("thing")
    message = item(item_id, "A lamp", **{name: "red"})
    request = service.CreateItemRequest(item=message)
    assert refused(client.catalog.CreateItem, request).reason == "UNKNOWN_ATTRIBUTE"
    before = client.catalog.GetCatalog(service.GetCatalogRequest())
    attribute = {"name": name, "type": STRING, "filterable": True}
    after = declare(client, item_attributes=[attribute])
    assert len(after.item_attributes) == len(before.item_attributes) + 1
    client.catalog.CreateItem(request)
    asked = {"user_id": user, "filter": f'{name} = "red"'}
    eventually(lambda: ids(client.recommend(**asked)) == [item_id])
    client.catalog.DeleteItem(service.DeleteItemRequest(name=message.name))


def test_user_attributes_are_declared_too(client, user):
    name = fresh_name()
    declare(client, user_attributes=[{"name": name, "type": NUMBER}])
    message = user_pb2.User(name=f"users/{user}")
    message.attributes[name].number_value = 42
    written = client.users.UpdateUser(
        user_service_pb2.UpdateUserRequest(user=message, allow_missing=True)
    )
    assert written.attributes[name].number_value == 42


def test_declaring_again_changes_nothing_and_unlisted_ones_stay(client):
    before = client.catalog.GetCatalog(service.GetCatalogRequest())
    declare(client, item_attributes=[before.item_attributes[0]])
    after = client.catalog.GetCatalog(service.GetCatalogRequest())
    assert after.item_attributes == before.item_attributes


def test_a_type_never_changes(client):
    found = refused(declare, client, item_attributes=[{"name": "price", "type": STRING}])
    assert (found.code, found.reason) == ("INVALID_ARGUMENT", "INVALID_REQUEST")
    assert any("item_attributes" in field for field in found.fields)


@pytest.mark.parametrize(
    "attribute",
    [
        {"name": "Price", "type": NUMBER},
        {"name": "9lives", "type": NUMBER},
        {"name": "x" * 65, "type": NUMBER},
        {"name": "good_name"},
        {"name": "good_name", "type": 99},
    ],
    ids=str,
)
def test_declarations_that_are_none_are_refused(client, attribute):
    assert refused(declare, client, item_attributes=[attribute]).reason == "INVALID_REQUEST"


def test_validate_only_declares_nothing(client):
    name = fresh_name()
    reply = declare(client, item_attributes=[{"name": name, "type": NUMBER}], validate_only=True)
    assert name in [each.name for each in reply.item_attributes]
    found = client.catalog.GetCatalog(service.GetCatalogRequest())
    assert name not in [each.name for each in found.item_attributes]


def test_a_mask_limits_what_is_declared(client):
    items, users = fresh_name(), fresh_name()
    reply = declare(
        client,
        mask=["user_attributes"],
        item_attributes=[{"name": items, "type": NUMBER}],
        user_attributes=[{"name": users, "type": NUMBER}],
    )
    assert users in [each.name for each in reply.user_attributes]
    assert items not in [each.name for each in reply.item_attributes]
    assert refused(declare, client, mask=["colour"]).reason == "INVALID_REQUEST"
