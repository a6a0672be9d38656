"""Signing, verifying, rotating, and the file that the keys are in."""

import base64
import json
import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.errors import ArtifactError
from server.gateway.key_ring import (
    KeyRing,
    SigningKey,
    UnreadableTokenError,
    open_key_ring,
    rotated,
)
from server.gen.shortlist.internal.v1 import token_pb2

DAY_MS = 86_400_000
OLD, NEW = SigningKey("old", b"o" * 32, 0), SigningKey("new", b"n" * 32, 10 * DAY_MS)
RING = KeyRing([NEW, OLD])


@given(payload=st.binary(max_size=200))
def test_what_is_signed_comes_back(payload):
    assert RING.verify("feed", RING.sign("feed", payload)) == payload


@given(payload=st.binary(min_size=1, max_size=40), data=st.data())
def test_a_changed_token_is_unreadable(payload, data):
    token = RING.sign("feed", payload)
    at = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.characters(exclude_characters=token[at]))
    changes = [
        token[:at] + other + token[at + 1 :],
        token[:at],
        token[at:] + token[:at],
        token + "A",
    ]
    changed = data.draw(st.sampled_from([each for each in changes if each != token]))
    with pytest.raises(UnreadableTokenError):
        RING.verify("feed", changed)


@given(text=st.text(max_size=100))
def test_garbage_is_unreadable(text):
    with pytest.raises(UnreadableTokenError):
        RING.verify("feed", text)


def test_one_kind_of_token_is_not_another():
    with pytest.raises(UnreadableTokenError):
        RING.verify("list", RING.sign("feed", b"x"))


def test_another_spelling_of_a_token_is_unreadable():
    """Unknown fields, padding and other versions would otherwise give one payload many tokens."""
    token = RING.sign("feed", b"x")
    raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    envelope = token_pb2.SignedToken.FromString(raw)
    envelope.version = 2
    for forged in (raw + b"\x7a\x01x", envelope.SerializeToString()):
        with pytest.raises(UnreadableTokenError):
            RING.verify("feed", base64.urlsafe_b64encode(forged).rstrip(b"=").decode())
    with pytest.raises(UnreadableTokenError):
        RING.verify("feed", token + "=")


def test_old_keys_verify_and_the_newest_signs():
    token = KeyRing([OLD]).sign("feed", b"x")
    assert RING.verify("feed", token) == b"x"
    with pytest.raises(UnreadableTokenError):
        KeyRing([OLD]).verify("feed", RING.sign("feed", b"x"))


def test_tokens_are_compact():
    assert len(RING.sign("feed", b"x" * 50)) < 110


def days(keys):
    return [key.create_ms // DAY_MS for key in keys]


def test_keys_rotate_and_are_kept_while_their_tokens_live():
    policy = {"rotation_days": 90, "retention_days": 35}
    keys = rotated([], 0, **policy)
    assert days(keys) == [0]
    assert rotated(keys, 89 * DAY_MS, **policy) == keys
    keys = rotated(keys, 90 * DAY_MS, **policy)
    assert days(keys) == [90, 0]
    assert days(rotated(keys, 124 * DAY_MS, **policy)) == [90, 0]
    assert days(rotated(keys, 125 * DAY_MS, **policy)) == [90]


def open_at(path, now_ms):
    return open_key_ring(path, now_ms=now_ms, rotation_days=90, retention_days=35)


def test_the_key_file_is_private_and_lasts(tmp_path):
    path = tmp_path / "keys.json"
    token = open_at(path, 0).sign("feed", b"x")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert open_at(path, 5 * DAY_MS).verify("feed", token) == b"x"
    assert open_at(path, 100 * DAY_MS).verify("feed", token) == b"x"
    assert len(json.loads(path.read_text())["keys"]) == 2
    assert [each.name for each in tmp_path.iterdir()] == ["keys.json"]


@pytest.mark.parametrize(
    "text", ["", "{}", '{"keys": []}', '{"keys": [{"id": "a", "secret": "eA==", "create_ms": 1}]}']
)
def test_a_damaged_key_file_is_named(tmp_path, text):
    path = tmp_path / "keys.json"
    path.write_text(text)
    with pytest.raises(ArtifactError, match=r"keys\.json: not a readable token key file"):
        open_at(path, 0)


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    with pytest.raises(ArtifactError, match=r"keys\.json: token keys cannot be written"):
        open_at(tmp_path / "missing" / "keys.json", 0)
