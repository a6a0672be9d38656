"""The command line: `shortlist <command>` runs what the installed packages registered.

Commands are entry points of the group `shortlist.commands`, so that packages that must not import
each other can each bring their own.
"""

from __future__ import annotations

import os
import sys
from importlib.metadata import EntryPoint, entry_points

GROUP = "shortlist.commands"
# numpy's products here are small: more threads than one only wait for each other, at twice the CPU
# of a request. It must be known before numpy loads. Training has torch's own threads.
_THREADS = "OPENBLAS_NUM_THREADS"


def main(argv: list[str] | None = None) -> int:
    """Run the command named by the first argument; return its exit status, 2 for misuse."""
    arguments = sys.argv[1:] if argv is None else argv
    commands = {entry.name: entry for entry in entry_points(group=GROUP)}
    if not arguments or arguments[0] in {"-h", "--help"}:
        print(_usage(commands))
        return 0 if arguments else 2
    name, *rest = arguments
    if name not in commands:
        known = ", ".join(sorted(commands))
        print(f"shortlist: no command {name!r}; there are: {known}", file=sys.stderr)
        return 2
    return _run(commands[name], rest)


def _run(command: EntryPoint, arguments: list[str]) -> int:
    os.environ.setdefault(_THREADS, "1")
    try:
        run = command.load()
    except ModuleNotFoundError as error:
        print(
            f"shortlist {command.name}: the Python package {error.name!r} is missing; install the "
            "extra that brings it (training needs shortlist[train])",
            file=sys.stderr,
        )
        return 2
    try:
        return int(run(arguments))
    except KeyboardInterrupt:
        return 130


def _usage(commands: dict[str, EntryPoint]) -> str:
    lines = ["usage: shortlist <command> [options]", "", "commands:"]
    lines += [f"  {name}" for name in sorted(commands)]
    return "\n".join([*lines, "", "`shortlist <command> --help` tells the options of one."])


if __name__ == "__main__":
    raise SystemExit(main())
