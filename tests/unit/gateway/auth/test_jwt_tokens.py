"""Tokens: which are taken, which are refused and why, and what a second look costs."""

import base64
import hmac
import json

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from hypothesis import given
from hypothesis import strategies as st

from server.core.errors import (
    CredentialsExpiredError,
    CredentialsInvalidError,
    UnavailableError,
)
from server.gateway.auth.jwt_tokens import JwtTokens
from server.gateway.auth.key_set import KeySet
from server.gateway.auth.scope import Scope
from tests.unit.gateway.auth.issuer import (
    AUDIENCE,
    ISSUER,
    NOW_S,
    Clock,
    Source,
    jwk,
    jwt_settings,
    key_set,
    private_key,
    token,
)

GOOD = token()
ALL = ("RS256", "ES256", "ES384", "EdDSA")


class Bearers:
    """What is under test, with everything around it within reach."""

    def __init__(self, *keys, **settings):
        self.settings = jwt_settings(**settings)
        self.clock, self.source = Clock(), Source(key_set(*keys or [jwk()]))
        self.now_s = 0.0
        self.keys = KeySet(
            self.source,
            frozenset(self.settings.algorithms),
            floor_s=self.settings.floor_s,
            now_s=lambda: self.now_s,
        )
        self.tokens = JwtTokens(self.settings, self.keys, self.clock)

    async def of(self, text):
        """Return the caller as the edge finds it."""
        return self.tokens.recognise(text) or await self.tokens.authenticate(text)

    async def refusal(self, text, kind=CredentialsInvalidError):
        with pytest.raises(kind) as caught:
            await self.of(text)
        return str(caught.value)


@pytest.fixture
async def bearers():
    made = Bearers()
    await made.keys.load()
    return made


async def test_a_good_token_says_who_calls(bearers):
    caller = await bearers.of(token())
    assert (caller.id, caller.user_id, caller.visitor_id) == ("token:ann", "ann", "")
    assert (caller.scope, caller.key_id) == (Scope.CLIENT, "")
    assert caller.expire_ms == (NOW_S + 600 + 30) * 1000


@pytest.mark.parametrize("kind", ["RSA", "EC", "P-384", "OKP"])
async def test_every_kind_of_key_verifies(kind):
    bearers = Bearers(jwk(kind), algorithms=ALL)
    await bearers.keys.load()
    assert (await bearers.of(token(kind))).user_id == "ann"


async def test_a_second_look_verifies_nothing(bearers, monkeypatch):
    text = token()
    first = await bearers.of(text)
    monkeypatch.setattr(jwt, "decode", None)
    monkeypatch.setattr(jwt, "get_unverified_header", None)
    assert bearers.tokens.recognise(text) is first


@pytest.mark.parametrize(
    ("claims", "words"),
    [
        ({"iss": "https://evil.example.com"}, "issuer"),
        ({"iss": None}, "iss"),
        ({"aud": "another"}, "Audience"),
        ({"aud": None}, "aud"),
        ({"exp": None}, "exp"),
        ({"exp": "soon"}, "exp"),
        ({"exp": True}, "exp"),
        ({"exp": float("inf")}, "exp"),
        ({"exp": 1e306}, "exp"),
        ({"nbf": -1e306}, "nbf"),
        ({"nbf": NOW_S + 31}, "not valid yet"),
        ({"sub": 7}, "Subject"),
        ({"scope": 7}, "scope"),
        ({"scope": "shortlist.partner", "sub": None}, "sub"),
    ],
    ids=str,
)
async def test_claims_that_are_not_right_are_invalid(bearers, claims, words):
    assert words in await bearers.refusal(token(**claims))


@pytest.mark.parametrize(
    "claims", [{"nbf": NOW_S + 30}, {"exp": NOW_S - 29}, {"aud": ["x", AUDIENCE]}]
)
async def test_claims_within_the_leeway_and_lists_are_right(bearers, claims):
    assert (await bearers.of(token(**claims))).user_id == "ann"


async def test_an_expired_token_is_expired_from_its_time_on_also_when_remembered(bearers):
    text = token()
    await bearers.of(text)
    bearers.clock.now_s = NOW_S + 630
    await bearers.refusal(text, CredentialsExpiredError)
    await bearers.refusal(token(exp=NOW_S - 30), CredentialsExpiredError)


async def test_an_expired_token_of_someone_else_is_invalid(bearers):
    """Being told to refresh would send the caller round in circles."""
    await bearers.refusal(token(exp=NOW_S - 100, aud="another"))
    await bearers.refusal(token(name="unknown", exp=NOW_S - 100))


def unsigned(alg, signature=b""):
    def part(value):
        return base64.urlsafe_b64encode(value).rstrip(b"=").decode()

    header = json.dumps({"alg": alg, "kid": "k1"}).encode()
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": "ann", "exp": NOW_S + 600}
    return f"{part(header)}.{part(json.dumps(claims).encode())}.{part(signature)}"


@pytest.mark.parametrize("alg", ["none", "None", "", "HS256", "RS512", "PS256", None, 7])
async def test_only_the_pinned_algorithms_are_accepted(bearers, alg):
    for text in (unsigned(alg), unsigned(alg, b"x" * 64)):
        assert "algorithm is not accepted" in await bearers.refusal(text)


