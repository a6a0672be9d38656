"""The conformance suite holds through an edge that checks credentials itself."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from conformance.command import main
from deploy.envoy.run import Edge
from deploy.envoy.settings import AuthSettings, JwtSettings, LimitSettings, UpstreamSettings
from tests.conformance.deployment import Deployment, deployment
from tests.e2e.harness.issuer import AUDIENCE, ISSUER

# What depends on who refuses; `tests/conformance/test_edge.py` has all suites.
SUITES = ("auth", "rate_limits/too_many_calls*", "edge", "errors", "cors", "caching", "health")
# Every case asks at once.
LIMITS = LimitSettings(per_caller_rate=5_000, per_caller_burst=10_000)


@pytest.fixture(scope="module")
def server(shop_data, tmp_path_factory) -> Iterator[Deployment]:
    with deployment(shop_data, tmp_path_factory.mktemp("deployment")) as running:
        yield running


@pytest.fixture(scope="module")
def checking_edge(server, start_edge) -> Edge:
    folder = server.keys.parent
    jwt = JwtSettings(jwks=folder / "jwks.json", issuer=ISSUER, audience=(AUDIENCE,))
    auth = AuthSettings(keys=folder / "data" / "api-keys.json", poll_s=0.2, jwt=jwt)
    upstreams = (UpstreamSettings(endpoints=(server.address,)),)
    return start_edge(upstreams=upstreams, auth=auth, limits=LIMITS)


@pytest.mark.parametrize("protocol", ["grpc", "grpc-web", "connect", "rest"])
def test_refusals_are_those_of_a_server(checking_edge, server, tmp_path, protocol):
    report = tmp_path / "report.json"
    where = f"127.0.0.1:{checking_edge.port}"
    arguments = ["--target", where, "--keys", str(server.keys), "--protocol", protocol]
    arguments += ["--http", f"http://{where}", "--origin", "*", "--level", "SHOULD"]
    status = main([*arguments, "--json", str(report), *(f"--run={each}" for each in SUITES)])
    found = json.loads(report.read_text())["targets"]["server"]
    failed = [each for each in found["not_passed"] if each["verdict"] != "skipped"]
    assert (status, failed) == (0, [])
