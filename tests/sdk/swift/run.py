"""Checks the Swift package: `python -m tests.sdk.swift.run`; writes build/sdks/swift.json.

With a Swift toolchain (toolchain.py) everything is compiled, warnings being errors, and the tests
are run. Without one only the syntax is checked, and the features are reported as unverified:
nothing of what they say was run.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sdk.generator import command
from tests.sdk.swift.live import NotStartedError, live_environment
from tests.sdk.swift.syntax import syntax_faults
from tests.sdk.swift.toolchain import (
    SwiftUnavailableError,
    Toolchain,
    WrongPackageError,
    find,
)
from tests.sdk.vectors import make as vectors

ROOT = Path(__file__).resolve().parents[3]
PACKAGE = ROOT / "sdk/generated/swift"
CONTRACT_TESTS = Path(__file__).resolve().parent / "contract"
TOY, TOY_WORK = ROOT / "tests/sdk/music/proto", ROOT / "build/sdks/work/swift-music"
# Where the compiler puts what it makes, by package.
BUILDS = ROOT / "build/swift"
RESULT = ROOT / "build/sdks/swift.json"
STRICT = ("-Xswiftc", "-warnings-as-errors")
TEST_LINE = re.compile(r"Test Case '(?:-\[)?[\w.]*?(\w+)[. ](\w+)\]?' (passed|failed|skipped)")
# A feature passes when all its tests do. Live tests need SHORTLIST_URL.
FEATURES = {
    "recommend": ["LiveTests.testRecommend"],
    "paging": [
        "LiveTests.testPagingToTheEnd",
        "AroundCallTests.testPagesAreFetchedWhenTheyAreNeeded",
    ],
    "batch_events": ["LiveTests.testBatchEvents"],
    "typed_errors": ["LiveTests.testTypedErrors", "CallTests.testErrorsAreTypedByTheirReason"],
    "deadline": ["LiveTests.testDeadline", "CallTests.testTheDeadlineHoldsWhileTheServerIsSilent"],
    "cancellation": ["LiveTests.testCancellation", "CallTests.testCancellationEndsTheCall"],
    "retries": ["CallTests.testAnIdempotentCallIsRepeatedWithBackoff"],
    "retry_info": [
        "CallTests.testTheServersDelayIsWaitedForWhateverTheMethod",
        "CallTests.testRetryAfterCountsLikeRetryInfo",
    ],
    "retry_budget": ["CallTests.testRetriesStopWhenTheBudgetIsUsedUp"],
    "idempotency_key": ["CallTests.testTheIdempotencyKeyIsTheSameInAllAttempts"],
    "auth_refresh": ["AroundCallTests.testConcurrentCallsShareOneRefresh"],
    "client_header": ["CallTests.testTheIdempotencyKeyIsTheSameInAllAttempts"],
    "interceptors": ["AroundCallTests.testInterceptorsStandAroundTheCall"],
    "telemetry": ["AroundCallTests.testTelemetrySeesCallsAndAttempts"],
    "mock_transport": ["FacadeTests.testARequestGoesOutAsJSONAndPagesComeBack"],
    "event_queue": ["EventQueueTests.testEventsAreWrittenInOneBatchAtFifty"],
    "offline_queue": ["EventQueueTests.testEventsSurviveARestartAndArriveOnce"],
    "cache": ["AroundCallTests.testAKeptReplyServesWhileFreshAndStaleWhileTheServerIsAway"],
    "stale_if_error": [
        "AroundCallTests.testAKeptReplyServesWhileFreshAndStaleWhileTheServerIsAway"
    ],
    "impressions": ["FacadeTests.testAnItemsImpressionIsReportedOnce"],
    "unknown_fields": ["FacadeTests.testUnknownFieldsAndEnumValuesDoNotBreak"],
    "int64_json": [
        "VectorTests.testMessagesHaveTheirCanonicalForm",
        "VectorTests.testOtherFormsAreRead",
    ],
}


def main() -> int:
    """Check syntax, vectors and names, run what can be run, write the result; 1: a fault."""
    faults = [*_syntax(), *_unlisted(), *_vectors()]
    outcomes, more, how = run_what_can_be_run()
    faults += more
    features = {name: _feature(tests, outcomes) for name, tests in FEATURES.items()}
    _write(features)
    faults += [f"{outcome}: {test}" for test, outcome in outcomes.items() if outcome != "passed"]
    for fault in faults:
        print(f"swift: {fault}")
    passed = sum(1 for feature in features.values() if feature["passed"])
    print(f"swift: {passed} of {len(features)} features passed; {how}")
    return 1 if faults or (outcomes and passed < len(features)) else 0


def run_what_can_be_run() -> tuple[dict[str, str], list[str], str]:
    """Return the tests' outcomes, what is wrong besides, and how it was found out, in a line.

    Without a toolchain there are no outcomes, and nothing is wrong: the features stay unverified.
    """
    try:
        toolchain = find()
    except SwiftUnavailableError as error:
        return {}, [], f"unverified, only the syntax was checked: {error}"
    except WrongPackageError as error:
        return {}, [str(error)], "nothing was compiled"
    faults = list(_toy(toolchain))
    return _run_tests(toolchain), faults, f"compiled and tested with {toolchain.version}"


def _syntax() -> Iterator[str]:
    """Yield what is wrong with the package, its tests and that of the toy API, uncompiled."""
    yield from syntax_faults(PACKAGE)
    yield from syntax_faults(CONTRACT_TESTS)
    if command.main(["--proto", str(TOY), "--languages", "swift", "--out", str(TOY_WORK)]):
        yield "the toy API can't be generated"
    else:
        yield from syntax_faults(TOY_WORK / "swift")


def _write(features: dict[str, dict[str, Any]]) -> None:
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    report = {"language": "swift", "features": features, "sizes": {}}
    RESULT.write_text(json.dumps(report, indent=2) + "\n")


def _feature(tests: list[str], outcomes: dict[str, str]) -> dict[str, Any]:
    found = [outcomes.get(test, "not run") for test in tests]
    feature = {"test": ", ".join(tests), "passed": all(each == "passed" for each in found)}
    if not outcomes:
        feature["state"] = "unverified"
    return feature


def _toy(toolchain: Toolchain) -> Iterator[str]:
    """Yield what is wrong with the package of the toy API: it must compile as it is."""
    build = ["swift", "build", "--build-tests", *_options("music")]
    done = toolchain.run(build, TOY_WORK / "swift")
    if done.returncode:
        yield f"the toy API: {done.stdout}"


def _unlisted() -> Iterator[str]:
    """Yield the tests that a feature names and no file has."""
    text = "\n".join(
        path.read_text()
        for folder in (PACKAGE, CONTRACT_TESTS)
        for path in folder.rglob("*Tests.swift")
    )
    for test in sorted({test for tests in FEATURES.values() for test in tests}):
        case, name = test.split(".")
        if f"class {case}:" not in text or f"func {name}()" not in text:
            yield f"there is no test {test}"


def _vectors() -> list[str]:
    return ["tests/sdk/vectors are out of date"] if vectors.main(["--check"]) else []


def _run_tests(toolchain: Toolchain) -> dict[str, str]:
    """Return the outcome of each test, as `Case.test`, and of what else was run."""
    outcomes = _test(toolchain, "package", PACKAGE, {})
    try:
        with live_environment() as environment:
            outcomes |= _test(toolchain, "contract", CONTRACT_TESTS, environment)
            outcomes["the quickstart"] = _quickstart(toolchain, environment)
    except NotStartedError as error:
        print(error)
        outcomes["the live server"] = "failed"
    return outcomes


def _test(
    toolchain: Toolchain, name: str, folder: Path, environment: dict[str, str]
) -> dict[str, str]:
    done = toolchain.run(["swift", "test", *_options(name)], folder, **environment)
    found = {f"{case}.{test}": outcome for case, test, outcome in TEST_LINE.findall(done.stdout)}
    if done.returncode or not found:
        print(done.stdout)
        found[f"the {name}'s tests"] = "failed"
    return found


def _quickstart(toolchain: Toolchain, environment: dict[str, str]) -> str:
    run = ["swift", "run", *_options("package"), "Quickstart"]
    done = toolchain.run(
        [*run, environment["SHORTLIST_URL"], environment["SHORTLIST_USER"]], PACKAGE, **environment
    )
    said = done.stdout.splitlines()
    wanted = ("events: impressions written", "deadline: true", "cancellation: true")
    if done.returncode == 0 and all(line in said for line in wanted):
        return "passed"
    print(done.stdout)
    return "failed"


def _options(build: str) -> list[str]:
    return [*STRICT, "--scratch-path", str(BUILDS / build)]


if __name__ == "__main__":
    raise SystemExit(main())
