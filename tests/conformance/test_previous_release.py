"""Both ways: the released client and cases with today's server, today's client with one before."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from google.protobuf import descriptor_pb2 as pb

from conformance.command import main
from conformance.contract import contract_of
from tests.conformance.released import (
    CONTRACT,
    ROOT,
    old_server,
    released_files,
    unpack_cases,
    unpack_sdk,
)

TODAYS_SDK = ROOT / "sdk" / "python" / "src"
GOOD = {"slate": 5, "token": True, "paged": 12, "pending": 0, "error": "INVALID_REQUEST"}


def session(address, server, sdk):
    """Run a session with an SDK and return what came of it; None: it broke."""
    keys = dict(line.split(": ") for line in server.keys.read_text().splitlines() if ": " in line)
    done = subprocess.run(
        [sys.executable, "-m", "tests.conformance.live_session", address, keys["partner"]],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(sdk)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if done.returncode:
        print(done.stderr)
        return None
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def released_sdk(tmp_path_factory):
    """Where the released client is."""
    return unpack_sdk(tmp_path_factory.mktemp("sdk"))


@pytest.fixture(scope="module")
def released_cases(tmp_path_factory):
    """Where the released cases are."""
    return unpack_cases(tmp_path_factory.mktemp("cases"))


def test_todays_server_keeps_what_the_release_promised(server, released_cases, tmp_path):
    report = tmp_path / "report.json"
    target = ["--target", server.address, "--keys", str(server.keys), "--json", str(report)]
    released = ["--cases", str(released_cases), "--contract", str(CONTRACT)]
    status = main([*target, *released, "--level=SHOULD", "--again"])
    found = json.loads(report.read_text())["targets"]["server"]
    assert status == 0, [(each["case"], each["reason"]) for each in found["not_passed"]]
    assert found["levels"]["MUST"]["passed"] > 500


def test_the_released_client_works_with_todays_server(server, released_sdk):
    assert session(server.address, server, released_sdk) == GOOD


def test_the_released_client_passes_its_cases_with_todays_contract(released_sdk, released_cases):
    """The scripted server is today's: its paths, errors and messages."""
    command = [sys.executable, "-m", "conformance", "--client", "python", "--level=SHOULD"]
    command += ["--cases", str(released_cases), "--again"]
    env = {**os.environ, "PYTHONPATH": str(released_sdk)}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "passed" in done.stderr


def test_todays_sdk_works_with_a_server_of_the_released_contract(server):
    with old_server(server.address) as (address, only):
        assert session(address, server, TODAYS_SDK) == GOOD
        assert not only.lost_bytes, "the session says only what the released contract knows"


@pytest.mark.parametrize(
    ("message", "field"),
    [
        ("RecommendRequest", "page_size"),
        ("RecommendResponse", "recommendations"),
        ("Event", "attribution_token"),
    ],
)
def test_a_released_contract_that_numbers_a_field_otherwise_is_noticed(server, message, field):
    files = released_files()
    _renumber(files, message, field)
    with old_server(server.address, contract_of(files)) as (address, only):
        found = session(address, server, TODAYS_SDK)
        assert found != GOOD or only.lost_bytes


def _renumber(files: list[pb.FileDescriptorProto], message: str, field: str) -> None:
    [found] = [
        each
        for file in files
        for kind in file.message_type
        if kind.name == message and file.package == "shortlist.v1"
        for each in kind.field
        if each.name == field
    ]
    found.number += 1000
