"""The command line: `python -m conformance` and `shortlist conformance`.

Exit status: 0: every MUST and SHOULD held; 1: some did not; 2: nothing could be run, or reported;
130: interrupted.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import grpc

from conformance import golden_mode, server_mode
from conformance.case import JSON, Case
from conformance.errors import TargetError, UnusableError
from conformance.expected_failures import BrokenExpectationsError, read_expected_failures
from conformance.loading import CASES, read_cases
from conformance.mode import Mode, ModeModule
from conformance.outcome import Outcome, Verdict
from conformance.reports.files import write_json, write_junit, write_matrix
from conformance.reports.text import TextReport
from conformance.running import LEVELS, Selection, run_cases

# Each module has `add_arguments` and `open_targets` (conformance/mode.py). Client mode needs the
# programs under test, which the installed package does not bring.
OPTIONAL_MODES = ("conformance.clients.mode",)
_CALLED_AS = {"__main__.py": "python -m conformance", "shortlist": "shortlist conformance"}


def main(argv: list[str]) -> int:
    """Run cases and return the exit status."""
    modes: list[ModeModule] = [server_mode, golden_mode, *_optional_modes()]
    options = _parser(modes).parse_args(argv)
    try:
        cases = _selection(options).chosen(read_cases(options.cases))
        if options.list:
            print("\n".join(f"{case.level:<6} {case.id}: {case.proves}" for case in cases))
            return 0
        return _run(options, modes, cases)
    except UnusableError as error:
        print(f"conformance: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("conformance: interrupted", file=sys.stderr)
        return 130
    except grpc.RpcError as error:
        print(f"conformance: the target does not answer: {error}", file=sys.stderr)
        return 2


def _optional_modes() -> list[ModeModule]:
    found: list[JSON] = []
    for name in OPTIONAL_MODES:
        try:
            found.append(importlib.import_module(name))
        except ModuleNotFoundError as error:
            if error.name is None or not name.startswith(error.name):
                raise
    return found


def _parser(modes: Sequence[ModeModule]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=_program(), description=__doc__)
    parser.add_argument("--cases", type=Path, default=CASES, metavar="DIR", help="other cases")
    parser.add_argument(
        "--run",
        action="append",
        default=[],
        metavar="PATTERN",
        help="only what is like it: a suite, a case, or suite/case with *; may be repeated",
    )
    parser.add_argument(
        "--skip",
        action="append",
        default=[],
        metavar="PATTERN",
        help="not what is like it; may be repeated",
    )
    parser.add_argument("--level", choices=LEVELS, default="MAY", help="the least binding level")
    parser.add_argument("--expected-failures", type=Path, metavar="FILE")
    parser.add_argument("--parallel", type=_count, default=8, metavar="N", help="cases at a time")
    parser.add_argument(
        "--again", action="store_true", help="run a failed case once more by itself; that counts"
    )
    parser.add_argument("--list", action="store_true", help="only say which cases there are")
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--junit", type=Path, metavar="FILE")
    parser.add_argument("--matrix", type=Path, metavar="FILE")
    for mode in modes:
        mode.add_arguments(parser)
    return parser


def _program() -> str:
    """Return what the command was called as."""
    called = Path(sys.argv[0]).name
    return _CALLED_AS.get(called, called)


def _count(text: str) -> int:
    count = int(text)
    if count < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return count


def _selection(options: argparse.Namespace) -> Selection:
    return Selection(options.run, options.skip, options.level)


def _run(options: argparse.Namespace, modes: Sequence[ModeModule], cases: list[Case]) -> int:
    expected = read_expected_failures(options.expected_failures)
    unknown = expected.unknown(read_cases(options.cases))
    if unknown:
        raise BrokenExpectationsError(f"no such cases: {', '.join(unknown)}")
    started, outcomes = time.monotonic(), dict[str, list[Outcome]]()
    with ExitStack() as stack:
        targets: list[Mode] = [
            each for mode in modes for each in stack.enter_context(mode.open_targets(options))
        ]
        if not targets:
            raise TargetError("nothing to run against: give --target or --client")
        total = sum(bool(set(c.modes) & set(t.kinds)) for t in targets for c in cases)
        text = TextReport(total)
        for target in targets:
            outcomes[target.target] = run_cases(
                target,
                cases,
                expected,
                text.add,
                parallel=options.parallel,
                again=options.again,
            )
    text.end(outcomes)
    _write_files(options, outcomes, time.monotonic() - started)
    _require_some_run(outcomes)
    return 1 if _is_bad(outcomes) else 0


def _require_some_run(outcomes: dict[str, list[Outcome]]) -> None:
    """Raises: TargetError: every case was skipped everywhere."""
    if all(each.verdict is Verdict.SKIPPED for found in outcomes.values() for each in found):
        raise TargetError(f"nothing was run on {', '.join(outcomes)}: every case was skipped")


def _is_bad(outcomes: dict[str, list[Outcome]]) -> bool:
    found = [each for target in outcomes.values() for each in target]
    return any(each.verdict.is_bad and each.case.level != "MAY" for each in found)


def _write_files(
    options: argparse.Namespace, outcomes: dict[str, list[Outcome]], duration_s: float
) -> None:
    if options.json:
        write_json(options.json, outcomes, duration_s)
    if options.junit:
        write_junit(options.junit, outcomes)
    if options.matrix:
        write_matrix(options.matrix, outcomes)
