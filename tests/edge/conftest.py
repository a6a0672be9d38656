"""One small shop, two servers (open and guarded), and edges in front of them."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from deploy.envoy.options import DESCRIPTORS
from deploy.envoy.run import Edge
from deploy.envoy.settings import AuthSettings, EdgeSettings, JwtSettings, UpstreamSettings
from server.gateway.adapters.file_api_keys import FileApiKeys
from server.gateway.auth.api_keys import make_api_key
from server.gateway.auth.scope import Scope
from tests.e2e.harness.config import PATIENT, patient_sources, write_config
from tests.e2e.harness.server_process import ServerProcess, shortlist
from tests.e2e.harness.world import make_world, write_csv

ISSUER, AUDIENCE = "https://id.example", "shortlist"


@dataclass(frozen=True)
class Credentials:
    """Keys and tokens of every kind, as headers."""

    folder: Path
    keys: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    def key(self, name: str) -> dict[str, str]:
        return {"x_api_key": self.keys[name]}

    def token(self, name: str) -> dict[str, str]:
        return {"authorization": f"Bearer {self.tokens[name]}"}


@pytest.fixture(scope="session")
def shop_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An imported shop without models: popular and trending items are enough here."""
    folder = tmp_path_factory.mktemp("shop")
    files = folder / "files"
    files.mkdir()
    mapping = write_csv(make_world(), files)
    done = shortlist("import", files, "--layout", mapping, "--data-dir", folder / "data")
    assert done.returncode == 0, done.stderr
    return folder / "data"


@pytest.fixture(scope="session")
def start_server(
    shop_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., ServerProcess]]:
    """Give `start_server(*config, ...)`: a server, by default on a copy of the shop of its own."""
    started: list[ServerProcess] = []

    def start(
        *config: str, data_dir: Path | None = None, port: int = 0, anonymous: bool = True
    ) -> ServerProcess:
        folder = tmp_path_factory.mktemp("server")
        if data_dir is None:
            data_dir = folder / "data"
            shutil.copytree(shop_data, data_dir)
        path = write_config(folder / "config.toml", PATIENT, patient_sources(), *config)
        started.append(ServerProcess(data_dir, config=path, port=port, anonymous=anonymous))
        return started[-1]

    yield start
    for process in started:
        if process.process.poll() is None:
            process.stop()


@pytest.fixture(scope="session")
def start_edge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Edge]]:
    """Give `start_edge(server, ..., **settings)`: an edge in front of servers."""
    started: list[Edge] = []

    def start(*servers: ServerProcess, **settings: Any) -> Edge:
        upstreams = settings.pop("upstreams", None) or (
            UpstreamSettings(endpoints=tuple(f"127.0.0.1:{each.port}" for each in servers)),
        )
        chosen = EdgeSettings(port=0, upstreams=upstreams, **settings)
        started.append(Edge(chosen, DESCRIPTORS, tmp_path_factory.mktemp("edge")))
        return started[-1]

    yield start
    for edge in started:
        edge.stop()
        # A script that fails leaves the reply as it was: nobody would notice.
        assert "script log" not in edge.log_path.read_text("utf-8", "replace")


@pytest.fixture(scope="session")
def open_server(start_server: Callable[..., ServerProcess]) -> ServerProcess:
    """A server that lets everyone in."""
    return start_server()


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of static files."""
    folder = tmp_path_factory.mktemp("pages")
    (folder / "index.html").write_text("<h1>shop</h1>" + " " * 1000)
    (folder / "assets").mkdir()
    (folder / "assets" / "app-3fa9c2d1.js").write_text("var shop = 1;")
    return folder


@pytest.fixture(scope="session")
def edge(open_server: ServerProcess, start_edge: Callable[..., Edge], pages: Path) -> Edge:
    """An edge that lets everyone in."""
    return start_edge(open_server, static=pages, max_request_bytes=256 * 1024)


@pytest.fixture(scope="session")
def credentials(tmp_path_factory: pytest.TempPathFactory) -> Credentials:
    """Files of keys and of a key set, and what they let in or not."""
    made = Credentials(tmp_path_factory.mktemp("credentials"))
    now_ms = time.time_ns() // 1_000_000
    kinds = {
        "client": (Scope.CLIENT, None),
        "partner": (Scope.PARTNER, None),
        "admin": (Scope.ADMIN, None),
        "expired": (Scope.ADMIN, now_ms - 1000),
    }
    records = []
    for name, (scope, expire_ms) in kinds.items():
        new = make_api_key(scope=scope, now_ms=now_ms, name=name, expire_ms=expire_ms)
        made.keys[name] = new.text
        records.append(new.record)
    made.keys["unknown"] = make_api_key(scope=Scope.ADMIN, now_ms=now_ms).text
    FileApiKeys(made.folder / "api-keys.json").change(lambda old: [*old, *records])
    _make_tokens(made)
    return made


def _make_tokens(made: Credentials) -> None:
    signer, stranger = (rsa.generate_private_key(65537, 2048) for _ in range(2))
    public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(signer.public_key()))
    key_set = {"keys": [{**public, "kid": "k1", "alg": "RS256", "use": "sig"}]}
    (made.folder / "jwks.json").write_text(json.dumps(key_set))
    now_s = int(time.time())
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": "u001", "exp": now_s + 3600}

    def signed(key: rsa.RSAPrivateKey, **other: object) -> str:
        return jwt.encode({**claims, **other}, key, algorithm="RS256", headers={"kid": "k1"})

    made.tokens.update(
        valid=signed(signer),
        partner=signed(signer, scope="shortlist.partner"),
        odd=signed(signer, scope=[True, {"a": 1}, ["shortlist.admin"]]),
        expired=signed(signer, exp=now_s - 3600),
        foreign=signed(signer, aud="someone-else"),
        forged=signed(stranger),
        garbage="x.y.z",
    )


@pytest.fixture(scope="session")
def guarded_server(
    start_server: Callable[..., ServerProcess], shop_data: Path, credentials: Credentials
) -> ServerProcess:
    """A server that checks credentials itself."""
    auth = f"""
[gateway.auth]
mode = "required"
key_file = "{credentials.folder / "api-keys.json"}"
[gateway.auth.jwt]
keys = "{credentials.folder / "jwks.json"}"
issuer = "{ISSUER}"
audience = ["{AUDIENCE}"]
"""
    return start_server(auth, anonymous=False)


@pytest.fixture(scope="session")
def checks(credentials: Credentials) -> AuthSettings:
    """The edge's own checks of the same credentials."""
    return AuthSettings(
        keys=credentials.folder / "api-keys.json",
        poll_s=0.2,
        jwt=JwtSettings(jwks=credentials.folder / "jwks.json", issuer=ISSUER, audience=(AUDIENCE,)),
    )


@pytest.fixture(scope="session")
def guarded_edge(
    guarded_server: ServerProcess, start_edge: Callable[..., Edge], checks: AuthSettings
) -> Edge:
    """An edge that checks credentials, in front of a server that does."""
    return start_edge(guarded_server, auth=checks)
