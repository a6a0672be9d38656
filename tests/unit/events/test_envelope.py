"""Records of the log read back as they were written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.event_type import EventType
from server.core.subject import Subject
from server.events.envelope import decode, encode
from server.events.user_event import EventItem, UserEvent
from server.gen.shortlist.internal.v1.event_envelope_pb2 import EventEnvelope
from tests.event_factory import NOON_MS, user_event

ids = st.text("abcXYZ019:_-%", min_size=1, max_size=8)
texts = st.text(max_size=8)
event_items = st.builds(
    EventItem,
    item_id=ids,
    quantity=st.none() | st.integers(1, 1_000_000),
    price=st.none() | st.floats(0, 1e9),
    dwell_ms=st.none() | st.integers(0, 604_800_000),
    rating=st.none() | st.floats(1, 5, width=32),
    position=st.none() | st.integers(0, 100_000),
)
contexts = st.dictionaries(
    st.sampled_from(["platform", "locale", "country", "device_class", "tab", "campaign"]),
    st.text(min_size=1, max_size=8) | st.sampled_from(["phone", "tv", "other", "fridge"]),
)
events = st.builds(
    UserEvent,
    event_id=ids,
    type=st.sampled_from(EventType),
    subject=st.builds(Subject, ids, st.booleans()),
    items=st.lists(event_items, max_size=4).map(tuple),
    time_ms=st.integers(-(10**12), 10**13),
    session_id=texts,
    attribution_token=texts,
    slate_request_id=texts,
    slate_serving_config=texts,
    context=contexts,
)


@given(events, st.integers(1, 2**62), st.booleans())
def test_events_come_back_as_they_were(event, offset, is_imported):
    payload = encode(event, offset=offset, received_ms=NOON_MS, is_imported=is_imported)
    logged = decode(payload)
    assert logged.event == event
    assert (logged.offset, logged.received_ms, logged.is_imported) == (
        offset,
        NOON_MS,
        is_imported,
    )


def test_the_record_says_its_version_and_trace():
    payload = encode(user_event(), offset=7, received_ms=NOON_MS, traceparent="00-ab-cd-01")
    envelope = EventEnvelope.FromString(payload)
    assert (envelope.schema_version, envelope.traceparent) == (1, "00-ab-cd-01")


def test_bytes_of_something_else_are_refused():
    with pytest.raises(Exception, match="parsing"):
        decode(b"\xff\xff\xff")
