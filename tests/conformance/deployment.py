"""A real server that asks for credentials, and credentials of every kind for it.

`python -m tests.conformance.deployment DATA_DIR FOLDER` runs one until it is interrupted.
"""

from __future__ import annotations

import io
import shutil
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import yaml

from server.commands.keys import main as keys_command
from tests.e2e.harness.config import PATIENT, patient_sources, write_config
from tests.e2e.harness.issuer import Issuer, jwt_config
from tests.e2e.harness.server_process import ServerProcess

# Every case asks at once and from one place, and one credential may be used up (`limited`, a client
# with a subject, whose rates are the defaults).
RATES = """
[gateway.auth.rates.shared_client]
serving = { per_s = 5000.0, burst = 10000 }
storage = { per_s = 5000.0, burst = 10000 }
[gateway.auth.rates.partner]
serving = { per_s = 5000.0, burst = 10000 }
storage = { per_s = 5000.0, burst = 10000 }
[gateway.auth.rates.admin]
serving = { per_s = 5000.0, burst = 10000 }
storage = { per_s = 5000.0, burst = 10000 }
"""


# Of web pages that may call the edge under test.
ORIGIN = "https://shop.example"


@dataclass(frozen=True)
class Deployment:
    """A running server and where its credentials are."""

    process: ServerProcess
    keys: Path

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"127.0.0.1:{self.process.port}"


@contextmanager
def deployment(shop_data: Path, folder: Path) -> Iterator[Deployment]:
    """Start a server on a copy of a shop's data, and stop it in the end."""
    data_dir = folder / "data"
    shutil.copytree(shop_data, data_dir)
    issuer, stranger = Issuer(), Issuer()
    key_set = issuer.write(folder / "jwks.json")
    config = write_config(
        folder / "config.toml", PATIENT, patient_sources(), RATES, jwt_config(key_set)
    )
    keys = folder / "keys.yaml"
    keys.write_text(yaml.safe_dump(credentials(data_dir, issuer, stranger)))
    process = ServerProcess(data_dir, config=config, anonymous=False)
    try:
        yield Deployment(process, keys)
    finally:
        process.stop()


def edge_options(port: int, keys: Path, protocol: str) -> list[str]:
    """Return the arguments by which the suite asks an edge in a protocol."""
    address = f"127.0.0.1:{port}"
    target = ["--target", address, "--http", f"http://{address}", "--origin", ORIGIN]
    return [*target, "--protocol", protocol, "--keys", str(keys)]


def credentials(data_dir: Path, issuer: Issuer, stranger: Issuer) -> dict[str, object]:
    """Return credentials of every kind that cases ask for."""
    found: dict[str, object] = {
        scope: create_key(data_dir, scope) for scope in ("client", "partner", "admin")
    }
    for name in ("user_client", "limited"):
        user = f"cf-{name}"
        key = create_key(data_dir, "client", "--subject", f"user:{user}")
        found[name] = {"api_key": key, "user": user}
    key = create_key(data_dir, "client", "--subject", "visitor:cf-visitor-client")
    found["visitor_client"] = {"api_key": key, "visitor": "cf-visitor-client"}
    revoked = create_key(data_dir, "admin")
    run_keys("revoke", revoked.split("_")[1], "--data-dir", data_dir)
    found["revoked"] = revoked
    found["token"] = {"token": issuer.token("cf-token", life_s=3600), "user": "cf-token"}
    found["expired"] = {"token": issuer.token("cf-token", life_s=-3600), "user": "cf-token"}
    found["foreign"] = {"token": stranger.token("cf-token", life_s=3600), "user": "cf-token"}
    return found


def create_key(data_dir: Path, scope: str, *options: str) -> str:
    """Return a new API key."""
    return run_keys("create", "--scope", scope, *options, "--data-dir", data_dir)


def run_keys(*arguments: object) -> str:
    """Run `shortlist keys` in this process, which is much faster than in one of its own."""
    with redirect_stdout(io.StringIO()) as output, redirect_stderr(io.StringIO()):
        status = keys_command([str(each) for each in arguments])
    assert status == 0, arguments
    return output.getvalue().strip()


if __name__ == "__main__":
    with deployment(Path(sys.argv[1]), Path(sys.argv[2])) as running:
        print(f"--target {running.address} --keys {running.keys}", flush=True)
        threading.Event().wait()
