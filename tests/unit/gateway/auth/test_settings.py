"""Settings that would let the wrong ones in are refused."""

import pytest
from pydantic import ValidationError

from server.gateway.auth.exposure import is_loopback
from server.gateway.auth.settings import AuthSettings
from tests.unit.gateway.auth.issuer import jwt_settings


def test_credentials_are_required_unless_the_settings_say_otherwise():
    assert AuthSettings().mode == "required"
    assert not AuthSettings().allow_remote_anonymous


@pytest.mark.parametrize("algorithm", ["none", "None", "HS256", "HS512", "rs256"])
def test_algorithms_without_a_public_key_cannot_be_chosen(algorithm):
    with pytest.raises(ValidationError):
        jwt_settings(algorithms=[algorithm])


@pytest.mark.parametrize(
    "fields", [{"audience": []}, {"issuer": ""}, {"algorithms": []}, {"default_scope": "partner"}]
)
def test_what_a_token_must_say_cannot_be_left_open(fields):
    with pytest.raises(ValidationError):
        jwt_settings(**fields)


@pytest.mark.parametrize(
    "keys",
    [
        "http://id.example.com/keys",
        "http://127.0.0.1.example.com/keys",
        "http://localhost@example.com/keys",
        "ftp://localhost/keys",
        "file:///keys",
    ],
)
def test_keys_that_could_be_replaced_on_the_way_are_refused(keys):
    with pytest.raises(ValidationError, match="https address"):
        jwt_settings(keys=keys)


@pytest.mark.parametrize(
    ("keys", "is_remote"),
    [
        ("https://id.example.com/keys", True),
        ("http://127.0.0.1:80/keys", True),
        ("http://[::1]/keys", True),
        ("/etc/keys.json", False),
        ("keys.json", False),
    ],
)
def test_keys_are_in_a_file_or_at_an_address(keys, is_remote):
    assert jwt_settings(keys=keys).is_remote == is_remote


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("", False),
        ("192.0.2.1", False),
        ("no.such.host.invalid", False),
    ],
)
def test_what_only_this_machine_can_reach(host, expected):
    assert is_loopback(host) == expected
