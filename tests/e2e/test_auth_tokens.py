"""Tokens of an identity provider, whose keys change while the server runs."""

from __future__ import annotations

import pytest

from server.gen.shortlist.v1 import user_service_pb2 as users
from server.gen.shortlist.v1.recommendation_service_pb2 import RecommendRequest
from tests.e2e.harness.config import PATIENT, patient_sources
from tests.e2e.harness.issuer import Issuer, bearer, jwt_config
from tests.e2e.harness.refusals import refusal_of, refused
from tests.e2e.harness.server_process import shortlist
from tests.e2e.harness.waiting import eventually


def start(start_server, keys, *more):
    return start_server(PATIENT, patient_sources(), jwt_config(keys, *more), anonymous=False)


def reason(server, token):
    """Return why a token is refused; empty: it is not."""
    try:
        server.client.recommendations.Recommend(RecommendRequest(), metadata=bearer(token))
    except Exception as error:
        return refusal_of(error).reason
    return ""


def test_a_new_key_at_the_address_is_found_by_the_first_token_that_names_it(start_server):
    issuer = Issuer()
    with issuer.address() as address:
        server = start(start_server, address, "floor_s = 0.5")
        assert reason(server, issuer.token()) == ""
        assert issuer.read_count == 1
        issuer.rotate()
        eventually(lambda: reason(server, issuer.token()) == "", within_s=3)
        assert issuer.read_count == 2


def test_strangers_do_not_make_the_server_ask_more_often_than_the_floor(start_server):
    issuer, stranger = Issuer(), Issuer()
    stranger.rotate()
    with issuer.address() as address:
        server = start(start_server, address, "floor_s = 600.0")
        for _ in range(20):
            assert reason(server, stranger.token()) == "CREDENTIALS_INVALID"
        assert issuer.read_count == 1
        assert reason(server, issuer.token()) == ""


def test_tokens_of_a_withdrawn_key_are_refused_also_if_they_were_seen_before(start_server):
    issuer = Issuer()
    with issuer.address() as address:
        server = start(start_server, address, "refresh_s = 0.2")
        token = issuer.token()
        assert reason(server, token) == ""
        old = issuer.newest
        issuer.rotate()
        eventually(lambda: reason(server, issuer.token()) == "")
        assert reason(server, token) == ""
        issuer.withdraw(old)
        eventually(lambda: reason(server, token) == "CREDENTIALS_INVALID")


def test_a_provider_that_is_away_locks_out_nobody_whose_key_is_known(start_server):
    issuer = Issuer()
    with issuer.address() as address:
        server = start(start_server, address, "floor_s = 0.1", "refresh_s = 0.2")
        assert reason(server, issuer.token()) == ""
    eventually(lambda: "token keys cannot be read" in server.log())
    assert reason(server, issuer.token()) == ""
    issuer.rotate()
    # Not known to be wrong: a retry may succeed.
    eventually(lambda: reason(server, issuer.token()) == "DEPENDENCY_UNAVAILABLE")


def test_a_server_starts_without_its_provider_and_says_try_again(start_server):
    server = start(start_server, "http://127.0.0.1:1/keys")
    found = refused(
        server.client.recommendations.Recommend,
        RecommendRequest(),
        metadata=bearer(Issuer().token()),
    )
    assert (found.code, found.reason) == ("UNAVAILABLE", "DEPENDENCY_UNAVAILABLE")


def test_a_file_of_keys_is_followed(start_server, tmp_path):
    issuer = Issuer()
    path = issuer.write(tmp_path / "keys.json")
    server = start(start_server, path, "floor_s = 0.5")
    token = issuer.token()
    assert reason(server, token) == ""
    old = issuer.newest
    issuer.rotate()
    issuer.withdraw(old)
    issuer.write(path)
    eventually(lambda: reason(server, issuer.token()) == "")
    assert reason(server, token) == "CREDENTIALS_INVALID"


@pytest.mark.parametrize("text", [None, "<html>"])
def test_a_file_of_keys_that_is_none_stops_the_start(tmp_path, text):
    path = tmp_path / "keys.json"
    if text is not None:
        path.write_text(text)
    config = tmp_path / "my.toml"
    config.write_text(jwt_config(path))
    options = ("--config", config, "--data-dir", tmp_path / "data")
    done = shortlist("serve", *options, "--port", 0, "--metrics-port", 0, timeout_s=60)
    assert done.returncode == 2
    assert "gateway.auth.jwt.keys" in done.stderr and "keys.json" in done.stderr


def test_a_merge_needs_a_token_that_is_both_the_user_and_the_visitor(start_server, tmp_path):
    issuer = Issuer()
    path = issuer.write(tmp_path / "keys.json")
    server = start(start_server, path, 'visitor_claim = "visitor"')
    request = users.MergeUsersRequest(user="users/ann", visitor_id="v1")
    merge = server.client.users.MergeUsers
    for token in (issuer.token(), issuer.token("bob", visitor="v1"), issuer.token(visitor="v2")):
        assert refused(merge, request, metadata=bearer(token)).reason == "SUBJECT_MISMATCH"
    merge(request, metadata=bearer(issuer.token(visitor="v1")))
