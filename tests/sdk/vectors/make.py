"""Writes the vectors: messages of the contract with their JSON, as protobuf's own library has it.

`python -m tests.sdk.vectors.make` writes, with `--check` it compares.

- `canonical.json`: {"vectors": [{"name", "message", "proto" (base64), "json"}]}; both ways.
- `lenient.json`: the same, where "input" is other JSON that reads as the message.
"""

from __future__ import annotations

import base64
import json
import sys
from pathlib import Path
from typing import Any

from google.protobuf import json_format
from google.protobuf.duration_pb2 import Duration
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from google.rpc.status_pb2 import Status

from server.gen.shortlist.v1 import (
    catalog_service_pb2,
    event_pb2,
    event_service_pb2,
    item_pb2,
    recommendation_pb2,
    recommendation_service_pb2,
    request_context_pb2,
    user_pb2,
    user_service_pb2,
)

FOLDER = Path(__file__).resolve().parent
BEYOND_DOUBLE = 2**53 + 1
MIDNIGHT = 1_700_000_000


def _canonical() -> dict[str, Message]:
    item = item_pb2.Item(name="items/i1", title='Käse "&" \u2028 \N{MUSICAL SYMBOL G CLEF}')
    item.attributes["price"].number_value = 1.5
    item.attributes["genres"].strings_value.values.extend(["a", "b"])
    item.available_time.CopyFrom(Timestamp(seconds=MIDNIGHT))
    event = event_pb2.Event(
        event_id="e1",
        type=event_pb2.EVENT_TYPE_RATE,
        user_id="u1",
        event_time=Timestamp(seconds=MIDNIGHT, nanos=123_000_000),
        context=request_context_pb2.RequestContext(
            device_class=request_context_pb2.DEVICE_CLASS_TV,
            surface_attributes={"tab": "new", "place": "top"},
        ),
    )
    event.items.add(
        item_id="i1",
        quantity=0,
        price=0.1,
        rating=4.5,
        position=0,
        dwell=Duration(seconds=1, nanos=500_000_000),
    )
    batch = event_service_pb2.BatchWriteEventsResponse()
    batch.results.add(event_id="e1").accepted.offset = BEYOND_DOUBLE
    batch.results.add(event_id="e2").error.CopyFrom(Status(code=3, message="too old"))
    return {
        "empty": recommendation_service_pb2.RecommendRequest(),
        "oneof_string": recommendation_service_pb2.RecommendRequest(visitor_id="v1"),
        "oneof_empty_string": recommendation_service_pb2.RecommendRequest(user_id=""),
        "field_mask": recommendation_service_pb2.RecommendRequest(
            read_mask=FieldMask(paths=["title", "available_time", "attributes.release_year"]),
            page_size=20,
            seed_item_ids=["a", "b"],
        ),
        "optional_zero": recommendation_service_pb2.RecommendRequest(diversity=0.0),
        "item_with_map": item,
        "event": event,
        "timestamp_nanos": event_pb2.Event(event_time=Timestamp(seconds=MIDNIGHT, nanos=1)),
        "timestamp_before_1970": event_pb2.Event(event_time=Timestamp(seconds=-1, nanos=500_000)),
        "timestamp_first": event_pb2.Event(event_time=Timestamp(seconds=-62_135_596_800)),
        "timestamp_last": event_pb2.Event(
            event_time=Timestamp(seconds=253_402_300_799, nanos=999_999_999)
        ),
        "timestamp_leap_day": event_pb2.Event(event_time=Timestamp(seconds=1_709_208_000)),
        "duration_negative": event_pb2.EventItem(dwell=Duration(seconds=0, nanos=-1_000)),
        "int64_beyond_double": event_service_pb2.WriteEventResponse(offset=BEYOND_DOUBLE),
        "int64_least": event_service_pb2.WriteEventResponse(offset=-(2**63), duplicate=True),
        "int64_most": user_service_pb2.MergeUsersResponse(merged_event_count=2**63 - 1),
        "unknown_enum": recommendation_pb2.Degradation(kind=99, component="new"),  # type: ignore[arg-type]
        "batch_results": batch,
        "schema": catalog_service_pb2.UpdateCatalogRequest(
            catalog=item_pb2.Catalog(
                name="catalog",
                item_attributes=[
                    item_pb2.Attribute(
                        name="price", type=item_pb2.ATTRIBUTE_TYPE_NUMBER, filterable=True
                    )
                ],
                item_count=3,
            )
        ),
        "receipt": user_pb2.ErasureReceipt(
            user="users/u1", stores=[user_pb2.StoreErasure(store="event_log", erased_count=7)]
        ),
    }


def _lenient() -> dict[str, tuple[Any, Message]]:
    offset = event_service_pb2.WriteEventResponse(offset=7)
    degraded = recommendation_pb2.Degradation(
        kind=recommendation_pb2.DEGRADATION_KIND_NO_MODEL, component="ranker"
    )
    at = event_pb2.Event(event_time=Timestamp(seconds=MIDNIGHT, nanos=250_000_000))
    return {
        "unknown_field": ({"offset": "7", "later": {"a": [1, None]}}, offset),
        "int64_as_number": ({"offset": 7}, offset),
        "nulls": ({"offset": "7", "duplicate": None}, offset),
        "enum_as_number": ({"kind": 6, "component": "ranker"}, degraded),
        "proto_names": (
            {"page_size": 5, "seed_item_ids": ["a"], "user_id": "u"},
            recommendation_service_pb2.RecommendRequest(
                page_size=5, seed_item_ids=["a"], user_id="u"
            ),
        ),
        "timestamp_with_offset": ({"eventTime": "2023-11-15T00:13:20.25+02:00"}, at),
        "double_as_integer": (
            {"score": 1, "position": 2},
            recommendation_pb2.Recommendation(score=1.0, position=2),
        ),
        "int32_as_string": (
            {"position": "2"},
            recommendation_pb2.Recommendation(position=2),
        ),
    }


def _vector(name: str, message: Message) -> dict[str, Any]:
    return {
        "name": name,
        "message": message.DESCRIPTOR.full_name,
        "proto": base64.b64encode(message.SerializeToString(deterministic=True)).decode(),
        "json": json_format.MessageToDict(message),
    }


def vectors() -> dict[str, str]:
    """Return the files' content by name.

    Raises:
        AssertionError: protobuf's library reads a lenient input as another message.
    """
    canonical = [_vector(name, message) for name, message in _canonical().items()]
    lenient = []
    for name, (given, message) in _lenient().items():
        read = json_format.ParseDict(given, type(message)(), ignore_unknown_fields=True)
        assert read == message, name
        lenient.append({**_vector(name, message), "input": given})
    return {
        "canonical.json": _text(canonical),
        "lenient.json": _text(lenient),
    }


def _text(entries: list[dict[str, Any]]) -> str:
    return json.dumps({"vectors": entries}, indent=2, sort_keys=True) + "\n"


def main(argv: list[str] | None = None) -> int:
    """Write or compare; return 1 if a file is out of date."""
    check = "--check" in (sys.argv[1:] if argv is None else argv)
    stale = []
    for name, text in vectors().items():
        path = FOLDER / name
        if path.is_file() and path.read_text() == text:
            continue
        stale.append(name)
        if not check:
            path.write_text(text)
    print(f"vectors: {', '.join(stale) or 'none'} {'out of date' if check else 'written'}")
    return 1 if check and stale else 0


if __name__ == "__main__":
    raise SystemExit(main())
