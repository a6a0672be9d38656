"""Requests from bytes: the same message in pieces as at once, and nobody waits for it."""

from __future__ import annotations

import asyncio

import pytest
from google.protobuf.message import DecodeError
from hypothesis import given, settings
from hypothesis import strategies as st

from server.core.errors import BatchTooLargeError, InvalidRequestError
from server.gateway import request_reader
from server.gateway.request_reader import RequestReader
from server.gen.shortlist.v1 import catalog_service_pb2, event_service_pb2
from server.gen.shortlist.v1 import recommendation_service_pb2 as service
from server.orchestrator.turns import Turns

MEBIBYTE = 1024 * 1024


def reader(most=16 * MEBIBYTE):
    return RequestReader(most, Turns())


values = st.one_of(
    st.builds(lambda text: {"string_value": text}, st.text(max_size=5)),
    st.builds(lambda texts: {"strings_value": {"values": texts}}, st.lists(st.text(max_size=3))),
    st.builds(lambda number: {"number_value": number}, st.floats(allow_nan=False)),
    st.just({"timestamp_value": {"seconds": 5, "nanos": 7}}),
)
items = st.builds(
    lambda name, attributes, time: {"name": name, "attributes": attributes} | time,
    st.text(max_size=5),
    st.dictionaries(st.text(max_size=3), values, max_size=4),
    st.sampled_from([{}, {"available_time": {}}, {"expire_time": {"seconds": 300}}]),
)
updates = st.builds(
    lambda item, paths: catalog_service_pb2.UpdateItemRequest(
        item=item, update_mask={"paths": paths}, validate_only=bool(paths)
    ),
    items,
    st.lists(st.text(max_size=4)),
)
batches = st.builds(
    lambda found: catalog_service_pb2.BatchUpsertItemsRequest(items=found), st.lists(items)
)
UNKNOWN = (b"", b"\xf8\x7f\x05", b"\xfa\x7f\x03new", b"\xfd\x7f1234", b"\xf9\x7f12345678")


@settings(deadline=None)
@given(
    st.one_of(updates, batches), st.sampled_from(UNKNOWN), st.integers(0, 40), st.integers(0, 300)
)
async def test_in_pieces_it_is_the_same_message(message, unknown, piece_bytes, missing):
    """Also with the message sent twice, which merges, and cut off anywhere, which fails."""
    raw = (message.SerializeToString() + unknown) * 2
    raw = raw[: len(raw) - missing] if missing < len(raw) else raw
    try:
        expected = type(message).FromString(raw)
    except DecodeError:
        expected = None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(request_reader, "PIECE_BYTES", piece_bytes)
        try:
            found = await reader().read(type(message), raw)
        except InvalidRequestError:
            found = None
    assert found == expected
    if found is not None:
        assert found.SerializeToString(deterministic=True) == expected.SerializeToString(
            deterministic=True
        )


async def test_what_a_method_cannot_need_is_refused_by_its_size():
    raw = service.RecommendRequest(filter="x" * 2 * MEBIBYTE).SerializeToString()
    with pytest.raises(InvalidRequestError, match=r"the request is larger than \d+ bytes"):
        await reader().read(service.RecommendRequest, raw)
    batch = catalog_service_pb2.BatchUpsertItemsRequest(items=[{"title": "x" * MEBIBYTE}])
    assert await reader().read(type(batch), batch.SerializeToString()) == batch
    with pytest.raises(InvalidRequestError, match="larger than 1048576 bytes"):
        await reader(MEBIBYTE).read(type(batch), batch.SerializeToString())


