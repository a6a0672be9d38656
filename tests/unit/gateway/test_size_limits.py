"""How large a request may be: never too small for what the contract allows."""

from __future__ import annotations

import math
import re

import pytest

from server.gateway.services import SERVICE_NAMES
from server.gateway.size_limits import size_limit
from server.gen.buf.validate import validate_pb2
from server.gen.shortlist.v1 import catalog_service_pb2, event_service_pb2
from server.gen.shortlist.v1 import recommendation_service_pb2 as service

MEBIBYTE = 1024 * 1024
POOL = service.DESCRIPTOR.pool


def requests():
    services = [POOL.FindServiceByName(name) for name in SERVICE_NAMES]
    return [method.input_type for each in services for method in each.methods]


def patterns(message, seen):
    if message.full_name in seen:
        return
    seen.add(message.full_name)
    for field in message.fields:
        rules = field.GetOptions().Extensions[validate_pb2.field]
        for found in (rules, rules.repeated.items, rules.map.keys, rules.map.values):
            if found.string.pattern and not found.string.HasField("max_len"):
                yield field.full_name, found.string.pattern
        if field.message_type is not None:
            yield from patterns(field.message_type, seen)


def test_no_pattern_of_the_contract_matches_more_than_is_reckoned_with():
    found = {each for request in requests() for each in patterns(request, set())}
    assert len(found) > 20
    for name, pattern in found:
        assert re._parser.parse(pattern).getwidth()[1] <= 256, name


WIDE = "\N{GRINNING FACE}"
LONG = "i" * 128
CONTEXT = {
    "surface_attributes": {f"{'a' * 60}{n}": WIDE * 256 for n in range(10, 30)},
    "locale": "x" * 35,
}


def largest_event():
    item = {"item_id": LONG, "quantity": 2**31 - 1, "price": 1e300, "rating": 5, "position": 10**9}
    return event_service_pb2.WriteEventRequest(
        event={
            "event_id": LONG,
            "type": 2,
            "user_id": LONG,
            "items": [item] * 200,
            "session_id": WIDE * 128,
            "attribution_token": WIDE * 4096,
            "context": CONTEXT,
            "event_time": {"seconds": 253402300799, "nanos": 999999999},
        },
        sent_time={"seconds": 253402300799, "nanos": 999999999},
    )


def largest_recommend():
    return service.RecommendRequest(
        serving_config="s" * 64,
        user_id=LONG,
        context=CONTEXT,
        seed_item_ids=[LONG] * 50,
        exclude_item_ids=[LONG] * 1000,
        filter=WIDE * 2000,
        page_token=WIDE * 4096,
        read_mask={"paths": [f"attributes.{'a' * 64}"] * 108},
        request_id=LONG,
    )


@pytest.mark.parametrize("make", [largest_event, largest_recommend])
def test_the_largest_request_that_the_contract_allows_fits_with_room_to_spare(make):
    request = make()
    assert request.ByteSize() + MEBIBYTE < size_limit(request.DESCRIPTOR) < 1.5 * MEBIBYTE


def test_batches_of_items_and_events_have_no_limit_of_their_own():
    for kind in (
        catalog_service_pb2.BatchUpsertItemsRequest,
        event_service_pb2.BatchWriteEventsRequest,
    ):
        assert size_limit(kind.DESCRIPTOR) == math.inf


def test_most_methods_take_less_than_two_mebibytes():
    large = {each.name for each in requests() if size_limit(each) > 2 * MEBIBYTE}
    assert large == {
        "BatchUpsertItemsRequest",
        "BatchWriteEventsRequest",
        "CreateItemRequest",
        "UpdateItemRequest",
        "UpdateUserRequest",
    }
