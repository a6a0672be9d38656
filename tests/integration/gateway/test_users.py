"""UserService over real gRPC, with profiles in memory behind it."""

from google.protobuf.field_mask_pb2 import FieldMask

from server.gen.shortlist.v1 import user_pb2
from server.gen.shortlist.v1 import user_service_pb2 as service
from tests.integration.gateway.conftest import refused


def ann():
    user = user_pb2.User(name="users/ann")
    user.attributes["country"].string_value = "DE"
    user.attributes["interests"].strings_value.values.append("jazz")
    return user


async def update(edge, user, *paths, **over):
    mask = FieldMask(paths=paths) if paths else None
    return await edge.user.UpdateUser(
        service.UpdateUserRequest(user=user, update_mask=mask, **over)
    )


async def test_a_profile_is_written_and_read(edge):
    written = await update(edge, ann(), allow_missing=True)
    got = await edge.user.GetUser(service.GetUserRequest(name="users/ann"))
    assert got == written
    assert got.attributes["country"].string_value == "DE"
    assert got.create_time.ToMilliseconds() == 1000


async def test_a_missing_profile_is_said(edge):
    refusal = await refused(edge.user.GetUser(service.GetUserRequest(name="users/bob")))
    assert (refusal.code, refusal.reason) == ("NOT_FOUND", "USER_NOT_FOUND")
    assert refusal.details["ResourceInfo"].resource_name == "bob"
    assert (await refused(update(edge, ann()))).reason == "USER_NOT_FOUND"


async def test_masks_say_what_an_update_changes(edge):
    await update(edge, ann(), allow_missing=True)
    empty = user_pb2.User(name="users/ann")
    assert set((await update(edge, empty)).attributes) == {"country", "interests"}
    assert set((await update(edge, empty, "create_time")).attributes) == {"country", "interests"}
    assert set((await update(edge, empty, "attributes.country")).attributes) == {"interests"}
    assert not (await update(edge, empty, "*")).attributes
    assert (await refused(update(edge, empty, "nick"))).fields == ["update_mask"]


async def test_user_attributes_must_be_declared(edge):
    user = user_pb2.User(name="users/ann")
    user.attributes["genre"].string_value = "Fantasy"
    refusal = await refused(update(edge, user, allow_missing=True))
    assert (refusal.reason, refusal.fields) == ("UNKNOWN_ATTRIBUTE", ['user.attributes["genre"]'])


async def test_a_visitor_is_merged_once_and_into_one_user(edge):
    request = service.MergeUsersRequest(user="users/ann", visitor_id="tab-1")
    assert (await edge.user.MergeUsers(request)).merged_event_count == 3
    assert (await edge.user.MergeUsers(request)).merged_event_count == 0
    request.user = "users/bob"
    refusal = await refused(edge.user.MergeUsers(request))
    assert (refusal.reason, refusal.fields) == ("INVALID_REQUEST", ["visitor_id"])


async def test_names_are_checked(edge):
    for name in ("ann", "users/", "users/a b", "items/ann"):
        refusal = await refused(edge.user.GetUser(service.GetUserRequest(name=name)))
        assert (refusal.reason, refusal.fields) == ("INVALID_REQUEST", ["name"])
