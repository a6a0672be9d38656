"""Which features tests stand for, and the servers that they call."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from shortlist_sdk import ApiKey, Client
from tests.sdk.live_server import LiveServer, live_server
from tests.sdk.matrix import write_report
from tests.sdk.python.fake_server import FakeServer

_PASSED = pytest.StashKey[dict[str, tuple[str, bool]]]()


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "feature(name): the SDK feature that the test stands for")
    config.stash[_PASSED] = {}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--sdk-report", action="store_true", help="write build/sdks/python.json")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    outcome = yield
    report = outcome.get_result()
    for mark in item.iter_markers("feature"):
        seen = item.config.stash[_PASSED]
        name, passed = seen.get(mark.args[0], (item.nodeid.partition("[")[0], True))
        # One test that fails, in any of its phases, fails the feature.
        seen[mark.args[0]] = (name, passed and not report.failed and not report.skipped)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if session.config.getoption("--sdk-report", default=False):
        write_report("python", session.config.stash[_PASSED])


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """The real server with a small shop; it asks for credentials."""
    with live_server(tmp_path_factory.mktemp("live") / "shop", secure=True) as server:
        yield server


@pytest.fixture
async def client(shop: LiveServer) -> AsyncIterator[Client]:
    """A client of the shop that may do everything."""
    endpoint = f"http://127.0.0.1:{shop.process.port}"
    async with Client(endpoint, ApiKey(shop.api_keys["admin"])) as made:
        yield made


@pytest.fixture
async def fake_server() -> AsyncIterator[FakeServer]:
    """A gRPC server that answers as told."""
    server = FakeServer()
    await server.start()
    yield server
    await server.stop()
