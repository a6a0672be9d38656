"""Versions of this package, of the contract it was generated from, and of what runs it."""

from __future__ import annotations

import platform

VERSION = "2.1.0"
CONTRACT_DIGEST = "ad7d3aac6799e325dd753dc8b807a016dd04665e65d1984ca3a5be96c60947c6"
CLIENT_HEADER = "x-music-client"


def client_description() -> str:
    """Return what the client header says: package, language and platform."""
    return (
        f"sdk/python/{VERSION}; lang/python{platform.python_version()}; "
        f"platform/{platform.system().lower() or 'unknown'}"
    )
