"""Breaks the conformance suite's matchers in small ways and sees whether the tests notice.

`make mutate`. mutmut runs on a copy of the modules and tests below, in an environment of its own
that sees the packages of this one. Mutants that survive and are not in
`tests/conformance/mutation.txt`, where each has its reason, fail the run; so do reasons for what
no longer survives.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import google.protobuf

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "mutate"
MUTMUT = "mutmut==3.8.1"
MODULES = ("conformance/matching/compare.py", "conformance/matching/invariants.py")
TESTS = ("tests/conformance/test_matching.py", "tests/conformance/test_invariants.py")
ACCEPTED = ROOT / "tests" / "conformance" / "mutation.txt"
SETTINGS = f"""[tool.mutmut]
source_paths = ["conformance"]
only_mutate = {list(MODULES)}
pytest_add_cli_args_test_selection = {list(TESTS)}
also_copy = ["server", "tests", "pyproject.toml"]
# Else pytest would take the settings, and with them the modules, of the checkout around the copy.
[tool.pytest.ini_options]
pythonpath = ["."]
"""


def main() -> int:
    """Run all mutants; return 1 if one survives without a reason."""
    command = _environment() / "bin" / "mutmut"
    work = _copy()
    workers = str(len(os.sched_getaffinity(0)))
    done = subprocess.run([command, "run", "--max-children", workers], cwd=work, check=False)
    if done.returncode:
        print("mutate: mutmut failed")
        return 1
    found = subprocess.run(
        [command, "results", "--all", "true"], cwd=work, capture_output=True, text=True, check=True
    )
    results = [line.strip().split(": ") for line in found.stdout.splitlines() if ": " in line]
    survivors = {_change(command, work, name) for name, state in results if state != "killed"}
    accepted = {
        line.partition("  # ")[0].strip()
        for line in ACCEPTED.read_text("utf-8").splitlines()
        if line and not line.startswith("#")
    }
    for change in sorted(survivors - accepted):
        print(f"survives: {change}")
    for change in sorted(accepted - survivors):
        print(f"no longer survives; take it out of {ACCEPTED.name}: {change}")
    print(f"mutate: {len(results)} mutants, {len(survivors)} survive")
    return 0 if results and survivors == accepted else 1


def _environment() -> Path:
    """Return an environment with mutmut, which is not among the project's own packages."""
    folder = BUILD / "environment"
    if not (folder / "bin" / "mutmut").exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([folder / "bin" / "pip", "install", "--quiet", MUTMUT], check=True)
    packages = Path(google.protobuf.__file__).parents[2]
    version = f"python{sysconfig.get_python_version()}"
    path = folder / "lib" / version / "site-packages" / "project.pth"
    path.write_text(f"{packages}\n", "utf-8")
    return folder


def _copy() -> Path:
    """Copy what the tests need: mutants are never written into the checkout."""
    work = BUILD / "copy"
    shutil.rmtree(work, ignore_errors=True)
    ignored = shutil.ignore_patterns("__pycache__", "clients")
    shutil.copytree(ROOT / "conformance", work / "conformance", ignore=ignored)
    shutil.copytree(ROOT / "server" / "gen", work / "server" / "gen", ignore=ignored)
    for name in TESTS:
        (work / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, work / name)
    (work / "pyproject.toml").write_text(SETTINGS, "utf-8")
    return work


def _change(command: Path, work: Path, mutant: str) -> str:
    """Return a mutant as `function: old -> new`; numbers of mutants move with every change."""
    shown = subprocess.run(
        [command, "show", mutant], cwd=work, capture_output=True, text=True, check=True
    )
    lines = shown.stdout.splitlines()
    old, new = (
        " ".join(line[1:].strip() for line in lines if line.startswith(f"{sign} ")) for sign in "-+"
    )
    name = mutant.removeprefix("conformance.matching.").rpartition("__mutmut_")[0]
    return f"{name.replace('x_', '', 1)}: {old} -> {new}"


if __name__ == "__main__":
    raise SystemExit(main())
