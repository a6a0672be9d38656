"""Command-line options that the edge's commands share."""

from __future__ import annotations

import argparse
import tomllib
from pathlib import Path
from typing import Any

from deploy.envoy.settings import EdgeSettings

DESCRIPTORS = Path(__file__).resolve().parents[2] / "server" / "gen" / "descriptors.binpb"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Declare the options; each takes precedence over the settings file."""
    parser.add_argument("--config", type=Path, help="settings (TOML); see docs/edge.md")
    parser.add_argument("--upstream", action="append", metavar="HOST:PORT", help="a server")
    parser.add_argument("--host", help="address to listen on")
    parser.add_argument("--port", type=int, help="port to listen on; 0: any that is free")
    parser.add_argument("--keys", type=Path, help="the server's file of hashed API keys")
    parser.add_argument("--jwks", type=Path, help="key set that tokens are checked against")
    parser.add_argument("--issuer", help="of tokens")
    parser.add_argument("--audience", action="append", help="of tokens")
    parser.add_argument("--static", type=Path, help="folder served at /")
    parser.add_argument(
        "--descriptors", type=Path, default=DESCRIPTORS, help="the contract's descriptor set"
    )


def settings_of(options: argparse.Namespace) -> EdgeSettings:
    """Return the settings.

    Raises:
        ValueError: they are not valid; names the key.
        OSError: the file cannot be read.
    """
    tree: dict[str, Any] = {}
    if options.config is not None:
        tree = tomllib.loads(options.config.read_text("utf-8"))
    if options.upstream:
        tree["upstreams"] = [{"endpoints": options.upstream}]
    for name in ("host", "port", "static"):
        if getattr(options, name) is not None:
            tree[name] = getattr(options, name)
    auth = tree.setdefault("auth", {})
    if options.keys is not None:
        auth["keys"] = options.keys
    if options.jwks is not None:
        jwt = auth.setdefault("jwt", {})
        jwt["jwks"] = options.jwks
        if options.issuer is not None:
            jwt["issuer"] = options.issuer
        if options.audience:
            jwt["audience"] = options.audience
    return EdgeSettings.model_validate(tree)
