"""A fault of the server is INTERNAL: the caller gets the request id, the log gets the rest."""

from __future__ import annotations

import json
import sqlite3

import pytest

from server.gen.shortlist.v1 import recommendation_pb2, user_service_pb2
from tests.e2e.harness.config import PATIENT, patient_sources
from tests.e2e.harness.refusals import refused

JSON_LOGS = '[observability.logs]\nformat = "json"\n'


@pytest.fixture(scope="module")
def damaged(module_servers):
    """A server whose profile of u001 is not what it should be."""
    data_dir = module_servers.copy("damaged")
    with sqlite3.connect(data_dir / "profiles.db") as profiles:
        profiles.execute("UPDATE profiles SET data = '{\"secret\": 1}' WHERE user_id = 'u001'")
    profiles.close()
    return module_servers.start(PATIENT, patient_sources(), JSON_LOGS, data_dir=data_dir)


def get(server, user, request_id):
    request = user_service_pb2.GetUserRequest(name=f"users/{user}")
    return server.client.users.GetUser(request, metadata=[("x-request-id", request_id)])


def test_a_fault_is_internal_and_names_the_request_only(damaged):
    found = refused(get, damaged, "u001", "faulty-1")
    assert (found.code, found.reason) == ("INTERNAL", "INTERNAL")
    assert (found.domain, found.request_id) == ("shortlist", "faulty-1")
    assert "faulty-1" in found.message
    assert not any(word in found.message for word in ("secret", "KeyError", "profiles"))
    assert get(damaged, "u002", "fine").name == "users/u002"


def test_the_log_has_the_rest(damaged):
    refused(get, damaged, "u001", "faulty-2")
    lines = [json.loads(line) for line in damaged.log().splitlines() if line.startswith("{")]
    (line,) = [each for each in lines if each.get("request_id") == "faulty-2"]
    assert line["severity"] == "ERROR"
    assert line["method"] == "/shortlist.v1.UserService/GetUser"
    assert "Traceback" in line["exception"]


def test_faults_are_counted(damaged):
    refused(get, damaged, "u001", "faulty-3")
    (line,) = [
        each for each in damaged.metrics().splitlines() if each.startswith("shortlist_faults_total")
    ]
    assert 'method="/shortlist.v1.UserService/GetUser"' in line and float(line.split()[-1]) >= 1


def test_recommend_serves_with_default_features_instead_and_says_so(damaged):
    reply = damaged.client.recommend(user_id="u001")
    assert len(reply.recommendations) == 20
    kind = recommendation_pb2.DegradationKind.DEGRADATION_KIND_DEFAULT_FEATURES
    assert [(each.kind, each.component) for each in reply.degradations] == [(kind, "profile")]
