"""The key file: several processes change it, a server follows, and damage is named."""

import json
import multiprocessing
import stat

import pytest

from server.core.errors import ArtifactError, CredentialsInvalidError, UnavailableError
from server.gateway.adapters.file_api_keys import FileApiKeys
from server.gateway.auth.api_keys import ApiKeys, make_api_key
from server.gateway.auth.key_watch import read_keys
from server.gateway.auth.scope import Scope
from tests.unit.gateway.auth.issuer import Clock


def make(**fields):
    return make_api_key(**{"scope": Scope.CLIENT, "now_ms": 5} | fields).record


def add(store, *records):
    store.change(lambda keys: [*keys, *records])


@pytest.fixture
def store(tmp_path):
    return FileApiKeys(tmp_path / "data" / "api-keys.json")


def test_keys_come_back_as_they_were_stored(store):
    records = [
        make(user_id="ann", visitor_id="v1", name="web"),
        make(scope=Scope.ADMIN, expire_ms=7),
    ]
    add(store, *records)
    assert store.read() == records


def test_the_file_is_for_its_owner_and_holds_no_key(store, tmp_path):
    made = make_api_key(scope=Scope.ADMIN, now_ms=0)
    add(store, made.record)
    path = tmp_path / "data" / "api-keys.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert made.text.rsplit("_", 1)[1] not in path.read_text()


def test_only_a_changed_file_is_read_again(store, tmp_path):
    assert store.read_if_changed() == []
    assert store.read_if_changed() is None
    other = FileApiKeys(tmp_path / "data" / "api-keys.json")
    add(other, make())
    assert len(store.read_if_changed()) == 1
    assert store.read_if_changed() is None
    add(other, make())
    assert len(store.read_if_changed()) == 2


async def test_a_file_that_is_gone_locks_everyone_out(store, tmp_path):
    made = make_api_key(scope=Scope.ADMIN, now_ms=0)
    add(store, made.record)
    keys = ApiKeys(Clock())
    await read_keys(store, keys)
    keys.find(made.text)
    (tmp_path / "data" / "api-keys.json").unlink()
    await read_keys(store, keys)
    with pytest.raises(CredentialsInvalidError):
        keys.find(made.text)


ENTRY = {"id": "a", "sha256": "00", "scope": "client", "name": "", "user_id": "", "visitor_id": ""}
DAMAGED = [
    *("", "[]", "{}", '{"format": 2, "keys": []}', '{"format": 1, "keys": [{}]}'),
    json.dumps({"format": 1, "keys": [ENTRY | {"scope": "root"}]}),
    json.dumps({"format": 1, "keys": [ENTRY | {"sha256": "xyz"}]}),
]


@pytest.mark.parametrize("text", DAMAGED)
async def test_a_damaged_file_is_named_and_leaves_the_known_keys_in_force(store, tmp_path, text):
    made = make_api_key(scope=Scope.ADMIN, now_ms=0)
    add(store, made.record)
    keys = ApiKeys(Clock())
    await read_keys(store, keys)
    path = tmp_path / "data" / "api-keys.json"
    path.write_text(text)
    # Each time: nothing of it counts as seen.
    for _ in range(2):
        with pytest.raises(ArtifactError, match=r"api-keys\.json: not a readable API key file"):
            await read_keys(store, keys)
    assert keys.find(made.text).scope is Scope.ADMIN
    with pytest.raises(ArtifactError):
        add(store, make())
    assert path.read_text() == text


def test_a_file_that_is_a_folder_is_named(store, tmp_path):
    (tmp_path / "data" / "api-keys.json").mkdir(parents=True)
    with pytest.raises(UnavailableError, match=r"api-keys\.json cannot be read"):
        store.read()


def _add_many(path, count):
    for _ in range(count):
        add(FileApiKeys(path), make())


def test_no_change_of_another_process_is_lost(tmp_path):
    path = tmp_path / "api-keys.json"
    workers = [
        multiprocessing.get_context("spawn").Process(target=_add_many, args=(path, 10))
        for _ in range(3)
    ]
    for worker in workers:
        worker.start()
    _add_many(path, 10)
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0, 0, 0]
    assert len({key.id for key in FileApiKeys(path).read()}) == 40
