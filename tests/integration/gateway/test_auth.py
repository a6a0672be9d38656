"""Who may call: keys, scopes, subjects, quotas, streams, and the audit of it."""

import asyncio
import json

import grpc
import pytest
from google.rpc import error_details_pb2

from server.core.clock import WallClock
from server.core.errors import UnavailableError
from server.core.event_type import EventType
from server.core.subject import Subject
from server.gateway.auth.api_keys import ApiKeys, make_api_key
from server.gateway.auth.audit import Audit
from server.gateway.auth.credential_callers import CredentialCallers
from server.gateway.auth.scope import Scope
from server.gateway.auth.settings import (
    AuthSettings,
    CallerRatesSettings,
    RateSettings,
    RatesSettings,
)
from server.gateway.client import Client
from server.gateway.settings import AdmissionSettings, GatewaySettings, LaneSettings
from server.gen.google.longrunning import operations_pb2
from server.gen.shortlist.v1 import catalog_service_pb2 as catalog
from server.gen.shortlist.v1 import event_service_pb2 as events
from server.gen.shortlist.v1 import recommendation_service_pb2 as recommendations
from server.gen.shortlist.v1 import user_service_pb2 as users
from server.observability.metrics import Metrics
from tests.integration.gateway.conftest import Refusal, refused

RECOMMEND = recommendations.RecommendRequest
PARTNER = make_api_key(scope=Scope.PARTNER, now_ms=0, name="shop")
ANN = make_api_key(scope=Scope.CLIENT, now_ms=0, user_id="ann", visitor_id="v1")
APP = make_api_key(scope=Scope.CLIENT, now_ms=0)


class Sink:
    """Implements `AuditSink`."""

    def __init__(self):
        self.lines = []

    async def write(self, line):
        self.lines.append(json.loads(line))


class Guarded:
    """A server that asks for keys."""

    def __init__(self, edge, keys, sink):
        self.edge = edge
        self.keys = keys
        self.sink = sink

    def refused_count(self, reason):
        value = self.edge.fakes.metrics.registry.get_sample_value
        return value("shortlist_refused_total", {"reason": reason})


@pytest.fixture
async def guard(serve):
    """Give tests `await guard(settings)`."""

    async def start(settings=None):
        keys = ApiKeys(WallClock(), [PARTNER.record, ANN.record, APP.record])
        sink, metrics = Sink(), Metrics()
        edge = await serve(
            settings,
            callers=CredentialCallers(keys),
            audit=Audit(WallClock(), metrics, sink),
            metrics=metrics,
        )
        return Guarded(edge, keys, sink)

    return start


def by(made, *more):
    return [("x-api-key", made.text), *more]


def event(user="ann", name="e"):
    return {"event_id": name, "type": 2, "user_id": user, "items": [{"item_id": "i1"}]}


async def test_without_credentials_nothing_is_read(guard):
    found = await guard()
    refusal = await refused(
        found.edge.channel.unary_unary("/shortlist.v1.RecommendationService/Recommend")(
            b"\xff", metadata=[("x-request-id", "r1")]
        )
    )
    assert (refusal.code, refusal.reason) == ("UNAUTHENTICATED", "CREDENTIALS_MISSING")
    assert refusal.trailing["x-request-id"] == "r1"
    assert found.refused_count("CREDENTIALS_MISSING") == 1


@pytest.mark.parametrize(
    "metadata",
    [
        [("x-api-key", "slk_aaaaaaaa_" + "a" * 52)],
        [("x-api-key", "nonsense")],
        [("authorization", "Basic YTpi")],
        [("authorization", "Bearer")],
        [("authorization", "Bearer x.y.z")],
        [("x-api-key", PARTNER.text), ("x-api-key", ANN.text)],
        [("x-api-key", PARTNER.text), ("authorization", "Bearer x.y.z")],
        [("authorization", f"Bearer {PARTNER.text}")],
    ],
    ids=lambda metadata: " ".join(f"{key}={value[:12]}" for key, value in metadata),
)
async def test_credentials_that_are_none_or_too_many_are_invalid(guard, metadata):
    found = await guard()
    refusal = await refused(found.edge.recommendation.Recommend(RECOMMEND(), metadata=metadata))
    assert (refusal.code, refusal.reason) == ("UNAUTHENTICATED", "CREDENTIALS_INVALID")
    assert PARTNER.text not in str(refusal.status)


async def test_a_scope_too_narrow_is_named_with_the_one_it_needs(guard):
    found = await guard()
    item = {"name": "items/i1", "title": "x"}
    refusal = await refused(
        found.edge.catalog.CreateItem(catalog.CreateItemRequest(item=item), metadata=by(ANN))
    )
    assert (refusal.code, refusal.reason) == ("PERMISSION_DENIED", "SCOPE_INSUFFICIENT")
    assert refusal.details["ErrorInfo"].metadata["required_scope"] == "partner"
    refusal = await refused(
        found.edge.operations.ListOperations(
            operations_pb2.ListOperationsRequest(), metadata=by(ANN)
        )
    )
    assert refusal.reason == "SCOPE_INSUFFICIENT"
    await found.edge.operations.ListOperations(
        operations_pb2.ListOperationsRequest(), metadata=by(PARTNER)
    )


