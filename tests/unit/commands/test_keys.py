"""`shortlist keys`: what it prints, stores and refuses."""

import json
import time

import pytest

from server.commands.keys import main
from server.core.clock import WallClock
from server.core.errors import CredentialsInvalidError
from server.gateway.adapters.file_api_keys import FileApiKeys
from server.gateway.auth.api_keys import ApiKeys

DAY_MS = 86_400_000


@pytest.fixture
def keys(tmp_path, capsys):
    """Give tests `keys(action, ...)`: its status and what it prints and complains of."""

    def run(action, *arguments):
        try:
            status = main([action, *arguments, "--data-dir", str(tmp_path)])
        except SystemExit as end:
            status = end.code
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    return run


def stored(tmp_path):
    return FileApiKeys(tmp_path / "api-keys.json").read()


def test_a_key_is_printed_once_and_works(keys, tmp_path):
    status, printed, said = keys(
        *("create", "--scope", "client", "--subject", "user:ann"),
        *("--subject", "visitor:v1", "--name", "web", "--expires", "90d"),
    )
    assert status == 0
    assert "only its hash" in said
    text = printed.strip()
    (record,) = stored(tmp_path)
    assert (record.user_id, record.visitor_id, record.name) == ("ann", "v1", "web")
    assert record.expire_ms == pytest.approx(time.time() * 1000 + 90 * DAY_MS, abs=60_000)
    caller = ApiKeys(WallClock(), [record]).find(text)
    assert caller.user_id == "ann"
    _, listed, _ = keys("list")
    assert record.id in listed and "user:ann visitor:v1" in listed and "valid" in listed
    assert text not in listed and text.rsplit("_", 1)[1] not in listed


def test_a_revoked_key_is_listed_and_does_not_work(keys, tmp_path):
    _, printed, _ = keys("create", "--scope", "admin")
    (record,) = stored(tmp_path)
    status, said, _ = keys("revoke", record.id)
    assert (status, said) == (0, f"{record.id} is revoked\n")
    with pytest.raises(CredentialsInvalidError):
        ApiKeys(WallClock(), stored(tmp_path)).find(printed.strip())
    assert "revoked" in keys("list")[1]
    revoke_ms = stored(tmp_path)[0].revoke_ms
    assert keys("revoke", record.id)[0] == 0
    assert stored(tmp_path)[0].revoke_ms == revoke_ms


def test_a_key_is_revoked_by_its_whole_text_which_is_not_shown_again(keys, tmp_path):
    text = keys("create", "--scope", "admin")[1].strip()
    (record,) = stored(tmp_path)
    assert keys("revoke", text) == (0, f"{record.id} is revoked\n", "")
    status, _, said = keys("revoke", f"slk_unknown_{text[13:]}")
    assert status == 2
    assert "no API key 'unknown'" in said and text[13:] not in said


def test_an_expired_key_is_listed_as_such(keys, tmp_path):
    keys("create", "--scope", "admin", "--expires", "1m")
    path = tmp_path / "api-keys.json"
    content = json.loads(path.read_text())
    content["keys"][0]["expire_ms"] = 1
    path.write_text(json.dumps(content))
    assert "expired" in keys("list")[1]


def test_without_keys_the_list_is_empty(keys):
    status, listed, _ = keys("list")
    assert (status, len(listed.splitlines())) == (0, 1)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("create",), "--scope"),
        (("create", "--scope", "root"), "root"),
        (("create", "--scope", "client", "--subject", "ann"), "user:ID"),
        (("create", "--scope", "client", "--subject", "user:a b"), "user:ID"),
        (("create", "--scope", "client", "--subject", "user:a/b"), "user:ID"),
        (
            ("create", "--scope", "client", "--subject", "user:a", "--subject", "user:b"),
            "at most one user",
        ),
        (("create", "--scope", "partner", "--subject", "user:a"), "only client keys"),
        (("create", "--scope", "admin", "--expires", "soon"), "90d"),
        (("create", "--scope", "admin", "--expires", "0d"), "90d"),
        (("revoke", "none"), "'none'"),
        (("make",), "make"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_cannot_be_is_refused_with_its_reason(keys, tmp_path, arguments, words):
    status, _, said = keys(*arguments)
    assert status == 2
    assert words in said
    assert stored(tmp_path) == []
