"""API keys: made, hashed, found, expired, revoked."""

import hashlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.errors import CredentialsExpiredError, CredentialsInvalidError
from server.gateway.auth.api_keys import ApiKeys, make_api_key
from server.gateway.auth.scope import Scope
from tests.unit.gateway.auth.issuer import NOW_S, Clock

MADE = make_api_key(scope=Scope.CLIENT, now_ms=0, user_id="ann", name="web")
KEYS = ApiKeys(Clock(), [MADE.record])


def test_a_key_says_whose_it_is():
    caller = KEYS.find(MADE.text)
    assert (caller.id, caller.key_id) == (f"key:{MADE.record.id}", MADE.record.id)
    assert (caller.scope, caller.user_id, caller.visitor_id) == (Scope.CLIENT, "ann", "")
    assert caller.name == "web"


def test_what_is_kept_does_not_contain_the_key():
    secret = MADE.text.rsplit("_", 1)[1]
    assert secret not in repr(MADE.record)
    assert MADE.record.digest == hashlib.sha256(MADE.text.encode()).digest()


def test_keys_are_long_and_differ():
    texts = {make_api_key(scope=Scope.ADMIN, now_ms=0).text for _ in range(100)}
    assert len(texts) == 100
    # 52 characters of 5 bits.
    assert {len(text.rsplit("_", 1)[1]) for text in texts} == {52}


@given(data=st.data())
def test_a_changed_key_is_invalid(data):
    at = data.draw(st.integers(0, len(MADE.text) - 1))
    other = data.draw(st.characters(codec="utf-8", exclude_characters=MADE.text[at]))
    for text in (MADE.text[:at] + other + MADE.text[at + 1 :], MADE.text[:at], MADE.text + other):
        with pytest.raises(CredentialsInvalidError):
            KEYS.find(text)


def test_the_secret_of_another_key_is_invalid():
    other = make_api_key(scope=Scope.ADMIN, now_ms=0)
    swapped = f"slk_{MADE.record.id}_{other.text.rsplit('_', 1)[1]}"
    with pytest.raises(CredentialsInvalidError):
        ApiKeys(Clock(), [MADE.record, other.record]).find(swapped)


def test_a_key_expires_at_its_time():
    made = make_api_key(scope=Scope.ADMIN, now_ms=0, expire_ms=(NOW_S + 10) * 1000)
    clock = Clock(NOW_S + 9.999)
    keys = ApiKeys(clock, [made.record])
    caller = keys.find(made.text)
    clock.now_s = NOW_S + 10
    with pytest.raises(CredentialsExpiredError):
        keys.find(made.text)
    with pytest.raises(CredentialsExpiredError):
        keys.require_current(caller)


def test_a_key_that_is_gone_or_revoked_is_invalid_from_then_on():
    keys = ApiKeys(Clock(), [MADE.record])
    caller = keys.find(MADE.text)
    for stored in ([replace(MADE.record, revoke_ms=1)], []):
        keys.replace(stored)
        assert len(keys) == 0
        with pytest.raises(CredentialsInvalidError):
            keys.find(MADE.text)
        with pytest.raises(CredentialsInvalidError):
            keys.require_current(caller)