async def test_a_client_asks_for_itself_or_for_nobody(guard):
    found = await guard()
    recommend = found.edge.recommendation.Recommend
    for fields in ({"user_id": "ann"}, {"visitor_id": "v1"}, {}):
        await recommend(RECOMMEND(**fields), metadata=by(ANN))
    for made, fields in ((ANN, {"user_id": "bob"}), (APP, {"user_id": "ann"})):
        refusal = await refused(recommend(RECOMMEND(**fields), metadata=by(made)))
        assert (refusal.code, refusal.reason) == ("PERMISSION_DENIED", "SUBJECT_MISMATCH")
        assert refusal.details["ErrorInfo"].metadata["required_scope"] == "partner"
    await recommend(RECOMMEND(), metadata=by(APP))
    await recommend(RECOMMEND(user_id="bob"), metadata=by(PARTNER))
    assert found.refused_count("SUBJECT_MISMATCH") == 2


async def test_a_page_token_of_someone_else_opens_nothing(guard):
    found = await guard()
    recommend = found.edge.recommendation.Recommend
    page = await recommend(RECOMMEND(user_id="bob", page_size=2), metadata=by(PARTNER))
    assert page.next_page_token
    for fields in ({"user_id": "ann"}, {}):
        request = RECOMMEND(page_size=2, page_token=page.next_page_token, **fields)
        assert (await refused(recommend(request, metadata=by(ANN)))).reason == "INVALID_PAGE_TOKEN"


async def test_an_attribution_token_of_someone_else_names_nobody(guard):
    found = await guard()
    page = await found.edge.recommendation.Recommend(
        RECOMMEND(user_id="bob", page_size=2), metadata=by(PARTNER)
    )
    message = event("bob") | {"attribution_token": page.attribution_token}
    refusal = await refused(
        found.edge.event.WriteEvent(events.WriteEventRequest(event=message), metadata=by(ANN))
    )
    assert refusal.reason == "SUBJECT_MISMATCH"
    mine = event("ann") | {"attribution_token": page.attribution_token}
    await found.edge.event.WriteEvent(events.WriteEventRequest(event=mine), metadata=by(ANN))
    assert [each.event.subject.key for each in found.edge.fakes.events.events] == ["ann"]


async def test_a_batch_refuses_the_events_of_others_alone(guard):
    found = await guard()
    batch = [event("ann", "e1"), event("bob", "e2"), event("ann", "e3") | {"items": []}]
    reply = await found.edge.event.BatchWriteEvents(
        events.BatchWriteEventsRequest(events=batch), metadata=by(ANN)
    )
    reasons = [reason_of(each) for each in reply.results]
    assert reasons == ["accepted", "SUBJECT_MISMATCH", "INVALID_REQUEST"]
    assert [each.event_id for each in reply.results] == ["e1", "e2", "e3"]
    assert [each.event.event_id for each in found.edge.fakes.events.events] == ["e1"]
    assert found.refused_count("SUBJECT_MISMATCH") == 1


def reason_of(result):
    if result.WhichOneof("outcome") == "accepted":
        return "accepted"
    info = error_details_pb2.ErrorInfo()
    result.error.details[0].Unpack(info)
    return info.reason


async def test_a_stream_refuses_the_events_of_others_alone(guard):
    found = await guard()
    stream = found.edge.event.StreamEvents(metadata=by(ANN))
    for number, user in enumerate(("ann", "bob", "ann")):
        await stream.write(events.StreamEventsRequest(event=event(user, f"e{number}")))
    await stream.done_writing()
    results = {each.result.event_id: reason_of(each.result) async for each in stream}
    assert results == {"e0": "accepted", "e1": "SUBJECT_MISMATCH", "e2": "accepted"}


async def test_a_stream_needs_credentials(guard):
    found = await guard()
    for metadata, reason in (
        (None, "CREDENTIALS_MISSING"),
        (by(ANN)[:1] * 2, "CREDENTIALS_INVALID"),
    ):
        stream = found.edge.event.StreamEvents(metadata=metadata)
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await stream.read()
        assert Refusal(caught.value).reason == reason


async def test_a_stream_ends_when_its_key_is_revoked(guard):
    found = await guard()
    stream = found.edge.event.StreamEvents(metadata=by(ANN))
    await stream.write(events.StreamEventsRequest(event=event(name="e1")))
    assert reason_of((await stream.read()).result) == "accepted"
    found.keys.replace([PARTNER.record])
    await stream.write(events.StreamEventsRequest(event=event(name="e2")))
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await stream.read()
    assert Refusal(caught.value).reason == "CREDENTIALS_INVALID"
    assert [each.event.event_id for each in found.edge.fakes.events.events] == ["e1"]


def slow(per_s, burst):
    rate = RateSettings(per_s=per_s, burst=burst)
    client = CallerRatesSettings(serving=rate, storage=rate)
    return GatewaySettings(port=0, auth=AuthSettings(rates=RatesSettings(client=client)))


