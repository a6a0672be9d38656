"""Programs under test: what `program.toml` says of each, and how they are built."""

from __future__ import annotations

import shlex
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from conformance.errors import TargetError, UnusableError

PROGRAMS = Path(__file__).parent
ROOT = PROGRAMS.parent.parent
BUILD_S = 900.0
# What a build command exits with if its toolchain can't be had here, as with automake's tests.
NO_TOOLCHAIN = 77


class BrokenProgramError(TargetError):
    """There is no such program, its description is wrong, or it can't be built."""


class NoToolchainError(UnusableError):
    """A program can't be built on this machine, for no fault of its own."""


@dataclass(frozen=True, slots=True)
class Program:
    """One program under test; each is a row of the matrix.

    Attributes:
        folder: where its commands run.
        build: where what is built goes.
        build_commands: run one after the other before the first run.
    """

    language: str
    folder: Path
    build: Path
    build_commands: tuple[tuple[str, ...], ...]
    run: tuple[str, ...]


def find_programs(names: Sequence[str], folder: Path = PROGRAMS) -> list[Program]:
    """Return the programs of some languages or folders, in order; `all`: every one.

    Raises:
        BrokenProgramError: a name is of none of them, or the installed package has none.
    """
    known = [_read(path) for path in sorted(folder.glob("*/program*.toml"))]
    if not known:
        raise BrokenProgramError("programs of this repository are not installed; use --program")
    if "all" in names:
        return known
    found: list[Program] = []
    for name in names:
        matching = [each for each in known if name in (each.language, each.folder.name)]
        if not matching:
            languages = ", ".join(each.language for each in known)
            raise BrokenProgramError(f"there is no program {name}; there are {languages}")
        found += [each for each in matching if each not in found]
    return found


def program_of_command(command: str) -> Program:
    """Return a program that lives elsewhere, by the command that starts it.

    Raises:
        BrokenProgramError: it is no command.
    """
    try:
        words = tuple(shlex.split(command))
    except ValueError as error:
        raise BrokenProgramError(f"--program {command!r}: {error}") from error
    if not words:
        raise BrokenProgramError("--program is empty")
    here = Path.cwd()
    return Program(Path(words[0]).name, here, here, (), words)


def _read(path: Path) -> Program:
    suffix = path.stem.removeprefix("program")
    build = ROOT / "build" / "conformance" / f"{path.parent.name}{suffix}"
    values = {"build": str(build), "root": str(ROOT), "python": sys.executable}
    try:
        spec = tomllib.loads(path.read_text("utf-8"))
        commands = tuple(_filled(each, values) for each in spec.get("build", ()))
        return Program(spec["language"], path.parent, build, commands, _filled(spec["run"], values))
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise BrokenProgramError(f"{path}: {error!r}") from error


def _filled(words: Sequence[str], values: dict[str, str]) -> tuple[str, ...]:
    """Put the places into a command; other braces stay, as commands may hold some."""
    found = []
    for word in words:
        for name, value in values.items():
            word = word.replace(f"{{{name}}}", value)
        found.append(word)
    return tuple(found)


def build_program(program: Program) -> None:
    """Run a program's build commands; their output is kept in `build.log`.

    Raises:
        BrokenProgramError: one failed; says which, and the end of its output.
        NoToolchainError: one says that what it needs can't be had; says why, in its words.
    """
    program.build.mkdir(parents=True, exist_ok=True)
    with (program.build / "build.log").open("w", encoding="utf-8") as log:
        for command in program.build_commands:
            try:
                done = subprocess.run(
                    command, cwd=program.folder, stdout=log, stderr=log, timeout=BUILD_S
                )
            except (OSError, subprocess.TimeoutExpired) as error:
                raise BrokenProgramError(f"can't build: {error}") from error
            if done.returncode:
                log.flush()
                tail = Path(log.name).read_text("utf-8", "replace")[-600:].strip()
                if done.returncode == NO_TOOLCHAIN:
                    raise NoToolchainError(tail.rpartition("\n")[2])
                raise BrokenProgramError(f"can't build: {shlex.join(command)}: {tail}")
