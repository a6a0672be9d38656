"""For whom a request is, and that client scope may only say itself."""

import pytest

from server.core.errors import BatchTooLargeError, SubjectMismatchError
from server.gateway.auth.caller import Caller
from server.gateway.auth.scope import Scope
from server.gateway.auth.subject_rule import UnusablePolicyError, subject_rule
from server.gen.shortlist.v1 import event_service_pb2 as events
from server.gen.shortlist.v1 import recommendation_service_pb2 as recommendations
from server.gen.shortlist.v1 import user_service_pb2 as users

ANN = Caller(id="key:1", scope=Scope.CLIENT, user_id="ann")
DEVICE = Caller(id="key:2", scope=Scope.CLIENT, visitor_id="v1")
BOTH = Caller(id="key:3", scope=Scope.CLIENT, user_id="ann", visitor_id="v1")
NOBODY = Caller(id="key:4", scope=Scope.CLIENT)

RECOMMEND = subject_rule(recommendations.RecommendRequest.DESCRIPTOR, ["user_id", "visitor_id"])
GET_USER = subject_rule(users.GetUserRequest.DESCRIPTOR, ["name"])
UPDATE_USER = subject_rule(users.UpdateUserRequest.DESCRIPTOR, ["user.name"])
MERGE = subject_rule(users.MergeUsersRequest.DESCRIPTOR, ["user", "visitor_id"])
BATCH_PATHS = ["events.user_id", "events.visitor_id"]
BATCH = subject_rule(events.BatchWriteEventsRequest.DESCRIPTOR, BATCH_PATHS, "events", 3)


def request(**fields):
    return recommendations.RecommendRequest(**fields)


@pytest.mark.parametrize(
    ("rule", "message", "caller"),
    [
        (RECOMMEND, request(user_id="ann"), ANN),
        (RECOMMEND, request(visitor_id="v1"), DEVICE),
        (RECOMMEND, request(user_id="ann"), BOTH),
        (RECOMMEND, request(visitor_id="v1"), BOTH),
        (RECOMMEND, request(), ANN),
        (RECOMMEND, request(), NOBODY),
        (GET_USER, users.GetUserRequest(name="users/ann"), ANN),
        (UPDATE_USER, users.UpdateUserRequest(user={"name": "users/ann"}), ANN),
        (UPDATE_USER, users.UpdateUserRequest(), ANN),
        (MERGE, users.MergeUsersRequest(user="users/ann", visitor_id="v1"), BOTH),
    ],
)
def test_ones_own_subject_and_none_are_allowed(rule, message, caller):
    assert rule.check(message, caller) == {}


@pytest.mark.parametrize(
    ("rule", "message", "caller", "path"),
    [
        (RECOMMEND, request(user_id="bob"), ANN, "user_id"),
        (RECOMMEND, request(visitor_id="v1"), ANN, "visitor_id"),
        # The same characters, but the other kind of subject.
        (RECOMMEND, request(visitor_id="ann"), ANN, "visitor_id"),
        (RECOMMEND, request(user_id="v1"), DEVICE, "user_id"),
        (RECOMMEND, request(user_id="ann"), NOBODY, "user_id"),
        (GET_USER, users.GetUserRequest(name="users/bob"), ANN, "name"),
        (GET_USER, users.GetUserRequest(name="ann"), ANN, "name"),
        (GET_USER, users.GetUserRequest(name="items/ann"), ANN, "name"),
        (GET_USER, users.GetUserRequest(name="users/ann/x"), ANN, "name"),
        (GET_USER, users.GetUserRequest(name="users/"), NOBODY, "name"),
        (GET_USER, users.GetUserRequest(name="visitors/v1"), ANN, "name"),
        (UPDATE_USER, users.UpdateUserRequest(user={"name": "users/bob"}), ANN, "user.name"),
        (MERGE, users.MergeUsersRequest(user="users/ann", visitor_id="v2"), BOTH, "visitor_id"),
        (MERGE, users.MergeUsersRequest(user="users/bob", visitor_id="v1"), BOTH, "user"),
        (MERGE, users.MergeUsersRequest(user="users/ann", visitor_id="v1"), ANN, "visitor_id"),
    ],
)
def test_anyone_elses_is_refused_by_its_field(rule, message, caller, path):
    with pytest.raises(SubjectMismatchError, match=rf"^{path}: ") as caught:
        rule.check(message, caller)
    assert caught.value.required_scope == "partner"


def batch(*subjects):
    return events.BatchWriteEventsRequest(events=subjects)


def test_entries_are_refused_one_by_one():
    mixed = batch({"user_id": "ann"}, {"user_id": "bob"}, {"visitor_id": "ann"})
    refusals = BATCH.check(mixed, ANN)
    assert {index: str(error).split(":")[0] for index, error in refusals.items()} == {
        1: "events.user_id",
        2: "events.visitor_id",
    }


def test_no_more_entries_are_looked_at_than_a_batch_may_have():
    with pytest.raises(BatchTooLargeError):
        BATCH.check(batch(*[{"user_id": "ann"}] * 4), ANN)


def test_repeated_fields_on_the_way_are_all_looked_at():
    rule = subject_rule(events.BatchWriteEventsRequest.DESCRIPTOR, BATCH_PATHS)
    assert rule.check(batch({"user_id": "ann"}, {}), ANN) == {}
    with pytest.raises(SubjectMismatchError):
        rule.check(batch({"user_id": "ann"}, {"user_id": "bob"}), ANN)


@pytest.mark.parametrize(
    ("paths", "entries", "message"),
    [
        (["nobody"], "", "'nobody' leads nowhere"),
        (["events.who"], "", r"'events\.who' leads nowhere"),
        (["sent_time"], "", "'sent_time' does not lead to a string"),
        (["events"], "", "'events' does not lead to a string"),
        (["events.user_id.x"], "", "is no message"),
        (["events.user_id"], "sent_time", "has no entries"),
        (["sent_time.x", "events.user_id"], "events", "beside those of 'events'"),
    ],
)
def test_options_that_cannot_be_enforced_stop_the_start(paths, entries, message):
    with pytest.raises(UnusablePolicyError, match=message):
        subject_rule(events.BatchWriteEventsRequest.DESCRIPTOR, paths, entries)
