"""The compiled checkers, against the reference implementation of the same options."""

import math
import time

import pytest
from google.protobuf import descriptor_pb2, descriptor_pool
from google.protobuf.message_factory import GetMessageClass
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.core.errors import InvalidRequestError
from server.gateway.constraints import MAX_KEY, Constraints
from server.gateway.value_rules import UnsupportedConstraintError
from server.gen.buf.validate import validate_pb2
from server.gen.shortlist.v1 import (
    catalog_service_pb2,
    event_pb2,
    event_service_pb2,
    item_pb2,
    recommendation_service_pb2,
    request_context_pb2,
    user_pb2,
    user_service_pb2,
)

MODULES = (
    recommendation_service_pb2,
    event_service_pb2,
    catalog_service_pb2,
    user_service_pb2,
    event_pb2,
    item_pb2,
    user_pb2,
)
MESSAGES = [
    GetMessageClass(descriptor)
    for module in MODULES
    for descriptor in module.DESCRIPTOR.message_types_by_name.values()
]
CONSTRAINTS = Constraints()

TEXTS = st.one_of(
    st.sampled_from(["", "a", "DE", "de", "home", "items/a", "users/a", "a b", "a/b", "ü", "a\n"]),
    st.sampled_from(
        ["x" * 128, "x" * 129, "x" * 300, "x" * 2001, "items/" + "x" * 129, "_", "DE\n"]
    ),
    st.text(max_size=5),
)
NUMBERS = st.sampled_from(
    [0, 1, -1, 2, 13, 14, 200, 201, 1000, 1001, 100_000, 1_000_001, 2**31 - 1]
)
FLOATS = st.sampled_from([0.0, 0.5, 1.0, 1.5, 5.0, 5.5, -0.5, math.nan, math.inf, -math.inf])
SECONDS = st.sampled_from([0, 1, 604_800, 604_801, -1])
SIZES = st.sampled_from([0, 0, 1, 1, 2, 3, 20, 21, 51, 101, 201])


def scalar(draw, field):
    if field.enum_type is not None:
        return draw(NUMBERS.filter(lambda n: n < 2**31))
    kind = field.cpp_type
    if kind == field.CPPTYPE_STRING:
        return draw(st.binary(max_size=3)) if field.type == field.TYPE_BYTES else draw(TEXTS)
    if kind in (field.CPPTYPE_DOUBLE, field.CPPTYPE_FLOAT):
        return draw(FLOATS)
    return draw(st.booleans()) if kind == field.CPPTYPE_BOOL else draw(NUMBERS)


def fill(draw, message, depth=0):
    for field in message.DESCRIPTOR.fields:
        if depth > 3 or draw(st.booleans()):
            continue
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            fill_map(draw, getattr(message, field.name), field, depth)
        elif field.is_repeated:
            fill_list(draw, getattr(message, field.name), field, depth)
        elif field.message_type is not None:
            fill_message(draw, getattr(message, field.name), depth)
        else:
            setattr(message, field.name, scalar(draw, field))


def fill_map(draw, target, field, depth):
    value = field.message_type.fields_by_name["value"]
    for n in range(min(draw(SIZES), 102)):
        key = draw(TEXTS) if n < 2 else f"k{n}"
        if value.message_type is None:
            target[key] = scalar(draw, value)
        else:
            target[key].SetInParent()
            if n < 2:
                fill(draw, target[key], depth + 1)


def fill_list(draw, target, field, depth):
    for n in range(draw(SIZES)):
        if field.message_type is None:
            target.append(scalar(draw, field) if n < 2 else "ok")
        else:
            added = target.add()
            if n < 2:
                fill(draw, added, depth + 1)


def fill_message(draw, target, depth):
    target.SetInParent()
    name = target.DESCRIPTOR.full_name
    if name in ("google.protobuf.Timestamp", "google.protobuf.Duration"):
        target.seconds = draw(SECONDS)
    elif not name.startswith("google."):
        fill(draw, target, depth + 1)


@st.composite
def messages(draw):
    message = draw(st.sampled_from(MESSAGES))()
    fill(draw, message)
    return message


def reference_path(violation):
    path = ""
    for element in violation.proto.field.elements:
        path += f".{element.field_name}" if path else element.field_name
        match element.WhichOneof("subscript"):
            case "index":
                path += f"[{element.index}]"
            case "string_key":
                # A long key is shortened: it may be as long as a request.
                path += f'["{element.string_key[:MAX_KEY]}"]'
    return path


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(message=messages())
def test_it_finds_what_the_reference_finds(protovalidate, message):
    expected = protovalidate.collect_violations(message)
    found = CONSTRAINTS.violations(message)
    assert {each.field for each in found} == {reference_path(each) for each in expected}
    assert len(found) == len(expected)


