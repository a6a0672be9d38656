"""What stays readable of a user, by whatever scope, once the user is erased."""

from __future__ import annotations

from server.gen.google.longrunning import operations_pb2
from server.gen.shortlist.v1 import user_pb2
from server.gen.shortlist.v1 import user_service_pb2 as users
from tests.e2e.harness.client import new_id


def test_what_was_exported_of_a_user_is_not_left_in_the_operation_after_an_erasure(client, server):
    """The profile is in the export's response, which lives on for 30 days."""
    user, other = new_id("user"), new_id("user")
    exports = {}
    for each in (user, other):
        profile = user_pb2.User(name=f"users/{each}")
        profile.attributes["country"].string_value = f"land of {each}"
        client.users.UpdateUser(users.UpdateUserRequest(user=profile, allow_missing=True))
        begun = client.users.ExportUser(users.ExportUserRequest(name=f"users/{each}"))
        exports[each] = client.wait(begun).name
    receipt = user_pb2.ErasureReceipt()
    done = client.wait(client.users.EraseUser(users.EraseUserRequest(name=f"users/{user}")))
    assert done.response.Unpack(receipt)
    assert {each.store: each.erased_count for each in receipt.stores}["operations"] == 1

    def exported(name):
        found = client.operations.GetOperation(operations_pb2.GetOperationRequest(name=name))
        export = user_pb2.UserExport()
        assert found.done and found.response.Unpack(export)
        return export

    kept = exported(exports[other])
    assert kept.user.attributes["country"].string_value == f"land of {other}"
    left = exported(exports[user])
    assert not left.HasField("user") and not left.files
    assert left.HasField("read_time")
    files = b"".join(path.read_bytes() for path in server.data_dir.glob("operations*"))
    assert f"land of {other}".encode() in files
    assert f"land of {user}".encode() not in files
