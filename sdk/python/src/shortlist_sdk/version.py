"""Versions of this package, of the contract it was generated from, and of what runs it."""

from __future__ import annotations

import platform

VERSION = "0.1.0"
CONTRACT_DIGEST = "948376d6d3fbacdadca3ece7a6a3c9d1d450c8ae54b564314869437148423aac"
CLIENT_HEADER = "x-shortlist-client"


def client_description() -> str:
    """Return what the client header says: package, language and platform."""
    return (
        f"sdk/python/{VERSION}; lang/python{platform.python_version()}; "
        f"platform/{platform.system().lower() or 'unknown'}"
    )
