"""`shortlist keys`: makes, lists and revokes API keys; a running server follows within seconds."""

from __future__ import annotations

import argparse
import re
import sys
from argparse import ArgumentTypeError
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from rich.table import Table

from server.batch.terminal import Terminal
from server.commands.options import command_parser, run_command
from server.core.clock import WallClock
from server.core.errors import InvalidRequestError
from server.gateway.auth.api_keys import ApiKey, make_api_key
from server.gateway.auth.scope import Scope
from server.settings import Settings
from server.wiring.access import api_key_store

_UNITS: Final = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
_DURATION: Final = re.compile(r"([1-9][0-9]{0,5})([mhd])")
_KEY: Final = re.compile(r"slk_([^_]*)_")
_SUBJECT: Final = re.compile(r"(user|visitor):([!-.0-~]{1,128})")


def main(argv: list[str]) -> int:
    """Run one of create, list and revoke."""
    parser = argparse.ArgumentParser(prog="shortlist keys", description=__doc__)
    parser.add_argument("action", choices=("create", "list", "revoke"))
    action = parser.parse_args(argv[:1]).action
    return {"create": _create, "list": _list, "revoke": _revoke}[action](argv[1:])


def _create(argv: list[str]) -> int:
    """Make a key and print it: this is the only time that it can be seen."""
    parser = command_parser("keys create", _create.__doc__)
    parser.add_argument(
        "--scope",
        required=True,
        choices=[scope.label for scope in Scope],
        help="client: apps; partner: backends; admin: operators",
    )
    parser.add_argument(
        "--subject",
        action="append",
        default=[],
        type=_subject,
        help="user:ID or visitor:ID, once each: whom a client key acts for (default: nobody)",
    )
    parser.add_argument("--name", default="", help="for people who read the list")
    parser.add_argument("--expires", type=_duration, help="such as 90d, 12h, 30m (default: never)")
    options = parser.parse_args(argv)
    scope = Scope.of_label(options.scope)
    subjects = dict(options.subject)
    if len(subjects) < len(options.subject):
        parser.error("--subject: at most one user and one visitor")
    if subjects and scope is not Scope.CLIENT:
        parser.error("--subject: only client keys have one; others act for any subject")

    async def create(settings: Settings) -> int:
        now_ms = WallClock().now_ms()
        made = make_api_key(
            scope=scope,
            now_ms=now_ms,
            name=options.name,
            user_id=subjects.get("user", ""),
            visitor_id=subjects.get("visitor", ""),
            expire_ms=_later(now_ms, options.expires),
        )
        api_key_store(settings).change(lambda keys: [*keys, made.record])
        print(made.text)
        print("Keep it now: only its hash is stored.", file=sys.stderr)
        return 0

    return run_command(options, create)


def _list(argv: list[str]) -> int:
    """List the keys; what they are is not stored."""
    options = command_parser("keys list", _list.__doc__).parse_args(argv)

    async def show(settings: Settings) -> int:
        table = Table("id", "scope", "subject", "name", "created", "expires", "state", box=None)
        now_ms = WallClock().now_ms()
        for key in api_key_store(settings).read():
            expires = "never" if key.expire_ms is None else _moment(key.expire_ms)
            fields = (key.id, key.scope.label, _subject_text(key), key.name)
            table.add_row(*fields, _moment(key.create_ms), expires, _state(key, now_ms))
        Terminal().console.print(table)
        return 0

    return run_command(options, show)


def _revoke(argv: list[str]) -> int:
    """Take a key out of force, for good."""
    parser = command_parser("keys revoke", _revoke.__doc__)
    parser.add_argument(
        "id", type=_id, help="as `keys list` shows it, or the whole key, whose second part it is"
    )
    options = parser.parse_args(argv)

    def revoked(keys: list[ApiKey]) -> list[ApiKey]:
        if options.id not in {key.id for key in keys}:
            raise InvalidRequestError(f"no API key {options.id!r}: see shortlist keys list")
        now_ms = WallClock().now_ms()
        return [
            replace(key, revoke_ms=key.revoke_ms or now_ms) if key.id == options.id else key
            for key in keys
        ]

    async def revoke(settings: Settings) -> int:
        api_key_store(settings).change(revoked)
        print(f"{options.id} is revoked")
        return 0

    return run_command(options, revoke)


def _id(text: str) -> str:
    """Return a key's id; of a whole key too, which must not be printed again."""
    found = _KEY.match(text)
    return text if found is None else found[1]


def _subject(text: str) -> tuple[str, str]:
    found = _SUBJECT.fullmatch(text)
    if found is None:
        raise ArgumentTypeError(f"{text!r} is neither user:ID nor visitor:ID")
    return found[1], found[2]


def _duration(text: str) -> timedelta:
    found = _DURATION.fullmatch(text)
    if found is None:
        raise ArgumentTypeError(f"{text!r} is no time such as 90d, 12h or 30m")
    return int(found[1]) * _UNITS[found[2]]


def _later(now_ms: int, duration: timedelta | None) -> int | None:
    return None if duration is None else now_ms + round(duration.total_seconds() * 1000)


def _moment(time_ms: int) -> str:
    return datetime.fromtimestamp(time_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M")


def _subject_text(key: ApiKey) -> str:
    named = {"user": key.user_id, "visitor": key.visitor_id}
    return " ".join(f"{kind}:{value}" for kind, value in named.items() if value)


def _state(key: ApiKey, now_ms: int) -> str:
    if key.revoke_ms is not None:
        return "revoked"
    return "expired" if key.expire_ms is not None and key.expire_ms <= now_ms else "valid"
