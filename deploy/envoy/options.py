"""Command-line options that the edge's commands share."""

from __future__ import annotations

import argparse
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

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
        ValueError: the file cannot be read, or they are not valid; a line a fault, each names the
            key.
    """
    tree: dict[str, Any] = {} if options.config is None else _read(options.config)
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
    if not tree.get("upstreams"):
        raise ValueError("name a server: --upstream HOST:PORT, or [[upstreams]] in --config")
    try:
        return EdgeSettings.model_validate(tree)
    except ValidationError as error:
        source = options.config or "settings"
        raise ValueError("\n".join(_faults(source, error))) from error


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ValueError(f"{path}: cannot be read ({error.strerror})") from error
    except ValueError as error:
        raise ValueError(f"{path}: not TOML: {error}") from error


def _faults(source: Path | str, error: ValidationError) -> Iterator[str]:
    faults = error.errors()
    inside = {fault["loc"][:end] for fault in faults for end in range(len(fault["loc"]))}
    for fault in faults:
        if fault["type"] == "too_short" and fault["loc"] in inside:
            continue  # only because its entries are wrong, which is said
        message = fault["msg"].removeprefix("Value error, ")
        if fault["type"] == "extra_forbidden":
            message = "no such key; docs/edge.md has them"
        yield ": ".join(filter(None, (str(source), ".".join(map(str, fault["loc"])), message)))
