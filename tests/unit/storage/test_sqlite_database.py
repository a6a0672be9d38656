"""Opening database files, good and bad."""

from __future__ import annotations

import errno
import shutil

import apsw
import pytest

from server.core.errors import ArtifactError, StorageFullError, UnavailableError
from server.storage.row_insert import insert_rows
from server.storage.sqlite_database import SqliteDatabase, is_disk_full

FIRST = "CREATE TABLE words(word TEXT)"
SECOND = "ALTER TABLE words ADD COLUMN count INTEGER NOT NULL DEFAULT 1"


def database(tmp_path, *migrations, application_id=7, **options):
    return SqliteDatabase(
        path=tmp_path / "words.db",
        application_id=application_id,
        migrations=migrations or (FIRST,),
        **options,
    )


def test_a_new_file_has_the_schema_and_is_durable(tmp_path):
    connection = database(tmp_path).open()
    assert connection.pragma("journal_mode") == "wal"
    assert connection.pragma("synchronous") == 2
    assert connection.pragma("secure_delete") == 1
    connection.close()
    relaxed = database(tmp_path, synchronous="NORMAL").open()
    assert relaxed.pragma("synchronous") == 1
    relaxed.close()


def test_an_older_schema_is_brought_up_to_date(tmp_path):
    connection = database(tmp_path).open()
    connection.execute("INSERT INTO words VALUES ('a')")
    connection.close()
    connection = database(tmp_path, FIRST, SECOND).open()
    assert connection.execute("SELECT * FROM words").fetchall() == [("a", 1)]
    connection.close()


def test_a_newer_schema_is_refused(tmp_path):
    database(tmp_path, FIRST, SECOND).open().close()
    with pytest.raises(ArtifactError, match=r"words.db.*start a newer server"):
        database(tmp_path).open()
    with pytest.raises(ArtifactError, match="newer server"):
        database(tmp_path).open_reader()


def test_a_failed_migration_changes_nothing(tmp_path):
    database(tmp_path).open().close()
    with pytest.raises(UnavailableError):
        database(tmp_path, FIRST, "ALTER TABLE words ADD COLUMN count; SELECT nonsense").open()
    connection = database(tmp_path).open()
    assert connection.pragma("user_version") == 1
    connection.close()


def test_a_database_of_another_kind_is_refused(tmp_path):
    database(tmp_path).open().close()
    with pytest.raises(ArtifactError, match=r"words.db.*restore"):
        database(tmp_path, application_id=8).open()


@pytest.mark.parametrize("content", [b"no database" * 1000, b"SQLite format 3\0" + b"x" * 5000])
def test_a_damaged_file_is_named_with_a_remedy(tmp_path, content):
    (tmp_path / "words.db").write_bytes(content)
    for opening in (database(tmp_path).open, database(tmp_path).open_reader):
        with pytest.raises(ArtifactError, match=r"words.db is damaged.*restore it from a backup"):
            opening()


def test_a_reader_needs_the_file_and_may_not_write(tmp_path):
    with pytest.raises(ArtifactError, match="does not exist"):
        database(tmp_path).open_reader()
    writer = database(tmp_path).open()
    reader = database(tmp_path).open_reader()
    writer.execute("INSERT INTO words VALUES ('a')")
    assert reader.execute("SELECT word FROM words").get == "a"
    with pytest.raises(apsw.ReadOnlyError):
        reader.execute("INSERT INTO words VALUES ('b')")
    reader.close()
    writer.close()


def test_errors_become_the_servers_own(tmp_path, monkeypatch):
    target = database(tmp_path)
    assert isinstance(target.server_error(apsw.FullError()), StorageFullError)
    assert isinstance(target.server_error(apsw.IOError()), UnavailableError)
    assert isinstance(target.server_error(apsw.BusyError()), UnavailableError)
    assert isinstance(target.server_error(apsw.CorruptError()), ArtifactError)
    usage = shutil.disk_usage(tmp_path)._replace(free=0)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    assert isinstance(target.server_error(apsw.IOError()), StorageFullError)


def test_no_space_and_no_quota_are_a_full_disk():
    assert is_disk_full(OSError(errno.ENOSPC, ""))
    assert is_disk_full(OSError(errno.EDQUOT, ""))
    assert not is_disk_full(OSError(errno.EACCES, ""))


@pytest.mark.parametrize("count", [0, 1, 3, 37, 300, 600])
def test_any_number_of_rows_is_inserted_in_order(tmp_path, count):
    connection = database(tmp_path).open()
    insert_rows(connection, "INSERT INTO words(word)", [(str(row),) for row in range(count)])
    words = [word for (word,) in connection.execute("SELECT word FROM words ORDER BY rowid")]
    assert words == [str(row) for row in range(count)]
    connection.close()
