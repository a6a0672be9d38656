"""Clients of other versions: what one side does not know is never fatal to the other."""

from __future__ import annotations

import pytest
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

from server.gen.shortlist.v1 import (
    catalog_service_pb2,
    event_service_pb2,
    item_pb2,
    recommendation_service_pb2,
)
from tests.e2e.harness.client import event, ids, item, new_id
from tests.e2e.harness.logs import logged_events
from tests.e2e.harness.refusals import refused

# Fields 900 (a number), 901 (bytes) and 902 (a message) of a newer contract.
UNKNOWN = b"\xa0\x38\x07" + b"\xaa\x38\x03abc" + b"\xb2\x38\x02\x08\x01"


def newer(message):
    """Return the message as a newer client would send it: with fields that we don't know."""
    return type(message).FromString(message.SerializeToString() + UNKNOWN)


@pytest.fixture
def recommend(client):
    return client.recommendations.Recommend


def test_unknown_fields_are_ignored_everywhere(client, recommend, user):
    request = recommendation_service_pb2.RecommendRequest(user_id=user, page_size=5)
    assert len(recommend(newer(request)).recommendations) == 5
    request.context.CopyFrom(newer(type(request.context)(platform="tv")))
    assert len(recommend(request).recommendations) == 5
    written = event_service_pb2.WriteEventRequest(event=newer(event("click", "i001", user=user)))
    assert not client.events.WriteEvent(newer(written)).duplicate
    assert client.events.WriteEvent(newer(written)).duplicate
    catalog = catalog_service_pb2.GetCatalogRequest()
    assert client.catalog.GetCatalog(newer(catalog)).item_count >= 300


def test_an_item_with_unknown_fields_is_written(client):
    message = newer(item(new_id("newer"), "A lamp", price=3))
    created = client.catalog.CreateItem(catalog_service_pb2.CreateItemRequest(item=message))
    assert created.attributes["price"].number_value == 3
    client.catalog.DeleteItem(catalog_service_pb2.DeleteItemRequest(name=message.name))


def test_a_page_token_holds_though_unknown_fields_differ(recommend, user):
    request = recommendation_service_pb2.RecommendRequest(user_id=user, page_size=5)
    first = recommend(newer(request))
    request.page_token = first.next_page_token
    assert ids(recommend(request)) == ids(recommend(newer(request)))


def test_an_unknown_device_class_counts_as_other(client, server, user):
    message = event("click", "i001", user=user, context={"device_class": 77})
    offset = client.write_one(message).offset
    assert logged_events(server.data_dir, after=offset - 1)[0].event.context == {
        "device_class": "other"
    }
    reply = client.recommend(user_id=user, context={"device_class": 77})
    assert len(reply.recommendations) == 20


def test_enum_values_that_change_meaning_are_refused_not_guessed(client, user):
    message = event("click", "i001", user=user)
    message.type = 99
    found = refused(client.write_one, message)
    assert (found.reason, found.fields) == ("INVALID_REQUEST", ["event.type"])
    thing = item_pb2.Item(name=f"items/{new_id()}", state=99)
    request = catalog_service_pb2.CreateItemRequest(item=thing)
    assert refused(client.catalog.CreateItem, request).fields == ["item.state"]


def test_an_older_client_reads_a_newer_reply(client):
    reply_type = older_reply_type()
    call = client.raw.unary_unary(
        "/shortlist.v1.RecommendationService/Recommend",
        recommendation_service_pb2.RecommendRequest.SerializeToString,
        reply_type.FromString,
    )
    request = recommendation_service_pb2.RecommendRequest(user_id="u001", include_reasons=True)
    reply = call(request, timeout=10)
    assert len(reply.recommendations) == 20
    # Codes that it has no name for are there as numbers.
    codes = {reason.code for each in reply.recommendations for reason in each.reasons}
    assert codes - {0, 1}


def older_reply_type():
    """Return a reply of a contract that had two fields, and one kind of reason."""
    file = descriptor_pb2.FileDescriptorProto(name="older.proto", package="older", syntax="proto3")
    code = file.enum_type.add(name="Code")
    code.value.add(name="UNKNOWN", number=0)
    code.value.add(name="TASTE", number=1)
    kinds = descriptor_pb2.FieldDescriptorProto
    for name, field, number, kind, type_name, is_many in (
        ("Reason", "code", 1, kinds.TYPE_ENUM, ".older.Code", False),
        ("Recommendation", "reasons", 5, kinds.TYPE_MESSAGE, ".older.Reason", True),
        ("Reply", "recommendations", 1, kinds.TYPE_MESSAGE, ".older.Recommendation", True),
    ):
        file.message_type.add(name=name).field.add(
            name=field,
            number=number,
            type=kind,
            type_name=type_name,
            label=kinds.LABEL_REPEATED if is_many else kinds.LABEL_OPTIONAL,
        )
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("older.Reply"))
