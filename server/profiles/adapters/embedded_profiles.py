"""The embedded profile store: one SQLite file, the merges also in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import apsw
import orjson

from server.core.clock import Clock
from server.core.errors import InvalidRequestError, UnavailableError
from server.profiles.ports import Profile
from server.profiles.recent_profiles import RecentProfiles, StoredProfile
from server.storage.group_commit import GroupCommit
from server.storage.row_insert import insert_rows
from server.storage.sqlite_database import SqliteDatabase
from server.storage.sqlite_reader import SqliteReader

APPLICATION_ID: Final = 0x534C5052
LIST_PAGE: Final = 1_000

_SCHEMA: Final = """
CREATE TABLE profiles(user_id TEXT PRIMARY KEY, data TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE merges(visitor_id TEXT PRIMARY KEY, user_id TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX merges_user ON merges(user_id);
"""
_INSERT: Final = "INSERT INTO profiles(user_id, data)"
_OR_REPLACE: Final = "ON CONFLICT(user_id) DO UPDATE SET data = excluded.data"


class EmbeddedProfiles:
    """`ProfileStore` on SQLite; with `is_read_only`, beside the process that writes.

    The one that writes keeps what it read last in memory: requests ask for the same users again
    and again.
    """

    def __init__(
        self, path: Path, clock: Clock, *, is_read_only: bool = False, vfs: str | None = None
    ) -> None:
        """Open the store and load the merges; blocking.

        Raises:
            ArtifactError, StorageFullError, UnavailableError.
        """
        self._clock = clock
        self._database = SqliteDatabase(
            path=path, application_id=APPLICATION_ID, migrations=(_SCHEMA,), vfs=vfs
        )
        if not is_read_only:
            self._database.open().close()
        self._owners: dict[str, str] = {}
        self._visitors: dict[str, list[str]] = {}
        self._recent = RecentProfiles()
        connection = self._database.open_reader()
        try:
            with self._database.errors():
                merges: Any = connection.execute("SELECT visitor_id, user_id FROM merges")
                for visitor_id, user_id in merges:
                    self._remember(visitor_id, user_id)
            self._reader = SqliteReader(self._database)
            self._writer = None if is_read_only else GroupCommit(self._database)
        finally:
            connection.close()

    async def get(self, user_id: str) -> Profile | None:
        stored = self._recent.find(user_id)
        if stored is None:
            revision = self._recent.revision
            stored = await self._reader.run(lambda connection: _read(connection, user_id))
            if self._writer is not None:
                self._recent.keep(user_id, stored, revision)
        return stored.profile

    async def update(
        self,
        user_id: str,
        change: Callable[[Profile | None], Profile],
        *,
        validate_only: bool = False,
    ) -> Profile:
        def work(connection: apsw.Connection) -> Profile:
            current = _read(connection, user_id).profile
            profile = _stamped(change(current), current, self._clock.now_ms())
            if not validate_only:
                insert_rows(connection, _INSERT, [_row(profile)], suffix=_OR_REPLACE)
            return profile

        return await self._writing().run(
            work, publish=lambda profile: self._recent.forget([profile.user_id])
        )

    async def upsert(self, profiles: list[Profile]) -> None:
        def work(connection: apsw.Connection) -> None:
            now_ms = self._clock.now_ms()
            last = {profile.user_id: profile for profile in profiles}
            current = _read_many(connection, list(last))
            rows = [
                _row(_stamped(profile, current.get(user_id), now_ms))
                for user_id, profile in last.items()
            ]
            insert_rows(connection, _INSERT, rows, suffix=_OR_REPLACE)

        changed = [profile.user_id for profile in profiles]
        await self._writing().run(work, publish=lambda _: self._recent.forget(changed))

    async def erase(self, user_id: str) -> int:
        def work(connection: apsw.Connection) -> int:
            connection.execute("DELETE FROM profiles WHERE user_id = ?", (user_id,))
            erased = connection.changes()
            connection.execute("DELETE FROM merges WHERE user_id = ?", (user_id,))
            return erased + connection.changes()

        erased = await self._writing().run(work, publish=lambda _: self._forget(user_id))
        await self._writing().scrub()
        return erased

    async def merge(self, visitor_id: str, user_id: str) -> bool:
        def work(connection: apsw.Connection) -> bool:
            owner: Any = connection.execute(
                "SELECT user_id FROM merges WHERE visitor_id = ?", (visitor_id,)
            ).get
            if owner is None:
                connection.execute("INSERT INTO merges VALUES (?, ?)", (visitor_id, user_id))
            elif owner != user_id:
                raise InvalidRequestError.of("visitor_id", "belongs to another user")
            return owner is None

        def publish(is_new: bool) -> None:
            if is_new:
                self._remember(visitor_id, user_id)

        return await self._writing().run(work, publish=publish)

    def owner_of(self, visitor_id: str) -> str | None:
        return self._owners.get(visitor_id)

    def visitors_of(self, user_id: str) -> list[str]:
        return list(self._visitors.get(user_id, ()))

    def list(self) -> Iterator[Profile]:
        connection = self._database.open_reader()
        after = ""
        try:
            while True:
                with self._database.errors():
                    packed: Any = connection.execute(
                        "SELECT group_concat(data, ',' ORDER BY user_id) FROM (SELECT * FROM "
                        "profiles WHERE user_id > ? ORDER BY user_id LIMIT ?)",
                        (after, LIST_PAGE),
                    ).get
                page = [_profile(fields) for fields in orjson.loads(f"[{packed or ''}]")]
                yield from page
                if len(page) < LIST_PAGE:
                    return
                after = page[-1].user_id
        finally:
            connection.close()

    async def close(self) -> None:
        """Finish the writes that were begun, then close the file."""
        await self._reader.close()
        if self._writer is not None:
            await self._writer.close()

    def _writing(self) -> GroupCommit:
        if self._writer is None:
            raise UnavailableError("the profile store is open for reading only")
        return self._writer

    def _remember(self, visitor_id: str, user_id: str) -> None:
        self._owners[visitor_id] = user_id
        self._visitors.setdefault(user_id, []).append(visitor_id)

    def _forget(self, user_id: str) -> None:
        self._recent.forget([user_id])
        for visitor_id in self._visitors.pop(user_id, ()):
            del self._owners[visitor_id]


def _stamped(profile: Profile, current: Profile | None, now_ms: int) -> Profile:
    create_ms = now_ms if current is None else current.create_ms
    return replace(profile, create_ms=create_ms, update_ms=now_ms)


def _row(profile: Profile) -> tuple[str, str]:
    fields = {
        "id": profile.user_id,
        "attributes": dict(profile.attributes),
        "create": profile.create_ms,
        "update": profile.update_ms,
    }
    try:
        return profile.user_id, orjson.dumps(fields).decode()
    except orjson.JSONEncodeError as error:
        raise InvalidRequestError.of("user", f"cannot be stored: {error}") from error


def _profile(fields: dict[str, Any]) -> Profile:
    attributes = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in fields["attributes"].items()
    }
    return Profile(
        user_id=fields["id"],
        attributes=attributes,
        create_ms=fields["create"],
        update_ms=fields["update"],
    )


def _read(connection: apsw.Connection, user_id: str) -> StoredProfile:
    data: Any = connection.execute("SELECT data FROM profiles WHERE user_id = ?", (user_id,)).get
    if data is None:
        return StoredProfile(None, 0)
    return StoredProfile(_profile(orjson.loads(data)), len(data))


def _read_many(connection: apsw.Connection, user_ids: list[str]) -> dict[str, Profile]:
    """Return the profiles by id that are there; all in one row, fetched at once."""
    packed: Any = connection.execute(
        "SELECT group_concat(data) FROM profiles WHERE user_id IN (SELECT value FROM json_each(?))",
        (orjson.dumps(user_ids).decode(),),
    ).get
    profiles = [_profile(fields) for fields in orjson.loads(f"[{packed or ''}]")]
    return {profile.user_id: profile for profile in profiles}
