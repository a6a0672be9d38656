"""Published keys: which are used, and how changes are followed."""

import asyncio
import contextlib

import pytest

from server.core.errors import UnavailableError
from server.gateway.auth.key_set import KeySet, UnreadableKeySetError, verifying_keys
from tests.unit.gateway.auth.issuer import Source, jwk, key_set

ALGORITHMS = frozenset({"RS256", "PS256", "ES256", "EdDSA"})


def names(*keys, algorithms=ALGORITHMS):
    return set(verifying_keys(key_set(*keys), algorithms))


def test_keys_are_found_by_id_and_what_they_may_verify():
    found = names(jwk("EC", "a"), jwk("RSA", "b"), jwk("OKP", "c"))
    assert {key for key in found if key[0]} == {
        *(("a", "ES256"), ("b", "RS256"), ("b", "PS256"), ("c", "EdDSA"))
    }


def test_a_key_of_one_algorithm_verifies_that_alone():
    assert ("b", "RS256") not in names(jwk("RSA", "b", alg="PS256"))
    assert names(jwk("RSA", "b", alg="RS512")) == set()
    assert names(jwk("RSA", "b"), algorithms=frozenset({"ES256"})) == set()


@pytest.mark.parametrize(
    "key",
    [
        {"kty": "oct", "k": "c2VjcmV0", "kid": "s", "alg": "HS256"},
        jwk(use="enc"),
        jwk(key_ops=["sign"]),
        jwk("P-384"),
        jwk(x="AAAA"),
        {"kty": "RSA", "kid": "x"},
        {"kid": "x"},
    ],
    ids=["secret", "encryption", "signing", "curve", "damaged", "empty", "kindless"],
)
def test_keys_that_cannot_be_trusted_or_used_are_left_out(key):
    assert {name for name, _ in names(key, jwk("OKP", "good")) if name} == {"good"}


def test_a_token_without_a_key_id_means_the_only_key():
    assert ("", "ES256") in names(jwk("EC", "a"), jwk("OKP", "c"))
    assert ("", "ES256") not in names(jwk("EC", "a"), jwk("EC", "b"))


def test_an_empty_set_is_a_set():
    assert names() == set()


@pytest.mark.parametrize(
    "raw", [b"", b"<html>", b"[]", b"{}", b'{"keys": 7}', b'{"keys": ["x"]}', b"\xff"]
)
def test_what_is_no_key_set_is_said_to_be_none(raw):
    with pytest.raises(UnreadableKeySetError):
        verifying_keys(raw, ALGORITHMS)


def opened(source, floor_s=10.0, now_s=lambda: 0.0):
    return KeySet(source, ALGORITHMS, floor_s=floor_s, now_s=now_s)


async def test_many_at_once_make_it_look_once():
    source = Source(key_set(jwk()))
    keys = opened(source, floor_s=0.0)
    found = await asyncio.gather(*(keys.find_anew("k1", "ES256") for _ in range(50)))
    assert all(found) and source.count == 1


async def test_a_damaged_set_leaves_the_known_keys_in_force():
    source = Source(key_set(jwk()))
    keys = opened(source)
    await keys.load()
    version = keys.version
    source.raw = b"<html>maintenance</html>"
    with pytest.raises(UnreadableKeySetError):
        await keys.load()
    assert keys.find("k1", "ES256") is not None
    assert keys.version == version


async def test_an_unchanged_set_is_not_a_new_version():
    keys = opened(Source(key_set(jwk())))
    await keys.load()
    await keys.load()
    assert keys.version == 1


async def test_it_follows_the_source_through_failures():
    source = Source(key_set(jwk()))
    keys = opened(source)
    await keys.load()
    following = asyncio.create_task(keys.keep_fresh())
    source.problem = UnavailableError("away")
    await asyncio.sleep(0.05)
    source.raw, source.problem = key_set(jwk(name="k2")), None
    for _ in range(500):
        await asyncio.sleep(0.01)
        if keys.find("k2", "ES256") is not None:
            break
    assert keys.find("k2", "ES256") is not None
    assert keys.find("k1", "ES256") is None
    following.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await following
