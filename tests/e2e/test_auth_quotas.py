"""Quotas: QUOTA_EXHAUSTED for one caller, and nothing for the others."""

from __future__ import annotations

import time

import pytest

from server.gen.shortlist.v1 import event_service_pb2 as events
from server.gen.shortlist.v1.recommendation_service_pb2 import RecommendRequest
from tests.e2e.harness.client import event
from tests.e2e.harness.config import PATIENT, patient_sources
from tests.e2e.harness.issuer import Issuer, bearer, jwt_config
from tests.e2e.harness.refusals import refused

RATES = """
[gateway.auth.rates.client]
serving = { per_s = 1.0, burst = 4 }
storage = { per_s = 20.0, burst = 1 }
"""


@pytest.fixture(scope="module")
def issuer():
    return Issuer()


@pytest.fixture(scope="module")
def server(module_servers, issuer, tmp_path_factory):
    keys = issuer.write(tmp_path_factory.mktemp("issuer") / "keys.json")
    parts = (PATIENT, patient_sources(), jwt_config(keys), RATES)
    return module_servers.start(*parts, anonymous=False)


def test_a_caller_is_stopped_told_when_to_come_again_and_let_in_then(server, issuer):
    recommend = server.client.recommendations.Recommend
    # New tokens are no new quota: it is the bearer's.
    for _ in range(4):
        recommend(RecommendRequest(), metadata=bearer(issuer.token("ann", jti=str(time.time()))))
    found = refused(recommend, RecommendRequest(), metadata=bearer(issuer.token("ann")))
    assert (found.code, found.reason) == ("RESOURCE_EXHAUSTED", "QUOTA_EXHAUSTED")
    assert 0 < found.retry_s <= 1
    (violation,) = found.details["QuotaFailure"].violations
    assert violation.subject == "token:ann" and "1 serving calls" in violation.description
    recommend(RecommendRequest(), metadata=bearer(issuer.token("bob")))
    time.sleep(found.retry_s)
    recommend(RecommendRequest(), metadata=bearer(issuer.token("ann")))
    assert 'shortlist_refused_total{reason="QUOTA_EXHAUSTED"} 1.0' in server.metrics()


def test_a_stream_is_slowed_down_rather_than_refused(server, issuer):
    sent = [
        events.StreamEventsRequest(event=event("click", "i001", user="carol")) for _ in range(11)
    ]
    started = time.monotonic()
    metadata = bearer(issuer.token("carol"))
    replies = list(server.client.events.StreamEvents(iter(sent), metadata=metadata, timeout=30))
    assert [each.result.WhichOneof("outcome") for each in replies] == ["accepted"] * 11
    # The stream itself was the burst; eleven more at twenty a second.
    assert time.monotonic() - started >= 0.5
