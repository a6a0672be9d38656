"""The audit log: a line for each call that must be accounted for, before its caller hears of it."""

from __future__ import annotations

import json

import pytest

from server.gen.google.longrunning import operations_pb2 as operations
from server.gen.google.longrunning.operations_pb2_grpc import OperationsStub
from server.gen.shortlist.admin.v1 import serving_config_service_pb2
from server.gen.shortlist.admin.v1.serving_config_service_pb2_grpc import ServingConfigServiceStub
from server.gen.shortlist.v1 import event_service_pb2 as events
from server.gen.shortlist.v1 import user_service_pb2 as users
from server.gen.shortlist.v1.recommendation_service_pb2 import RecommendRequest
from tests.e2e.harness.api_keys import by, create_key
from tests.e2e.harness.config import PATIENT, patient_sources
from tests.e2e.harness.refusals import refused

AUDIT = """
[gateway.auth.audit]
file = "audit.jsonl"
[observability.logs]
format = "json"
level = "ERROR"
"""


@pytest.fixture(scope="module")
def server(module_servers):
    data_dir = module_servers.copy("audited")
    keys = {
        "admin": create_key(data_dir, "admin", "--name", "ops"),
        "partner": create_key(data_dir, "partner", "--name", "shop"),
        "client": create_key(data_dir, "client", "--subject", "user:ann"),
    }
    started = module_servers.start(
        PATIENT, patient_sources(), AUDIT, data_dir=data_dir, anonymous=False
    )
    started.keys = keys
    return started


@pytest.fixture
def lines(server):
    """Give tests `lines()`: what the audit file has got since the test began."""
    path = server.data_dir / "audit.jsonl"
    before = path.stat().st_size

    def new():
        with path.open("rb") as file:
            file.seek(before)
            return [json.loads(line) for line in file]

    return new


def test_erasure_export_and_imports_are_in_it_with_who_and_what(server, lines):
    key = by(server.keys["partner"])
    client = server.client
    made = [
        client.users.EraseUser(
            users.EraseUserRequest(name="users/gone"), metadata=(*key, ("x-request-id", "r1"))
        ),
        client.users.ExportUser(users.ExportUserRequest(name="users/u001"), metadata=key),
    ]
    found = refused(
        client.events.ImportEvents, events.ImportEventsRequest(path="../none.csv"), metadata=key
    )
    assert found.reason == "INVALID_REQUEST"
    erased, exported, imported = lines()
    assert erased["caller"] == f"key:{server.keys['partner'].split('_')[1]}"
    assert (erased["caller_name"], erased["scope"]) == ("shop", "partner")
    assert erased["method"] == "/shortlist.v1.UserService/EraseUser"
    assert erased["resources"] == ["users/gone", made[0].name]
    assert (erased["request_id"], erased["outcome"]) == ("r1", "OK")
    assert exported["resources"] == ["users/u001", made[1].name]
    assert imported["resources"] == ["../none.csv"]
    assert (imported["outcome"], imported["reason"]) == ("INVALID_ARGUMENT", "INVALID_REQUEST")


def test_what_cancels_or_deletes_an_operation_is_in_it(server, lines):
    key = by(server.keys["partner"])
    stub = OperationsStub(server.client.raw)
    made = server.client.users.ExportUser(
        users.ExportUserRequest(name="users/u002"), metadata=key
    ).name
    stub.WaitOperation(operations.WaitOperationRequest(name=made), metadata=key, timeout=30)
    stub.GetOperation(operations.GetOperationRequest(name=made), metadata=key, timeout=10)
    stub.CancelOperation(operations.CancelOperationRequest(name=made), metadata=key, timeout=10)
    delete = operations.DeleteOperationRequest(name=made)
    stub.DeleteOperation(delete, metadata=key, timeout=10)
    refused(stub.DeleteOperation, delete, metadata=key, timeout=10)
    _, cancelled, deleted, repeated = lines()
    assert cancelled["method"] == "/google.longrunning.Operations/CancelOperation"
    assert deleted["method"] == "/google.longrunning.Operations/DeleteOperation"
    assert (deleted["caller_name"], deleted["resources"]) == ("shop", [made])
    assert (cancelled["outcome"], deleted["outcome"]) == ("OK", "OK")
    assert (repeated["outcome"], repeated["reason"]) == ("NOT_FOUND", "OPERATION_NOT_FOUND")


def test_admin_calls_are_in_it_and_those_who_may_not_make_them(server, lines):
    stub = ServingConfigServiceStub(server.client.raw)
    request = serving_config_service_pb2.GetServingConfigRequest(name="servingConfigs/home")
    stub.GetServingConfig(request, metadata=by(server.keys["admin"]), timeout=10)
    found = refused(stub.GetServingConfig, request, metadata=by(server.keys["partner"]), timeout=10)
    assert found.required_scope == "admin"
    done, denied = lines()
    assert (done["caller_name"], done["scope"], done["outcome"]) == ("ops", "admin", "OK")
    assert done["resources"] == ["servingConfigs/home"]
    assert (denied["caller_name"], denied["reason"]) == ("shop", "SCOPE_INSUFFICIENT")


def test_other_calls_and_the_unknown_are_not(server, lines):
    recommend = server.client.recommendations.Recommend
    recommend(RecommendRequest(user_id="u001"), metadata=by(server.keys["partner"]))
    refused(server.client.users.EraseUser, users.EraseUserRequest(name="users/ann"))
    assert lines() == []


def test_the_log_has_the_same_lines_whatever_its_level_and_neither_has_a_key(server):
    logged = [json.loads(line) for line in server.log().splitlines() if line.startswith("{")]
    audited = [line for line in logged if line["logger"] == "shortlist.audit"]
    text = (server.data_dir / "audit.jsonl").read_text()
    assert len(audited) == len(text.splitlines()) > 0
    assert [line["method"] for line in audited] == [
        json.loads(line)["method"] for line in text.splitlines()
    ]
    for key in server.keys.values():
        assert key.rsplit("_", 1)[1] not in text + server.log()


def test_the_file_is_for_its_owner(server):
    assert (server.data_dir / "audit.jsonl").stat().st_mode & 0o777 == 0o600
