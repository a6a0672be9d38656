"""The real server holds to the contract: every case, with credentials of every scope."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from conformance.command import main

EXPECTED = Path(__file__).with_name("expected_failures.yaml")


def run(server, folder, *options):
    """Run cases and return the exit status and the report of the target."""
    report = folder / "report.json"
    arguments = ["--target", server.address, "--keys", str(server.keys), "--json", str(report)]
    status = main([*arguments, *options])
    return status, json.loads(report.read_text())["targets"]["server"]


@pytest.mark.slow
def test_every_must_and_should_holds(server, tmp_path):
    status, report = run(server, tmp_path, "--level=SHOULD", f"--expected-failures={EXPECTED}")
    assert status == 0, [each["case"] for each in report["not_passed"]]
    assert set(report["levels"]) == {"MUST", "SHOULD"}
    why = {each["reason"] for each in report["not_passed"] if each["verdict"] == "skipped"}
    # It has credentials of every kind; what is HTTP's is test_edge.py's.
    assert why == {"needs --http"}


def test_it_runs_with_nothing_but_reflection(server, tmp_path):
    suites = ("recommend", "events", "http_bindings", "reflection", "compatibility")
    status, report = run(server, tmp_path, "--reflection", *(f"--run={each}" for each in suites))
    assert status == 0, report["not_passed"]
    assert report["levels"]["MUST"]["passed"] > 50


def test_cases_without_their_credentials_are_skipped_and_say_so(server, tmp_path):
    keys = dict(line.split(": ") for line in server.keys.read_text().splitlines() if ": " in line)
    report = tmp_path / "report.json"
    arguments = ["--target", server.address, "--api-key-partner", keys["partner"]]
    status = main([*arguments, "--json", str(report), "--run=admin_rules", "--run=similar"])
    found = json.loads(report.read_text())["targets"]["server"]
    assert status == 0
    assert found["suites"]["admin_rules"] == {"skipped": found["levels"]["MUST"]["skipped"]}
    assert all("admin" in each["reason"] for each in found["not_passed"])


def test_nothing_of_the_run_is_left(server, tmp_path):
    run(server, tmp_path, "--run=catalog/a_created_item_can_be_read", "--run=admin_rules/a_pin*")
    status, _ = run(server, tmp_path, "--cases", str(Path(__file__).parent / "left_behind"))
    assert status == 0


def test_a_server_that_is_not_there_is_no_failed_case(capsys):
    assert main(["--target", "127.0.0.1:1", "--run=health"]) == 2
    assert "conformance:" in capsys.readouterr().err
