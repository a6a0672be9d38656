"""A trained shop that is made once, and servers on copies of it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.harness.client import Client, new_id
from tests.e2e.harness.config import PATIENT, patient_sources
from tests.e2e.harness.server_process import ServerProcess, shortlist
from tests.e2e.harness.servers import Servers
from tests.e2e.harness.surfaces import SURFACES
from tests.e2e.harness.world import World, make_world, write_csv


@pytest.fixture(scope="session")
def shop() -> World:
    """What the shop sells and what its users did, from `tests/e2e/harness/world.py`."""
    return make_world()


@pytest.fixture(scope="session")
def shop_data(shop: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data directory of the shop: imported and trained by the command line, never served."""
    files = tmp_path_factory.mktemp("files")
    data_dir = tmp_path_factory.mktemp("shop") / "data"
    mapping = write_csv(shop, files)
    _run("import", files, "--layout", mapping, "--data-dir", data_dir)
    train(data_dir, "quick")
    return data_dir


def train(data_dir: Path, recipe: str, *more: object) -> str:
    """Train a version on what the log holds, make it current, and return its name."""
    _run("snapshot", "--data-dir", data_dir)
    snapshot = max((data_dir / "snapshots").iterdir())
    models = data_dir / "models"
    _run("train", "--snapshot", snapshot, "--models", models, "--recipe", recipe, *more)
    return (models / "CURRENT").read_text().strip()


def _run(*arguments: object) -> None:
    done = shortlist(*arguments)
    assert done.returncode == 0, f"{arguments}: {done.stdout}\n{done.stderr}"


@pytest.fixture(scope="session")
def second_version(shop_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of another version, trained on the same data."""
    data_dir = tmp_path_factory.mktemp("second") / "data"
    shutil.copytree(shop_data, data_dir)
    return data_dir / "models" / train(data_dir, "tiny", "--seed", "1")


@pytest.fixture(scope="session")
def server(shop_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """The server that most tests share; they use users, visitors and items of their own."""
    servers = Servers(tmp_path_factory.mktemp("shared"), shop_data)
    process = servers.start(PATIENT, patient_sources(), SURFACES)
    yield process
    assert process.stop() == 0, process.log()


@pytest.fixture
def client(server: ServerProcess) -> Client:
    """A client of the shared server."""
    return server.client


@pytest.fixture
def servers(shop_data: Path, tmp_path: Path) -> Iterator[Servers]:
    """Servers of one test."""
    started = Servers(tmp_path, shop_data)
    yield started
    started.stop()


@pytest.fixture
def start_server(servers: Servers) -> Callable[..., ServerProcess]:
    """Give tests `start_server(*config, data_dir=, wrapper=)`: a server of their own."""
    return servers.start


@pytest.fixture(scope="module")
def module_servers(shop_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """Servers that the tests of one file share."""
    started = Servers(tmp_path_factory.mktemp("module"), shop_data)
    yield started
    started.stop()


@pytest.fixture
def user() -> str:
    """A user that nobody has heard of."""
    return new_id("user")
