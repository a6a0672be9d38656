"""An identity provider: keys published in a file or at an address, and the tokens they sign."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

ISSUER, AUDIENCE = "https://id.example.com", "shortlist"


class Issuer:
    """Signs with the newest of its keys."""

    def __init__(self) -> None:
        self._keys: dict[str, Any] = {}
        self.read_count = 0
        self.rotate()

    @property
    def newest(self) -> str:
        """Return the id of the key that signs."""
        return list(self._keys)[-1]

    def rotate(self) -> str:
        """Begin to sign with a new key, and return its id; the others are still published."""
        name = f"k{len(self._keys) + 1}"
        self._keys[name] = ec.generate_private_key(ec.SECP256R1())
        return name

    def withdraw(self, name: str) -> None:
        """Publish a key no more."""
        del self._keys[name]

    def published(self) -> bytes:
        """Return the key set."""
        keys = [
            ECAlgorithm.to_jwk(key.public_key(), as_dict=True) | {"kid": name}
            for name, key in self._keys.items()
        ]
        return json.dumps({"keys": keys}).encode()

    def token(self, sub: str | None = "ann", *, life_s: float = 600, **claims: Any) -> str:
        """Return a token; claims that are None are left out."""
        full = {"iss": ISSUER, "aud": AUDIENCE, "sub": sub, "exp": time.time() + life_s} | claims
        full = {key: value for key, value in full.items() if value is not None}
        name = self.newest
        return jwt.encode(full, self._keys[name], "ES256", headers={"kid": name})

    @contextmanager
    def address(self) -> Iterator[str]:
        """Publish the key set on this machine."""
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                issuer.read_count += 1
                self.send_response(200)
                self.end_headers()
                self.wfile.write(issuer.published())

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/keys"
        finally:
            server.shutdown()
            thread.join()
            server.server_close()

    def write(self, path: Path) -> Path:
        """Publish the key set in a file."""
        partial = path.with_suffix(".partial")
        partial.write_bytes(self.published())
        partial.replace(path)
        return path


def jwt_config(keys: object, *more: str) -> str:
    """Return settings that trust an issuer."""
    lines = [f'keys = "{keys}"', f'issuer = "{ISSUER}"', f'audience = ["{AUDIENCE}"]', *more]
    return "[gateway.auth.jwt]\n" + "\n".join(lines) + "\n"


def bearer(token: str) -> tuple[tuple[str, str], ...]:
    """Return the metadata of a token."""
    return (("authorization", f"Bearer {token}"),)