def test_it_costs_far_less_than_the_reference(protovalidate):
    request = recommendation_service_pb2.RecommendRequest(
        user_id="ann", session_id="s", page_size=50, filter="price < 3", request_id="r"
    )
    request.seed_item_ids.extend(["a", "b"])
    request.context.country = "DE"
    request.context.surface_attributes["tab"] = "new"

    def cost_us(check, count):
        check(request)
        start = time.perf_counter()
        for _ in range(count):
            check(request)
        return (time.perf_counter() - start) / count * 1e6

    ours = cost_us(CONSTRAINTS.violations, 2000)
    reference = cost_us(protovalidate.collect_violations, 20)
    print(f"one RecommendRequest: ours {ours:.1f} us, protovalidate {reference:.1f} us")
    assert ours * 5 < reference


def test_valid_times_are_a_matter_of_course():
    event = event_pb2.Event(event_id="e", type=2, user_id="a", items=[{"item_id": "i"}])
    assert CONSTRAINTS.violations(event) == []
    event.event_time.seconds = 2**60
    event.items[0].dwell.nanos = -1
    event.items[0].dwell.seconds = 1
    event.context.client_time.nanos = 10**9
    fields = {each.field for each in CONSTRAINTS.violations(event, "event.")}
    assert fields == {"event.event_time", "event.items[0].dwell", "event.context.client_time"}


def test_all_violations_are_raised_together():
    request = recommendation_service_pb2.RecommendRequest(page_size=-1, user_id="a b")
    with pytest.raises(InvalidRequestError, match=r"user_id: .* \(and 1 more\)") as caught:
        CONSTRAINTS.require(request)
    assert [each.field for each in caught.value.violations] == ["user_id", "page_size"]


def declared(name, *rules, message_type=None):
    """A message type with one string field (or one of its own type) for each rule."""
    file = descriptor_pb2.FileDescriptorProto(
        name=f"{name}.proto", package="test", syntax="proto3", dependency=[VALIDATE]
    )
    message = file.message_type.add(name=name)
    for number, rule in enumerate(rules, 1):
        field = message.field.add(name=f"f{number}", number=number, label=1, type=9)
        if message_type:
            field.type, field.type_name = 11, f".test.{message_type}"
        field.options.Extensions[validate_pb2.field].CopyFrom(rule)
    pool = descriptor_pool.Default()
    pool.AddSerializedFile(file.SerializeToString())
    return GetMessageClass(pool.FindMessageTypeByName(f"test.{name}"))


VALIDATE = validate_pb2.DESCRIPTOR.name


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("Suffix", validate_pb2.FieldRules(string={"suffix": "x"})),
        ("Zero", validate_pb2.FieldRules(ignore=validate_pb2.IGNORE_IF_ZERO_VALUE)),
        ("Cel", validate_pb2.FieldRules(cel=[{"id": "x", "expression": "true"}])),
    ],
)
def test_an_option_that_is_not_understood_stops_the_start(name, rule):
    with pytest.raises(UnsupportedConstraintError, match=f"test.{name}.f1"):
        Constraints().prepare(declared(name, rule))


def test_a_message_that_contains_itself_is_checked_at_every_depth():
    rules = [validate_pb2.FieldRules()]
    tree = declared("Tree", *rules, message_type="Tree")
    Constraints().prepare(tree)
    assert Constraints().violations(tree(f1=tree(f1=tree()))) == []


def test_required_fields_may_not_be_empty():
    kind = declared(
        "Required",
        validate_pb2.FieldRules(required=True),
        validate_pb2.FieldRules(string={"min_len": 2}),
    )
    found = {each.field: each.description for each in Constraints().violations(kind())}
    assert found == {"f1": "is required", "f2": "must have at least 2 characters"}


@pytest.mark.parametrize(
    ("message", "fault"),
    [
        (event_pb2.Event, "items: must have at most 200 entries"),
        (request_context_pb2.RequestContext, "surface_attributes: must have at most 20 entries"),
    ],
)
def test_what_is_far_beyond_a_limit_is_not_looked_at(message, fault):
    """A request of 16 MiB has millions of entries; meanwhile nobody else is answered."""
    # Field 5 of both: empty items, and names of attributes that none may have.
    entries = (b"\x0a\x05%05x" % number for number in range(300_000))
    raw = b"".join(b"\x2a" + bytes([len(each)]) + each for each in entries)
    if message is event_pb2.Event:
        raw = b"\x2a\x00" * 500_000
    request = message.FromString(raw)
    constraints = Constraints()
    constraints.prepare(message)
    started_s = time.process_time()
    found = constraints.violations(request)
    assert time.process_time() - started_s < 0.2
    assert fault in [f"{each.field}: {each.description}" for each in found]
    assert len(found) < 2_500