async def test_the_public_key_is_no_shared_secret():
    """The classic confusion: HS256 with the published RSA key as its secret."""
    bearers = Bearers(jwk("RSA"), algorithms=["RS256"])
    await bearers.keys.load()
    pem = (
        private_key("RSA")
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    signed = unsigned("HS256").rpartition(".")[0]
    signature = hmac.digest(pem, signed.encode(), "sha256")
    forged = unsigned("HS256", signature)
    assert jwt.decode(forged, options={"verify_signature": False})["sub"] == "ann"
    assert "algorithm is not accepted" in await bearers.refusal(forged)


async def test_the_key_decides_the_algorithm_not_the_token():
    """Of one RSA key for PS256 alone, an RS256 token is not taken."""
    bearers = Bearers(jwk("RSA", alg="PS256"), algorithms=["RS256", "PS256"])
    await bearers.keys.load()
    assert "unknown key" in await bearers.refusal(token("RSA"))


async def test_a_signature_of_another_key_is_invalid(bearers):
    assert "Signature" in await bearers.refusal(token(name="other", header={"kid": "k1"}))


async def test_a_weak_key_is_not_trusted():
    bearers = Bearers(jwk("weak RSA"))
    await bearers.keys.load()
    with pytest.warns(UserWarning):
        text = token("weak RSA")
    assert "2048" in await bearers.refusal(text)


async def test_extensions_that_must_be_understood_are_not(bearers):
    text = token(header={"crit": ["b64", "exp"], "exp": 1})
    await bearers.refusal(text)


@given(data=st.data())
async def test_a_changed_token_is_invalid(data):
    bearers = Bearers()
    await bearers.keys.load()
    text = GOOD
    at = data.draw(st.integers(0, len(text) - 1))
    # gRPC decodes headers, so that they hold no lone surrogates.
    other = data.draw(st.characters(codec="utf-8", exclude_characters=text[at]))
    for changed in (text[:at] + other + text[at + 1 :], text[:at], text + other):
        await bearers.refusal(changed)


@given(text=st.text(max_size=200))
async def test_garbage_is_invalid(text):
    bearers = Bearers()
    await bearers.keys.load()
    await bearers.refusal(text)


@pytest.mark.parametrize(
    ("claims", "scope"),
    [
        ({}, "client"),
        ({"scope": "openid profile"}, "client"),
        ({"scope": "openid shortlist.partner"}, "partner"),
        ({"scope": "shortlist.client shortlist.admin"}, "admin"),
        ({"scope": ["shortlist.partner", 7]}, "partner"),
        # Words, not pieces of words.
        ({"scope": "shortlist.admins not-shortlist.partner"}, "client"),
    ],
    ids=str,
)
async def test_the_scope_is_the_widest_of_the_claim(bearers, claims, scope):
    assert (await bearers.of(token(**claims))).scope.label == scope


async def test_claims_are_named_by_the_settings():
    bearers = Bearers(
        user_claim="uid",
        visitor_claim="device",
        scope_claim="roles",
        scopes={"writer": "partner"},
        default_scope="none",
    )
    await bearers.keys.load()
    caller = await bearers.of(token(sub="x", uid="ann", device="v1", roles=["writer"]))
    assert (caller.id, caller.user_id, caller.visitor_id) == ("token:x", "ann", "v1")
    assert caller.scope is Scope.PARTNER
    assert "no access" in await bearers.refusal(token(scope="shortlist.admin"))


async def test_a_token_without_a_user_is_for_requests_without_a_subject(bearers):
    caller = await bearers.of(token(sub=None))
    assert (caller.scope, caller.user_id, caller.visitor_id) == (Scope.CLIENT, "", "")


async def test_a_new_key_is_found_when_a_token_names_it_but_not_more_often_than_the_floor(bearers):
    bearers.source.raw = key_set(jwk(), jwk(name="k2"))
    bearers.now_s = 9.9
    assert "unknown key" in await bearers.refusal(token(name="k2"))
    assert bearers.source.count == 1
    bearers.now_s = 10.0
    assert (await bearers.of(token(name="k2"))).user_id == "ann"
    assert bearers.source.count == 2


async def test_tokens_of_a_key_that_was_withdrawn_are_refused_at_once(bearers):
    text = token()
    await bearers.of(text)
    bearers.source.raw = key_set(jwk(name="k2"))
    await bearers.keys.load()
    assert "unknown key" in await bearers.refusal(text)


async def test_while_the_issuer_is_away_known_keys_serve_and_unknown_ones_may_be_tried_again(
    bearers,
):
    bearers.source.problem = UnavailableError("away")
    bearers.now_s = 100
    await bearers.refusal(token(name="k2"), UnavailableError)
    assert (await bearers.of(token())).user_id == "ann"


async def test_before_the_keys_were_read_a_token_may_be_tried_again():
    bearers = Bearers()
    bearers.source.problem = UnavailableError("away")
    await bearers.refusal(token(), UnavailableError)
    bearers.source.problem = None
    bearers.now_s = 100
    assert (await bearers.of(token())).user_id == "ann"


async def test_no_more_tokens_are_remembered_than_wanted():
    bearers = Bearers(cached_tokens=5)
    await bearers.keys.load()
    for number in range(20):
        await bearers.of(token(sub=f"u{number}"))
    assert len(bearers.tokens._cache) == 5
