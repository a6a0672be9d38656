"""Profiles and merging of visitors."""

from __future__ import annotations

import pytest

from server.gen.shortlist.v1 import user_pb2
from server.gen.shortlist.v1 import user_service_pb2 as service
from tests.e2e.harness.client import event, new_id
from tests.e2e.harness.refusals import refused


def profile(user, **attributes):
    message = user_pb2.User(name=f"users/{user}")
    for name, value in attributes.items():
        message.attributes[name].string_value = value
    return message


def update(client, message, *paths, **flags):
    mask = {"paths": paths} if paths else None
    return client.users.UpdateUser(
        service.UpdateUserRequest(user=message, update_mask=mask, **flags)
    )


def get(client, user):
    return client.users.GetUser(service.GetUserRequest(name=f"users/{user}"))


def test_an_imported_profile_is_there(client):
    found = get(client, "u001")
    assert found.attributes["country"].string_value == "FR"
    assert found.HasField("create_time")


def test_a_profile_is_created_where_that_is_allowed(client, user):
    found = refused(update, client, profile(user, country="DE"))
    assert (found.code, found.reason) == ("NOT_FOUND", "USER_NOT_FOUND")
    assert refused(get, client, user).reason == "USER_NOT_FOUND"
    created = update(client, profile(user, country="DE"), allow_missing=True)
    assert created == get(client, user)
    assert created.create_time == created.update_time


def test_an_update_changes_what_its_mask_names(client, user):
    created = update(client, profile(user, country="DE"), allow_missing=True)
    changed = update(client, profile(user, country="SE"), "attributes.country")
    assert changed.attributes["country"].string_value == "SE"
    assert changed.create_time == created.create_time
    assert update(client, profile(user), "attributes.country").attributes == {}


def test_validate_only_writes_no_profile(client, user):
    checked = update(client, profile(user, country="DE"), allow_missing=True, validate_only=True)
    assert checked.attributes["country"].string_value == "DE"
    assert refused(get, client, user).reason == "USER_NOT_FOUND"


def test_undeclared_attributes_and_fields_are_refused_by_name(client, user):
    found = refused(update, client, profile(user, shoe_size="44"), allow_missing=True)
    assert (found.reason, found.fields) == ("UNKNOWN_ATTRIBUTE", ['user.attributes["shoe_size"]'])
    found = refused(update, client, profile(user), "attributes.shoe_size", allow_missing=True)
    assert found.reason == "UNKNOWN_ATTRIBUTE"
    found = refused(update, client, profile(user), "age", allow_missing=True)
    assert (found.reason, found.fields) == ("INVALID_REQUEST", ["update_mask"])


@pytest.mark.parametrize("bad", ["", "users/", "u001", "users/a b", "users/" + "x" * 129])
def test_names_that_are_none_are_refused(client, bad):
    calls = (
        lambda: client.users.GetUser(service.GetUserRequest(name=bad)),
        lambda: client.users.UpdateUser(service.UpdateUserRequest(user={"name": bad})),
        lambda: client.users.EraseUser(service.EraseUserRequest(name=bad)),
        lambda: client.users.ExportUser(service.ExportUserRequest(name=bad)),
        lambda: client.users.MergeUsers(service.MergeUsersRequest(user=bad, visitor_id="v")),
    )
    for call in calls:
        assert refused(call).reason == "INVALID_REQUEST"


def merge(client, user, visitor):
    request = service.MergeUsersRequest(user=f"users/{user}", visitor_id=visitor)
    return client.users.MergeUsers(request).merged_event_count


def test_a_visitor_is_merged_once(client, user):
    visitor = new_id("visitor")
    client.write(*(event("click", f"i00{n}", visitor=visitor) for n in range(4)))
    assert merge(client, user, visitor) == 4
    assert merge(client, user, visitor) == 0


def test_a_visitor_belongs_to_one_user(client, user):
    visitor = new_id("visitor")
    merge(client, user, visitor)
    found = refused(merge, client, new_id("other"), visitor)
    assert (found.code, found.reason) == ("INVALID_ARGUMENT", "INVALID_REQUEST")
    assert found.fields == ["visitor_id"]


def test_merging_a_visitor_nobody_saw_is_no_error(client, user):
    assert merge(client, user, new_id("visitor")) == 0


def test_a_merge_outlives_a_crash(start_server, user):
    server, visitor = start_server(), new_id("visitor")
    server.client.write(event("hide", "i003", visitor=visitor))
    merge(server.client, user, visitor)
    server.client.write(event("hide", "i009", visitor=visitor))
    server.kill()
    again = start_server(data_dir=server.data_dir).client
    shown = [
        each.item_id
        for page in again.pages(user_id=user, page_size=200)
        for each in page.recommendations
    ]
    assert shown and not {"i003", "i009"} & set(shown)
