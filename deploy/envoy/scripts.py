"""The Lua that gives errors their shape and admits callers: the files in `lua/`, with the contract
and the settings as tables before them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

from google.rpc import code_pb2

from deploy.envoy.contract import EdgeContract
from deploy.envoy.json_fields import json_fields
from deploy.envoy.settings import EdgeSettings
from deploy.envoy.typed import Config, http_filter

LuaValue: TypeAlias = "str | int | float | bool | Sequence[LuaValue] | Mapping[str, LuaValue]"

_FOLDER = Path(__file__).parent / "lua"
_SCOPES = {"client": 1, "partner": 2, "admin": 3}


def packed_filter() -> Config:
    """Return the script before what unpacks requests."""
    return _filter("packed", {}, ("packed",))


def replies_filter(contract: EdgeContract, settings: EdgeSettings) -> Config:
    """Return the script by which all replies leave."""
    fields = json_fields(contract)
    constants: dict[str, LuaValue] = {
        "TYPES": fields.types,
        "BODIES": fields.bodies,
        "PREFIXES": fields.prefixes,
        "DOMAIN": contract.name,
        "SERVICES": list(contract.services),
        "REASONS": {name: code_pb2.Code.Value(code) for name, code in contract.reasons.items()},
        "RETRY_S": settings.limits.retry_after_s,
    }
    return _filter("replies", constants, ("wire", "status", "fields", "refusals", "replies"))


def admission_filter(contract: EdgeContract, settings: EdgeSettings) -> Config:
    """Return the script that lets callers in; it runs after tokens were checked."""
    auth, fields = settings.auth, json_fields(contract)
    constants: dict[str, LuaValue] = {
        "TYPES": fields.types,
        "REQUESTS": fields.requests,
        "METHODS": {method.path: _SCOPES[method.scope] for method in contract.methods},
        "SCOPES": _SCOPES,
        "SCOPE_NAMES": list(_SCOPES),
        "CHECKS_CREDENTIALS": auth.is_checked,
        "CHECKS_TOKENS": auth.jwt is not None,
        "KEY_FILE": "" if auth.keys is None else str(auth.keys.resolve()),
        "KEY_POLL_MS": int(auth.poll_s * 1000),
        "SCOPE_CLAIM": "" if auth.jwt is None else auth.jwt.scope_claim,
        "TOKEN_SCOPES": {}
        if auth.jwt is None
        else {word: _SCOPES[label] for word, label in auth.jwt.scopes.items()},
    }
    return _filter("admission", constants, ("json", "sha256", "keys", "fields", "admission"))


def upstream_filter() -> Config:
    """Return the script next to the router."""
    return _filter("upstream", {}, ("upstream",))


def _filter(name: str, constants: Mapping[str, LuaValue], files: tuple[str, ...]) -> Config:
    lines = [f"local {key} = {_lua(value)}" for key, value in constants.items()]
    parts = ["\n".join(lines), *((_FOLDER / f"{file}.lua").read_text("utf-8") for file in files)]
    filter_ = http_filter(
        "lua", "lua.v3.Lua", default_source_code={"inline_string": "\n".join(parts)}
    )
    return {**filter_, "name": f"envoy.filters.http.lua.{name}"}


def _lua(value: LuaValue) -> str:
    """Return a Lua literal.

    Raises:
        ValueError: a text that would end its literal.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, str):
        if any(char in value for char in '"\\\n\r\0'):
            raise ValueError(f"cannot be part of the edge's configuration: {value!r}")
        return f'"{value}"'
    if isinstance(value, Mapping):
        entries = (f"[{_lua(key)}] = {_lua(each)}" for key, each in sorted(value.items()))
        return "{ " + ", ".join(entries) + " }"
    return "{ " + ", ".join(_lua(each) for each in value) + " }"
