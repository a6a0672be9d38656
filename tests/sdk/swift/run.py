"""Checks the Swift package: `python -m tests.sdk.swift.run`; writes build/sdks/swift.json.

Where there is a Swift toolchain the tests are run. Where there is none, only the syntax is checked,
and the features are reported as unverified: nothing of what they say was run.
"""

from __future__ import annotations

import importlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sdk.generator import command
from tests.sdk.vectors import make as vectors

ROOT = Path(__file__).resolve().parents[3]
PACKAGE = ROOT / "sdk/generated/swift"
CONTRACT_TESTS = Path(__file__).resolve().parent / "contract"
TOY, TOY_WORK = ROOT / "tests/sdk/music/proto", ROOT / "build/sdks/work/swift-music"
RESULT = ROOT / "build/sdks/swift.json"
PARSER = ROOT / "build/tools/tree-sitter-swift"
PARSER_PACKAGES = ("tree-sitter==0.25.2", "tree-sitter-swift==0.7.4")
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
    faults = [*syntax_faults(PACKAGE), *syntax_faults(CONTRACT_TESTS), *_unlisted(), *_vectors()]
    faults += _toy()
    outcomes = _run_tests()
    features = {name: _feature(tests, outcomes) for name, tests in FEATURES.items()}
    faults += [f"failed: {test}" for test, outcome in outcomes.items() if outcome == "failed"]
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    report = {"language": "swift", "features": features, "sizes": {}}
    RESULT.write_text(json.dumps(report, indent=2) + "\n")
    for fault in faults:
        print(f"swift: {fault}")
    passed = sum(1 for feature in features.values() if feature["passed"])
    print(
        f"swift: syntax checked; {passed} of {len(features)} features passed, the others unverified"
    )
    return 1 if faults else 0


def _feature(tests: list[str], outcomes: dict[str, str]) -> dict[str, Any]:
    found = [outcomes.get(test, "not run") for test in tests]
    feature = {"test": ", ".join(tests), "passed": all(each == "passed" for each in found)}
    if not feature["passed"] and "failed" not in found:
        feature["state"] = "unverified"
    return feature


def _toy() -> list[str]:
    """Return what is wrong with the package of the toy API: it must compile as it is."""
    if command.main(["--proto", str(TOY), "--languages", "swift", "--out", str(TOY_WORK)]):
        return ["the toy API can't be generated"]
    package = TOY_WORK / "swift"
    faults = list(syntax_faults(package))
    swift = shutil.which("swift")
    if swift is not None:
        build = [swift, "build", "--build-tests"]
        done = subprocess.run(build, cwd=package, capture_output=True, text=True, check=False)
        if done.returncode:
            faults.append(f"the toy API: {done.stdout}{done.stderr}")
    return faults


def syntax_faults(folder: Path) -> Iterator[str]:
    """Yield a line for each place of a Swift file that is not Swift."""
    parser = _parser()
    files = [path for path in sorted(folder.rglob("*.swift")) if ".build" not in path.parts]
    if not files:
        yield f"no Swift files in {folder}"
    for path in files:
        pending = [parser.parse(path.read_bytes()).root_node]
        while pending:
            node = pending.pop()
            if node.type == "ERROR" or node.is_missing:
                line, column = node.start_point
                yield f"{path.relative_to(ROOT)}:{line + 1}:{column + 1}: syntax error"
            elif node.has_error:
                pending += node.children


def _parser() -> Any:
    """Return the parser; its packages lie with the other tools, as nothing else needs them."""
    if not PARSER.is_dir():
        install = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(PARSER)]
        subprocess.run([*install, *PARSER_PACKAGES], check=True)
    if str(PARSER) not in sys.path:
        sys.path.insert(0, str(PARSER))
    tree_sitter = importlib.import_module("tree_sitter")
    grammar = importlib.import_module("tree_sitter_swift")
    return tree_sitter.Parser(tree_sitter.Language(grammar.language()))


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


def _run_tests() -> dict[str, str]:
    """Return the outcome of each test that a toolchain here has run, as `Case.test`."""
    swift = shutil.which("swift")
    outcomes: dict[str, str] = {}
    if swift is None:
        return outcomes
    for folder in (PACKAGE, CONTRACT_TESTS):
        done = subprocess.run(
            [swift, "test"], cwd=folder, env=os.environ, capture_output=True, text=True, check=False
        )
        found = TEST_LINE.findall(done.stdout + done.stderr)
        outcomes.update({f"{case}.{name}": outcome for case, name, outcome in found})
        if done.returncode:
            print(done.stdout, done.stderr)
            outcomes.setdefault(f"{folder.name}.build", "failed")
    return outcomes


if __name__ == "__main__":
    raise SystemExit(main())
