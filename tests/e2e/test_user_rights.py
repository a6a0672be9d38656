"""EraseUser and ExportUser: a user's rights over their data."""

from __future__ import annotations

import json
import time

import pytest

from server.gen.shortlist.v1 import recommendation_service_pb2, user_pb2
from server.gen.shortlist.v1 import user_service_pb2 as service
from tests.e2e.harness.client import event, ids, new_id
from tests.e2e.harness.logs import logged_events, logged_slates
from tests.e2e.harness.refusals import refused
from tests.e2e.harness.waiting import eventually

STORES = {"event_log", "profiles", "online_features", "sessions", "slate_log", "models"}


def erase(client, user):
    begun = client.users.EraseUser(service.EraseUserRequest(name=f"users/{user}"))
    done = client.wait(begun)
    receipt = user_pb2.ErasureReceipt()
    assert not done.HasField("error") and done.response.Unpack(receipt)
    metadata = service.UserOperationMetadata()
    assert done.metadata.Unpack(metadata) and metadata.user == f"users/{user}"
    assert receipt.user == f"users/{user}"
    return receipt


def counts(receipt):
    return {each.store: each.erased_count for each in receipt.stores}


def set_profile(client, user):
    message = user_pb2.User(name=f"users/{user}")
    message.attributes["country"].string_value = "DE"
    client.users.UpdateUser(service.UpdateUserRequest(user=message, allow_missing=True))


@pytest.fixture
def someone(client, user):
    """A user with a profile, five events, a merged visitor with two, a slate and a feed."""
    set_profile(client, user)
    visitor = new_id("visitor")
    visit = f"visit-of-{user}"
    events = [event("click", f"i{n:03d}", visitor=visitor, session_id=visit) for n in (50, 51)]
    client.write(*events)
    client.users.MergeUsers(service.MergeUsersRequest(user=f"users/{user}", visitor_id=visitor))
    client.write(*(event("click", f"i{n:03d}", user=user, session_id=visit) for n in range(60, 65)))
    return user, visitor


def test_erasure_answers_with_a_receipt_per_store(client, server, someone):
    user, _ = someone
    client.recommend(user_id=user)
    found = counts(erase(client, user))
    assert set(found) >= STORES
    assert found["event_log"] == 7
    # The profile, and the record of the merge.
    assert found["profiles"] == 2
    assert found["online_features"] >= 1 and found["sessions"] == 1 and found["slate_log"] == 1
    left = [each for each in logged_events(server.data_dir) if each.event.subject.id in someone]
    assert left == []
    assert (
        refused(client.users.GetUser, service.GetUserRequest(name=f"users/{user}")).reason
        == "USER_NOT_FOUND"
    )


def test_nothing_of_an_erased_user_is_left_in_the_files(client, server, someone):
    user, _ = someone
    # Ids remain as tombstones, which refuse late events; what was done and shown does not.
    visit = f"visit-of-{user}".encode()

    def traces():
        return [path.name for path in server.data_dir.glob("*.db*") if visit in path.read_bytes()]

    def is_served():
        return any(each.subject_key == user for each in logged_slates(server.data_dir))

    client.recommend(user_id=user, session_id=visit.decode())
    eventually(lambda: traces() and is_served())
    erase(client, user)
    assert traces() == []
    assert not is_served()


def test_an_erased_users_behaviour_no_longer_counts(client, someone):
    user, _ = someone
    asked = {"user_id": user, "serving_config": "home", "page_size": 200}
    before = [each for page in client.pages(**asked) for each in ids(page)]
    assert not {"i060", "i050"} & set(before)
    erase(client, user)
    after = [each for page in client.pages(**asked) for each in ids(page)]
    assert {"i060", "i050"} <= set(after)


def test_a_trained_user_is_unknown_to_the_models_after_erasure(start_server):
    server = start_server()
    asked = {"serving_config": "home_plain", "page_size": 20, "request_id": "same"}
    stranger = ids(server.client.recommend(user_id="stranger", **asked))
    assert ids(server.client.recommend(user_id="u100", **asked)) != stranger
    receipt = counts(erase(server.client, "u100"))
    assert receipt["models"] == 1 and receipt["snapshots"] > 0
    ranked = ids(server.client.recommend(user_id="u100", **asked))
    assert ranked == ids(server.client.recommend(user_id="stranger", **asked))
    # A restart loads the same version, and must not know the user again.
    server.kill()
    again = start_server(data_dir=server.data_dir)
    ranked = ids(again.client.recommend(user_id="u100", **asked))
    assert ranked == ids(again.client.recommend(user_id="stranger", **asked))


