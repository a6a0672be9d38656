"""Builds and tests the Go package: `python -m tests.sdk.go.run`; writes build/sdks/go.json."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sdk.generator import command
from tests.sdk.go import toolchain

ROOT = Path(__file__).resolve().parents[3]
PACKAGE = ROOT / "sdk/generated/go"
TOY = ROOT / "tests/sdk/music/proto"
TESTS = Path(__file__).resolve().parent
RESULT = ROOT / "build/sdks/go.json"
READY_S = 180
# A feature passes when all its tests do.
FEATURES = {
    "recommend": ["TestLiveRecommend", "TestLiveQuickstart"],
    "paging": ["TestLivePagingToTheEnd", "TestAllYieldsTheItemsOfAllPages"],
    "batch_events": ["TestLiveBatchEvents"],
    "typed_errors": ["TestLiveTypedErrors", "TestErrorsAreTypedByTheirReason"],
    "deadline": ["TestLiveDeadline", "TestTheDeadlineHoldsOverAllAttempts"],
    "cancellation": ["TestLiveCancellation", "TestCancellationEndsTheCall"],
    "retries": ["TestAnIdempotentCallIsRepeatedWithBackoff", "TestAFifthAttemptIsNeverMade"],
    "retry_info": ["TestTheServersDelayIsWaitedFor"],
    "retry_budget": ["TestRetriesStopWhenTheBudgetIsUsedUp"],
    "idempotency_key": ["TestTheIdempotencyKeyIsTheSameInAllAttempts"],
    "auth_refresh": ["TestConcurrentCallsShareOneRefresh", "TestARefreshIsTriedOnce"],
    "client_header": ["TestTheClientSaysWhatItIs"],
    "interceptors": ["TestInterceptorsStandAroundTheLogicalCall"],
    "telemetry": ["TestHooksSeeCallsAndAttempts", "TestOpenTelemetryGetsASpanAndSendsItsContext"],
    "mock_transport": ["TestAnInterceptorMayAnswer", "TestHooksSeeCallsAndAttempts"],
    "event_queue": [
        "TestEventsAreWrittenInOneBatchAtFifty",
        "TestEventsAreKeptWhileTheServerIsAway",
    ],
    "cache": ["TestAKeptReplyServesWhileItIsFreshAndStaleWhenTheServerIsAway"],
    "stale_if_error": ["TestAKeptReplyServesWhileItIsFreshAndStaleWhenTheServerIsAway"],
    "impressions": ["TestAnItemsImpressionIsReportedOnce"],
    "unknown_fields": ["TestUnknownFieldsAndEnumValuesDoNotBreak"],
    "int64_json": ["TestMessagesHaveTheSharedJSONForm"],
}


def main() -> int:
    """Check the package's form, run all tests, write the result; return 1 if anything failed."""
    toolchain.prepare()
    problems = _toy() + [
        problem for folder in (PACKAGE, PACKAGE / "shortlistotel") for problem in _form(folder)
    ]
    with live_server() as ready_file:
        outcomes = _test(ready_file)
    features = {
        name: {
            "test": ", ".join(tests),
            "passed": all(outcomes.get(test) == "pass" for test in tests),
        }
        for name, tests in FEATURES.items()
    }
    failed = sorted(name for name, outcome in outcomes.items() if outcome == "fail")
    lacking = sorted(name for name, feature in features.items() if not feature["passed"])
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(
        json.dumps({"language": "go", "features": features, "sizes": {}}, indent=2) + "\n"
    )
    for problem in (*problems, *(f"failed: {each}" for each in (*failed, *lacking))):
        print(f"go: {problem}")
    print(f"go: {len(features) - len(lacking)} of {len(features)} features passed")
    return 1 if problems or failed or lacking else 0


def _toy() -> list[str]:
    """Return what is wrong with the module of the toy API: it must compile as it is."""
    with tempfile.TemporaryDirectory() as folder:
        made = command.main(["--proto", str(TOY), "--languages", "go", "--out", folder])
        return ["the toy API can't be generated"] if made else _form(Path(folder, "go"))


def _form(folder: Path) -> list[str]:
    """Return what gofmt and go vet say of a module."""
    unformatted = _go("gofmt", "-l", ".", folder=folder).stdout.split()
    vetted = _go("go", "vet", "./...", folder=folder)
    return [f"not formatted: {name}" for name in unformatted] + (
        [f"go vet: {vetted.stderr}"] if vetted.returncode else []
    )


def _test(ready_file: Path) -> dict[str, str]:
    """Return pass, fail or skip for each test."""
    done = _go("go", "test", "-race", "-count=1", "-json", "./...", folder=TESTS, live=ready_file)
    outcomes: dict[str, str] = {}
    output: dict[str, str] = {}
    for line in done.stdout.splitlines():
        if not line.startswith("{"):
            continue
        entry = json.loads(line)
        test = entry.get("Test", "")
        if entry["Action"] == "output":
            output[test] = output.get(test, "") + entry["Output"]
        elif entry["Action"] in ("pass", "fail", "skip"):
            outcomes[test or "package"] = entry["Action"]
    for test, outcome in outcomes.items():
        if outcome == "fail":
            print(output.get(test, ""))
    if done.returncode and "fail" not in outcomes.values():
        print(done.stdout, done.stderr)
        outcomes["package"] = "fail"
    return outcomes


def _go(*command: str, folder: Path, live: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "GOFLAGS": "-buildvcs=false"}
    if live is not None:
        environment["SHORTLIST_LIVE_SERVER"] = str(live)
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


@contextmanager
def live_server() -> Iterator[Path]:
    """Run the server that the live tests call; give its ready file."""
    with tempfile.TemporaryDirectory() as folder:
        ready, log = Path(folder, "ready.json"), Path(folder, "log")
        with log.open("w") as sink:
            command = [sys.executable, "-m", "tests.sdk.live_server", "--ready-file", str(ready)]
            process = subprocess.Popen(command, cwd=ROOT, stdout=sink, stderr=subprocess.STDOUT)
        try:
            deadline = time.monotonic() + READY_S
            while not ready.exists():
                if process.poll() is not None or time.monotonic() > deadline:
                    raise SystemExit(f"the live server did not start:\n{log.read_text()}")
                time.sleep(0.2)
            yield ready
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


if __name__ == "__main__":
    raise SystemExit(main())
