"""A server with credentials of every kind, on the shop of the end-to-end tests, and its edge."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.envoy.options import DESCRIPTORS
from deploy.envoy.run import Edge
from deploy.envoy.settings import EdgeSettings, UpstreamSettings
from tests.conformance.deployment import ORIGIN, Deployment, deployment
from tests.e2e.conftest import _run, train
from tests.e2e.harness.world import make_world, write_csv


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data directory of a small trained shop."""
    files, data_dir = tmp_path_factory.mktemp("files"), tmp_path_factory.mktemp("shop") / "data"
    _run("import", files, "--layout", write_csv(make_world(), files), "--data-dir", data_dir)
    train(data_dir, "quick")
    return data_dir


@pytest.fixture(scope="session")
def server(shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """The server that the tests share."""
    with deployment(shop, tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture(scope="session")
def edge(server: Deployment, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    """An edge as `make serve EDGE=1` has it, but for the origins that may call."""
    upstreams = (UpstreamSettings(endpoints=(server.address,)),)
    settings = EdgeSettings(port=0, upstreams=upstreams, origins=(ORIGIN,))
    running = Edge(settings, DESCRIPTORS, tmp_path_factory.mktemp("edge"))
    yield running
    running.stop()
    # A script that fails leaves the reply as it was: nobody would notice.
    assert "script log" not in running.log_path.read_text("utf-8", "replace")