def test_late_events_of_an_erased_user_are_refused_and_new_ones_are_not(client, someone):
    user, visitor = someone
    before = int(time.time() * 1000) - 1000
    erase(client, user)
    for subject in ({"user": user}, {"visitor": visitor}):
        late = event("click", "i001", **subject)
        late.event_time.FromMilliseconds(before)
        found = refused(client.write_one, late)
        assert (found.code, found.reason) == ("INVALID_ARGUMENT", "EVENT_TOO_OLD")
        client.write_one(event("click", "i002", **subject))


def test_a_feed_of_an_erased_user_has_ended(client, user):
    asked = {"user_id": user, "page_size": 10}
    first = client.recommend(**asked)
    erase(client, user)
    request = recommendation_service_pb2.RecommendRequest(**asked, page_token=first.next_page_token)
    found = refused(client.recommendations.Recommend, request)
    assert (found.code, found.reason) == ("FAILED_PRECONDITION", "PAGE_TOKEN_EXPIRED")


def test_a_stored_feed_of_an_erased_user_does_not_come_back(start_server, user):
    server = start_server()
    asked = {"user_id": user, "page_size": 10}
    token = server.client.recommend(**asked).next_page_token
    server.stop()
    # This process has never seen the feed.
    server = start_server(data_dir=server.data_dir)
    erase(server.client, user)
    server.stop()
    server = start_server(data_dir=server.data_dir)
    request = recommendation_service_pb2.RecommendRequest(**asked, page_token=token)
    assert refused(server.client.recommendations.Recommend, request).reason == "PAGE_TOKEN_EXPIRED"


def test_a_user_without_any_data_is_erased_all_the_same(client, user):
    found = counts(erase(client, user))
    assert found["event_log"] == found["profiles"] == found["slate_log"] == 0


def test_erasing_twice_finds_nothing_the_second_time(client, someone):
    user, _ = someone
    assert counts(erase(client, user))["event_log"] == 7
    again = counts(erase(client, user))
    assert again["event_log"] == again["profiles"] == 0


def test_an_export_holds_profile_events_and_slates(client, server, someone):
    user, visitor = someone
    reply = client.recommend(user_id=user, page_size=3)
    begun = client.users.ExportUser(service.ExportUserRequest(name=f"users/{user}"))
    export = user_pb2.UserExport()
    assert client.wait(begun).response.Unpack(export)
    assert export.event_count == 7
    assert export.user.attributes["country"].string_value == "DE"
    assert abs(export.read_time.seconds - time.time()) < 60
    files = {path.name: path for path in (server.data_dir / "exports" / f for f in export.files)}
    profile = json.loads(files["profile.json"].read_text())
    assert profile["merged_visitor_ids"] == [visitor]
    events = [json.loads(line) for line in files["events.jsonl"].read_text().splitlines()]
    assert {item["item_id"] for each in events for item in each["items"]} == {
        *("i050", "i051", "i060", "i061", "i062", "i063", "i064")
    }
    # Slates reach their log a moment after the reply.
    slates = [json.loads(line) for line in files["slates.jsonl"].read_text().splitlines()]
    assert all(each["item_ids"] == ids(reply) for each in slates)


def test_an_export_of_someone_unknown_is_empty(client, user):
    begun = client.users.ExportUser(service.ExportUserRequest(name=f"users/{user}"))
    export = user_pb2.UserExport()
    assert client.wait(begun).response.Unpack(export)
    assert export.event_count == 0 and not export.HasField("user")


def test_exports_are_erased_with_their_user(client, server, someone):
    user, _ = someone
    begun = client.users.ExportUser(service.ExportUserRequest(name=f"users/{user}"))
    export = user_pb2.UserExport()
    assert client.wait(begun).response.Unpack(export)
    assert (server.data_dir / "exports" / export.files[0]).exists()
    erase(client, user)
    assert not (server.data_dir / "exports" / export.files[0]).exists()
