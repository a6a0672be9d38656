"""Both ways: the release before with today's server, and today's SDK with the server before."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from google.protobuf import descriptor_pb2 as pb

from conformance.contract import contract_of
from tests.conformance.released import ROOT, old_server, released_files

TODAY = ROOT / "sdk" / "python" / "src"
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


def test_todays_sdk_works_with_a_server_of_the_released_contract(server):
    with old_server(server.address) as (address, only):
        assert session(address, server, TODAY) == GOOD
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
        found = session(address, server, TODAY)
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
