"""Who calls too often is told when to come back, in every protocol."""

from __future__ import annotations

import time

import grpc
import pytest
from google.protobuf.json_format import ParseDict
from google.rpc.error_details_pb2 import QuotaFailure, RetryInfo
from google.rpc.status_pb2 import Status
from grpc_status import rpc_status

from deploy.envoy.settings import LimitSettings
from tests.edge.harness import TRENDING, connect, get, grpc_web, padded, raw_grpc

TIGHT = LimitSettings(per_caller_rate=1, per_caller_burst=3, retry_after_s=2)


@pytest.fixture(scope="module")
def exhausted(guarded_server, start_edge, checks, credentials):
    """The port of an edge where the client's key has used up its quota, for a second."""
    edge = start_edge(guarded_server, auth=checks, limits=TIGHT)

    def use_up():
        for _ in range(10):
            reply = get(edge.port, "/v1/trending", **credentials.key("client"))
            if reply.status == 429:
                return reply
        raise AssertionError("ten calls at once were all let through")

    return edge.port, use_up


def retry_s(status):
    """Check that the caller is named, and return when to come back."""
    retry, quota = RetryInfo(), QuotaFailure()
    details = Status.FromString(status).details
    assert details[1].Unpack(quota)
    check_quota(quota)
    assert details[2].Unpack(retry)
    return retry.retry_delay.seconds


def check_quota(quota):
    (violation,) = quota.violations
    assert violation.subject.startswith("key:")
    assert violation.description.startswith("the quota is used up")


def test_rest_is_429_with_retry_after(exhausted):
    reply = exhausted[1]()
    assert (reply.headers["retry-after"], reply.reason) == ("2", "QUOTA_EXHAUSTED")
    details = reply.json()["details"]
    assert details[1]["@type"] == "type.googleapis.com/google.rpc.QuotaFailure"
    check_quota(ParseDict({"violations": details[1]["violations"]}, QuotaFailure()))
    assert details[2] == {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "2s"}


def test_connect_is_429_with_retry_after(exhausted, credentials):
    port, use_up = exhausted
    use_up()
    reply = connect(port, TRENDING, {}, **credentials.key("client"))
    assert (reply.status, reply.json()["code"]) == (429, "resource_exhausted")
    assert (reply.headers["retry-after"], reply.reason) == ("2", "QUOTA_EXHAUSTED")
    quota, delay = (each["value"] for each in reply.json()["details"][1:])
    check_quota(QuotaFailure.FromString(padded(quota)))
    delay = RetryInfo.FromString(padded(delay))
    assert delay.retry_delay.seconds == 2


def test_grpc_is_resource_exhausted_with_retry_info(exhausted, credentials):
    port, use_up = exhausted
    use_up()
    with pytest.raises(grpc.RpcError) as caught:
        raw_grpc(port, TRENDING, **credentials.key("client"))
    assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert retry_s(rpc_status.from_call(caught.value).SerializeToString()) == 2


def test_grpc_web_is_resource_exhausted_with_retry_info(exhausted, credentials):
    port, use_up = exhausted
    use_up()
    reply = grpc_web(port, TRENDING, b"", **credentials.key("client"))
    assert (reply.status, reply.headers["grpc-status"]) == (200, "8")
    assert retry_s(padded(reply.headers["grpc-status-details-bin"])) == 2


def test_another_caller_has_a_quota_of_its_own(exhausted, credentials):
    port, use_up = exhausted
    use_up()
    assert get(port, "/v1/trending", **credentials.token("valid")).status == 200


def test_quota_comes_back(exhausted, credentials):
    port, use_up = exhausted
    use_up()
    time.sleep(1.1)
    assert get(port, "/v1/trending", **credentials.key("client")).status == 200


def test_callers_cannot_choose_whom_they_count_as(exhausted, credentials):
    port, use_up = exhausted
    use_up()
    headers = {**credentials.key("client"), "x_edge_caller": "somebody-else"}
    assert get(port, "/v1/trending", **headers).status == 429