@pytest.mark.parametrize(
    ("kind", "raw", "error", "field"),
    [
        (
            catalog_service_pb2.BatchUpsertItemsRequest,
            b"\x0a\x00" * MEBIBYTE,
            BatchTooLargeError,
            "items",
        ),
        (
            event_service_pb2.BatchWriteEventsRequest,
            b"\x0a\x00" * MEBIBYTE,
            BatchTooLargeError,
            "events",
        ),
        (service.RecommendRequest, b"\x32\x01a" * 70_000, InvalidRequestError, "seed_item_ids"),
        (service.RecommendRequest, b"\xf8\x7f\x01" * 70_000, InvalidRequestError, ""),
    ],
)
async def test_millions_of_entries_are_not_made(kind, raw, error, field):
    with pytest.raises(InvalidRequestError) as caught:
        await reader().read(kind, raw)
    assert type(caught.value) is error
    assert [each.field for each in caught.value.violations] == [field]


def nested(tag, body):
    size = len(body)
    length = b""
    while size > 0x7F:
        length += bytes([size & 0x7F | 0x80])
        size >>= 7
    return tag + length + bytes([size]) + body


@pytest.mark.parametrize("repeats", [True, False])
async def test_what_is_inside_of_one_entry_counts_too(repeats):
    """Two million attributes, empty ones, of the only item."""
    kind = catalog_service_pb2.UpdateItemRequest
    if repeats:
        kind = catalog_service_pb2.BatchUpsertItemsRequest
    raw = nested(b"\x0a", b"\x1a\x00" * 2 * MEBIBYTE)
    with pytest.raises(InvalidRequestError, match="attributes: has more than 10000 entries"):
        await reader().read(kind, raw)


def unknown_fields(count):
    """Numbers from 1024 on, each once."""
    tags = range(1024 << 3, 1024 + count << 3, 8)
    return b"".join(
        bytes([tag & 0x7F | 0x80, tag >> 7 & 0x7F | 0x80, tag >> 14, 1]) for tag in tags
    )


async def test_fields_that_are_not_known_count_together_whatever_their_numbers():
    raw = unknown_fields(20_000)
    with pytest.raises(InvalidRequestError, match="too many fields that are not known here"):
        await reader().read(service.RecommendRequest, raw)


async def test_what_is_inside_of_all_entries_counts_together():
    """Sixty large items, each with nine thousand times the same four fields."""
    item = b"".join(bytes([number << 3 | 2, 0]) * 9000 for number in (1, 2, 4, 9))
    raw = nested(b"\x0a", item) * 60
    with pytest.raises(InvalidRequestError, match="more than 200000 fields"):
        await reader().read(catalog_service_pb2.BatchUpsertItemsRequest, raw)


async def test_the_most_entries_that_the_contract_allows_are_read(monkeypatch):
    """Five hundred events of two hundred items, each of them in pieces."""
    monkeypatch.setattr(request_reader, "PIECE_BYTES", 4096)
    event = {"type": 2, "user_id": "ann", "items": [{"item_id": "i" * 100}] * 200}
    message = event_service_pb2.BatchWriteEventsRequest(events=[event] * 500)
    assert await reader().read(type(message), message.SerializeToString()) == message


async def test_an_attribute_has_a_size_beyond_which_it_is_not_read():
    strings = nested(b"\x12", nested(b"\x12", b"\x0a\x00" * MEBIBYTE))
    raw = nested(b"\x0a", nested(b"\x1a", strings))
    with pytest.raises(InvalidRequestError, match="attributes: must not have an entry of more"):
        await reader().read(catalog_service_pb2.UpdateItemRequest, raw)


async def test_a_group_in_a_large_request_is_malformed():
    raw = b"\x0b" * 100_000
    with pytest.raises(InvalidRequestError, match="malformed"):
        await reader().read(catalog_service_pb2.UpdateItemRequest, raw)


async def test_others_go_on_while_a_large_request_is_read():
    """Five thousand items of fourteen empty attributes: what one parse took without a break."""
    raw = nested(b"\x0a", b"\x1a\x00" * 1400) * 5000
    passes = 0

    async def others():
        nonlocal passes
        while True:
            passes += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(others())
    found = await reader().read(catalog_service_pb2.BatchUpsertItemsRequest, raw)
    task.cancel()
    assert len(found.items) == 5000
    # Eight passes for each step of two milliseconds.
    assert passes > 50