async def test_a_quota_is_per_caller_and_says_when_to_come_again(guard):
    found = await guard(slow(per_s=0.5, burst=3))
    recommend = found.edge.recommendation.Recommend
    for _ in range(3):
        await recommend(RECOMMEND(), metadata=by(ANN))
    refusal = await refused(recommend(RECOMMEND(), metadata=by(ANN)))
    assert (refusal.code, refusal.reason) == ("RESOURCE_EXHAUSTED", "QUOTA_EXHAUSTED")
    assert 1 < refusal.details["RetryInfo"].retry_delay.ToMilliseconds() / 1000 <= 2
    (quota,) = refusal.details["QuotaFailure"].violations
    assert quota.subject == f"key:{ANN.record.id}"
    assert "serving" in quota.description
    await recommend(RECOMMEND(), metadata=by(APP))
    await found.edge.user.UpdateUser(
        users.UpdateUserRequest(user={"name": "users/ann"}, allow_missing=True), metadata=by(ANN)
    )
    assert found.refused_count("QUOTA_EXHAUSTED") == 1


async def test_a_stream_that_is_too_fast_is_slowed_down(guard):
    found = await guard(slow(per_s=20, burst=2))
    stream = found.edge.event.StreamEvents(metadata=by(ANN))
    started_s = asyncio.get_running_loop().time()
    for number in range(6):
        await stream.write(events.StreamEventsRequest(event=event(name=f"e{number}")))
    await stream.done_writing()
    results = [reason_of(each.result) async for each in stream]
    assert results == ["accepted"] * 6
    # One of the burst opened the stream; five of the messages come after it.
    assert asyncio.get_running_loop().time() - started_s >= 0.24


async def test_the_unknown_are_refused_before_they_take_room_from_others(guard):
    lane = LaneSettings(
        target_s=10, initial=1, minimum=1, maximum=1, queue_length=0, queue_wait_s=0
    )
    found = await guard(GatewaySettings(port=0, admission=AdmissionSettings(serving=lane)))
    recommender = found.edge.fakes.recommender
    recommender.delay_s = 60
    held = found.edge.recommendation.Recommend(RECOMMEND(), metadata=by(ANN))
    await recommender.has_query.wait()
    recommend = found.edge.recommendation.Recommend
    assert (await refused(recommend(RECOMMEND()))).reason == "CREDENTIALS_MISSING"
    assert (await refused(recommend(RECOMMEND(), metadata=by(APP)))).reason == "OVERLOADED"
    held.cancel()


async def test_imports_erasures_and_exports_are_audited(guard):
    found = await guard()
    metadata = by(PARTNER, ("x-request-id", "r7"))
    done = await found.edge.user.EraseUser(
        users.EraseUserRequest(name="users/ann"), metadata=metadata
    )
    refusal = await refused(
        found.edge.user.ExportUser(users.ExportUserRequest(name="users/bob"), metadata=by(ANN))
    )
    assert refusal.reason == "SCOPE_INSUFFICIENT"
    await refused(found.edge.user.ExportUser(users.ExportUserRequest(name="users/bob")))
    await found.edge.recommendation.Recommend(RECOMMEND(), metadata=by(PARTNER))
    erased, denied = found.sink.lines
    assert erased["caller"] == f"key:{PARTNER.record.id}"
    assert (erased["caller_name"], erased["scope"]) == ("shop", "partner")
    assert erased["method"] == "/shortlist.v1.UserService/EraseUser"
    assert erased["resources"] == ["users/ann", done.name]
    assert (erased["outcome"], erased["reason"], erased["request_id"]) == ("OK", "", "r7")
    assert denied["caller"] == f"key:{ANN.record.id}"
    assert (denied["outcome"], denied["reason"]) == ("PERMISSION_DENIED", "SCOPE_INSUFFICIENT")
    assert PARTNER.text.rsplit("_", 1)[1] not in json.dumps(found.sink.lines)


async def test_the_idempotency_key_is_the_request_id_where_there_is_no_other(edge):
    async def id_of(*metadata):
        call = edge.recommendation.Recommend(RECOMMEND(), metadata=metadata)
        reply = await call
        assert dict(await call.trailing_metadata())["x-request-id"] == reply.request_id
        return reply.request_id

    assert await id_of(("idempotency-key", "k1")) == "k1"
    assert await id_of(("idempotency-key", "k1"), ("x-request-id", "r1")) == "r1"
    assert len(await id_of(("idempotency-key", "a b"))) == 32


async def test_the_commands_client_presents_its_key(guard):
    found = await guard()
    target = f"127.0.0.1:{found.edge.server.port}"
    async with Client(target, api_key=PARTNER.text) as client:
        assert (await client.recommend(Subject("bob"))).request_id
        await client.write_event(Subject("bob"), EventType.CLICK, ["i1"])
    async with Client(target) as client:
        with pytest.raises(UnavailableError, match="UNAUTHENTICATED"):
            await client.recommend(Subject("bob"))


async def test_where_anyone_may_call_credentials_are_not_looked_at(edge):
    await edge.recommendation.Recommend(
        RECOMMEND(user_id="bob"), metadata=[("x-api-key", "x"), ("authorization", "y")]
    )
