"""Tests the TV package in Node and in old engines: `python -m tests.sdk.tv.run --engines 53,69`.

Builds the package (in build/), installs the engines once, runs the suites against the live server
behind the edge and writes build/sdks/tv.json.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from deploy.envoy.run import Edge
from deploy.envoy.settings import EdgeSettings, UpstreamSettings
from sdk.examples.web.npm import link
from sdk.generator import command
from tests.sdk.live_server import live_server
from tests.sdk.matrix import FEATURES, write_report
from tests.sdk.tv.engines import ENGINES, Engine, EngineError, browser, display, prepare
from tests.sdk.tv.offline import offline_results
from tests.sdk.tv.package import PACKAGE, PackageError, build_package, npm, run
from tests.sdk.tv.results import Result
from tests.sdk.tv.servers import FaultServer, faults, pages
from tests.sdk.tv.tv_page import page_results

ROOT = Path(__file__).resolve().parents[3]
HERE = Path(__file__).resolve().parent
TOY = ROOT / "tests" / "sdk" / "music" / "proto"
TOY_WORK = ROOT / "build" / "sdks" / "work" / "tv-music"
IN_CI = "53,69"
UNIT_SUITES, LIVE_SUITES = "calls,client,queue", "live,wire"


def main(argv: list[str] | None = None) -> int:
    """Run everything and return 1 if anything failed."""
    parser = argparse.ArgumentParser(prog="tests.sdk.tv.run", description=__doc__)
    parser.add_argument("--engines", default=IN_CI, help=f"of {','.join(ENGINES)}")
    options = parser.parse_args([] if argv is None else argv)
    names = [name for name in options.engines.split(",") if name]
    if unknown := [name for name in names if name not in ENGINES]:
        parser.error(f"no engine {', '.join(unknown)}; there are {', '.join(ENGINES)}")
    try:
        sizes = build_package()
        build_toy()
        results = node_results()
        for name in names:
            prepare(ENGINES[name])
        results += all_engines([ENGINES[name] for name in names])
    except (EngineError, PackageError) as error:
        print(f"tv: {error}", file=sys.stderr)
        return 1
    return report(results, sizes)


def build_toy() -> None:
    """Build the package of another API than ours, and run it on its mock.

    Raises:
        PackageError: as `build_package`, or the example with the mock fails.
    """
    if command.main(["--proto", str(TOY), "--languages", "tv", "--out", str(TOY_WORK)]):
        raise PackageError("the toy API can't be generated")
    package = TOY_WORK / "tv"
    link(package, "node_modules", PACKAGE / "node_modules")
    npm("run", "build", folder=package)
    npm("run", "types", folder=package)
    run("node", "examples/mock.js", folder=package)


def node_results() -> list[Result]:
    """Run the unit suites in Node, on the readable library."""
    suites = ["node", str(HERE / "suite" / "node.js")]
    suites += [str(PACKAGE / "lib" / name) for name in ("shortlist.js", "testing.js")]
    done = subprocess.run(suites, capture_output=True, text=True, check=False)
    if done.returncode:
        raise PackageError(f"node: {done.stdout}{done.stderr}")
    found = [Result.read("Node", each) for each in json.loads(done.stdout)]
    example = subprocess.run(
        ["node", str(PACKAGE / "examples" / "mock.js")], capture_output=True, text=True, check=False
    )
    error = "" if example.returncode == 0 else example.stdout + example.stderr
    return [*found, Result("Node", "mock_transport", "the example with the mock runs", error)]


@dataclass(frozen=True, slots=True)
class World:
    """What runs around the engines."""

    screen: str
    pages: str
    edge: str
    faults: FaultServer
    user: str
    item: str
    scratch: Path


@contextmanager
def world() -> Iterator[World]:
    """Start the display, the live server, the edge before it, and the servers of the tests."""
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tv-")))
        (scratch / "server").mkdir()
        live = stack.enter_context(live_server(scratch / "server"))
        facts = live.describe()
        upstream = UpstreamSettings(endpoints=(str(facts["endpoint"]),))
        settings = EdgeSettings(port=0, workers=1, upstreams=(upstream,))
        edge = Edge(settings, ROOT / "server" / "gen" / "descriptors.binpb", scratch)
        stack.callback(edge.stop)
        address = stack.enter_context(
            pages(
                package=PACKAGE,
                suite=HERE / "suite",
                pages=HERE / "pages",
                examples=ROOT / "sdk" / "examples",
                generated=ROOT / "sdk" / "generated",
            )
        )
        yield World(
            screen=stack.enter_context(display()),
            pages=address,
            edge=edge.url,
            faults=stack.enter_context(faults()),
            user=live.world.users[0],
            item=live.world.items[0].item_id,
            scratch=scratch,
        )


def all_engines(engines: list[Engine]) -> list[Result]:
    """Run all suites in all engines."""
    if not engines:
        return []
    with world() as around:
        return [result for engine in engines for result in engine_results(engine, around)]


def engine_results(engine: Engine, around: World) -> list[Result]:
    """Run the suites in one engine."""
    place = f"Chromium {engine.chromium}"
    found = suite_results(engine, around, UNIT_SUITES) + suite_results(engine, around, LIVE_SUITES)
    found += quickstart_results(engine, around)
    found += page_results(engine, around, around.pages)
    return [*found, *offline_results(engine, around, place)]


def suite_results(engine: Engine, around: World, suites: str) -> list[Result]:
    """Run suites in one page."""
    query = {
        "suites": suites,
        "edge": around.edge,
        "faults": around.faults.address,
        "user": around.user,
        "item": around.item,
    }
    url = f"{around.pages}/pages/suite.html?{urlencode(query)}"
    profile = around.scratch / f"suite-{engine.chromium}"
    with browser(engine, around.screen, url, profile) as running:
        results = json.loads(running.wait_for("RESULTS", 180))
    return [Result.read(f"Chromium {engine.chromium}", each) for each in results]


def quickstart_results(engine: Engine, around: World) -> list[Result]:
    """Run the package's own example against the live server."""
    query = urlencode({"edge": around.edge, "user": around.user})
    url = f"{around.pages}/package/examples/quickstart.html?{query}"
    profile = around.scratch / f"quickstart-{engine.chromium}"
    error = ""
    with browser(engine, around.screen, url, profile) as running:
        try:
            running.wait_for("quickstart done", 60)
        except EngineError as problem:
            error = str(problem)
    name = "the quickstart runs against the live server"
    return [Result(f"Chromium {engine.chromium}", "recommend", name, error)]


def report(results: list[Result], sizes: dict[str, int]) -> int:
    """Print what failed, write the report and return 1 if anything failed or has no test."""
    features = {}
    for feature in FEATURES:
        mine = [each for each in results if each.feature == feature]
        if mine:
            places = ", ".join(dict.fromkeys(each.place for each in mine))
            failed = [each for each in mine if each.error]
            features[feature] = (f"{(failed or mine)[0].name} ({places})", not failed)
    path = write_report("tv", features, sizes)
    failures = [each for each in results if each.error]
    for each in failures:
        print(f"tv: {each.place}: {each.feature}: {each.name}\n{each.error}", file=sys.stderr)
    untested = [feature for feature in FEATURES if feature not in features]
    for feature in untested:
        print(f"tv: {feature} has no test", file=sys.stderr)
    passed = len(results) - len(failures)
    size = ", ".join(f"{name} {count} bytes" for name, count in sizes.items())
    print(f"tv: {passed} of {len(results)} tests passed; {size}; {os.path.relpath(path, ROOT)}")
    return 1 if failures or untested else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
