"""Builds and tests the TypeScript package and its web page: `python -m tests.sdk.typescript.run`.

In Node against fakes and against the live server through the edge, and in Chromium. Writes
build/sdks/typescript.json.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from xml.etree import ElementTree

from sdk.examples.web.build import build_site
from sdk.examples.web.npm import ToolchainError, link, run
from sdk.generator import command
from tests.sdk.typescript import toolchain
from tests.sdk.typescript.site import people
from tests.sdk.typescript.toolchain import PACKAGE, ROOT, TEST_PACKAGE

RESULT = ROOT / "build/sdks/typescript.json"
TOY, TOY_WORK = ROOT / "tests/sdk/music/proto", ROOT / "build/sdks/work/typescript-music"
READY_S, TESTS_S = 180, 600
LIVE = ("Connect", "gRPC-Web", "gRPC on Node's HTTP")


def _live(name: str) -> list[str]:
    return [f"live, {transport}: {name}" for transport in LIVE]


# A feature passes when all its tests do.
FEATURES = {
    "recommend": _live("recommend"),
    "paging": [
        *_live("a feed is read to its end and repeats nothing"),
        "a list yields the items of all pages, an empty one among them",
        "a list goes on from a token",
    ],
    "batch_events": _live("a batch of events is answered for each"),
    "typed_errors": [*_live("errors have their reasons"), "each reason has a class of its own"],
    "deadline": [
        *_live("a deadline and a cancellation"),
        "the deadline holds over all attempts and is passed on",
    ],
    "cancellation": [
        *_live("a deadline and a cancellation"),
        "cancelling ends the call and its attempt",
    ],
    "retries": [
        "an idempotent call is repeated with full jitter",
        "a fifth attempt is never made",
        "a call that is not idempotent is not repeated",
        "a network that is gone is tried twice more",
    ],
    "retry_info": [
        "any method waits as long as RetryInfo says",
        "Retry-After counts like RetryInfo",
    ],
    "retry_budget": ["retries stop when the budget is used up, and successes earn it back"],
    "idempotency_key": ["the idempotency key is the same on every attempt and new for every call"],
    "auth_refresh": ["calls at the same time share one refresh", "a refresh is tried once"],
    "client_header": ["the client says what it is"],
    "interceptors": ["interceptors surround the logical call, the first outermost"],
    "telemetry": [
        "telemetry sees calls and attempts, and can't break them",
        "OpenTelemetry gets a span, and the server its context",
    ],
    "mock_transport": ["the mock answers, fails, computes and records"],
    "event_queue": [
        "events are sent when fifty wait",
        "events are sent when the oldest has waited five seconds",
        "events wait for a server that is away, longer each time",
        "live: the event queue sends its events, and each counts once",
    ],
    "offline_queue": [
        "events survive a browser that is killed, and arrive exactly once",
        "events are sent when the page is left",
    ],
    "cache": [
        "a fresh reply serves again, for the same request only",
        "a kept slate stands in while the server is away",
    ],
    "stale_if_error": ["an old reply stands in when the server is away, and says so"],
    "impressions": ["an item's impression is sent once for a slate, with its attribution token"],
    "unknown_fields": ["fields and values that are not known survive"],
    "int64_json": [
        "messages have the JSON that all languages share, 64-bit integers and times among it",
        "a number beyond a double's keeps every digit",
    ],
}


def main() -> int:
    """Check, build, measure, test, write the result; return 1 if anything failed."""
    problems: list[str] = []
    sizes: dict[str, int] = {}
    outcomes: dict[str, str] = {}
    try:
        sizes = _build()
        problems += _toy()
        outcomes = _test()
    except ToolchainError as error:
        problems.append(str(error))
    problems += [f"{outcome}: {test}" for test, outcome in outcomes.items() if outcome != "passed"]
    features = {
        name: {
            "test": ", ".join(tests),
            "passed": all(outcomes.get(test) == "passed" for test in tests),
        }
        for name, tests in FEATURES.items()
    }
    lacking = [name for name, feature in features.items() if not feature["passed"]]
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    report = {"language": "typescript", "features": features, "sizes": sizes}
    RESULT.write_text(json.dumps(report, indent=2) + "\n")
    for problem in (*problems, *(f"feature lacks: {each}" for each in lacking)):
        print(f"typescript: {problem}")
    print(f"typescript: {len(features) - len(lacking)} of {len(features)} features passed")
    print(f"typescript: {json.dumps(sizes)}")
    return 1 if problems or lacking else 0


def _build() -> dict[str, int]:
    """Check and build package, tests and site; return sizes in bytes."""
    toolchain.prepare_package()
    run("npm", "run", "check", folder=PACKAGE)
    run("npm", "run", "build", folder=PACKAGE)
    sizes: dict[str, int] = json.loads(
        run("npm", "run", "--silent", "size", folder=PACKAGE).splitlines()[-1]
    )
    run("npm", "pack", "--dry-run", "--ignore-scripts", folder=PACKAGE)
    toolchain.prepare_tests()
    tools = PACKAGE / "node_modules/.bin"
    run(str(tools / "tsc"), "-p", ".", folder=TEST_PACKAGE)
    run(str(tools / "biome"), "check", folder=TEST_PACKAGE)
    esbuild = [str(tools / "esbuild"), "--bundle", "--format=esm", "--log-level=warning"]
    node = ["--packages=external", "--platform=node", "--target=node20", "--sourcemap"]
    tests = sorted(
        path.relative_to(TEST_PACKAGE).as_posix()
        for folder in ("node", "browser")
        for path in (TEST_PACKAGE / folder).glob("*.test.ts")
    )
    run(*esbuild, *node, "--outdir=built", *tests, folder=TEST_PACKAGE)
    page = ["--splitting", "--minify", "--target=es2022", "--outdir=built/pages"]
    run(*esbuild, *page, "pages/harness.ts", folder=TEST_PACKAGE)
    return sizes


def _toy() -> list[str]:
    """Return what is wrong with the package of the toy API: it must compile as it is."""
    arguments = ["--proto", str(TOY), "--languages", "typescript", "--out", str(TOY_WORK)]
    if command.main(arguments):
        return ["the toy API can't be generated"]
    package = TOY_WORK / "typescript"
    link(package, "node_modules", PACKAGE / "node_modules")
    try:
        run("npm", "run", "check", folder=package)
        run("npm", "run", "build", folder=package)
    except ToolchainError as error:
        return [f"the toy API: {error}"]
    return []


def _test() -> dict[str, str]:
    """Return passed, failed or skipped for each test."""
    chromium = toolchain.chromium()
    if chromium is None:
        raise ToolchainError("there is no Chromium: install one, or set SHORTLIST_CHROMIUM")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = stack.enter_context(_process(folder, "tests.sdk.live_server", "--train"))
        site = folder / "site"
        build_site(site, package=PACKAGE, people=people())
        upstream = ("--upstream", server["endpoint"], "--port", "0", "--static", str(site))
        edge = stack.enter_context(_process(folder, "deploy.envoy.run", *upstream))
        live = folder / "live.json"
        live.write_text(json.dumps(server | edge))
        results = folder / "results.xml"
        environment = {
            "SHORTLIST_CHROMIUM": str(chromium),
            "SHORTLIST_LIVE": str(live),
            "SHORTLIST_PAGES": str(TEST_PACKAGE / "built/pages"),
            "SHORTLIST_QUICKSTART": str(PACKAGE / "examples/quickstart.mjs"),
            "SHORTLIST_SCREENSHOTS": str(ROOT / "build/sdks/screenshots"),
            "SHORTLIST_VECTORS": str(ROOT / "tests/sdk/vectors"),
        }
        # One file at a time: on two cores browsers beside each other time out.
        tests = ["node", "--enable-source-maps", "--test", "--test-concurrency=1"]
        tests += ["--test-timeout=120000", "--test-reporter=junit"]
        tests += [f"--test-reporter-destination={results}"]
        tests += [str(path) for path in sorted((TEST_PACKAGE / "built").glob("*/*.test.js"))]
        try:
            done = subprocess.run(
                tests,
                cwd=TEST_PACKAGE,
                env=os.environ | environment,
                timeout=TESTS_S,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise ToolchainError(f"the tests took more than {TESTS_S} s") from error
        return outcomes_of(results, done.returncode)


def outcomes_of(results: Path, status: int) -> dict[str, str]:
    """Return passed, failed or skipped for each test of Node's report.

    Raises:
        ToolchainError: there is no report.
    """
    if not results.is_file():
        raise ToolchainError(f"node ended with {status} and no report")
    outcomes: dict[str, str] = {}
    for case in ElementTree.parse(results).iter("testcase"):
        failure = case.find("failure")
        if failure is not None:
            print(f"{case.get('name')}:\n{failure.text or failure.get('message')}")
        skipped = case.find("skipped") is not None
        outcome = "failed" if failure is not None else "skipped" if skipped else "passed"
        # Of tests with one name, none that passes hides another that does not.
        name = case.get("name", "")
        if outcomes.get(name, "passed") == "passed":
            outcomes[name] = outcome
    # What fails outside of a test, in a hook of a suite, is told by the status alone.
    if status and "failed" not in outcomes.values():
        outcomes[f"node, which ended with {status}"] = "failed"
    return outcomes


@contextmanager
def _process(folder: Path, module: str, *arguments: str) -> Iterator[dict[str, str]]:
    """Run a module that writes a ready file; give what is in it."""
    ready = folder / f"{module}.json"
    process = subprocess.Popen(
        [sys.executable, "-m", module, *arguments, "--ready-file", str(ready)], cwd=ROOT
    )
    try:
        deadline = time.monotonic() + READY_S
        while not ready.is_file():
            if process.poll() is not None or time.monotonic() > deadline:
                raise ToolchainError(f"{module} did not start")
            time.sleep(0.2)
        content: dict[str, str] = json.loads(ready.read_text())
        yield content
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


if __name__ == "__main__":
    sys.exit(main())
