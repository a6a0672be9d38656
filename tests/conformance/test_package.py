"""The package installs alone: a wheel with its cases, and nothing of the repository around it."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
SOURCE = ROOT / "conformance"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The built wheel."""
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)]
    subprocess.run(command, cwd=SOURCE, check=True, capture_output=True)
    (found,) = out.glob("*.whl")
    return found


def test_the_wheel_holds_cases_and_descriptors_and_nothing_of_development(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    cases = {f"conformance/cases/{path.name}" for path in (SOURCE / "cases").iterdir()}
    assert cases <= names
    assert {"conformance/command.py", "conformance/descriptors/contract.binpb"} <= names
    assert {"conformance/clients/mode.py", "conformance/clients/scripted/server.py"} <= names
    assert not [name for name in names if "/development/" in name or "program.toml" in name]


def test_it_runs_far_from_the_repository(wheel, server, tmp_path):
    zipfile.ZipFile(wheel).extractall(tmp_path)
    # A finder that refuses everything of the repository, and what only the server needs.
    guard = (
        "import sys\n"
        "class Guard:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.split('.')[0] in ('server', 'sdk', 'tests', 'numpy',"
        " 'grpc_health', 'grpc_reflection', 'grpc_status', 'h2', 'h11'):\n"
        "            raise ModuleNotFoundError(name, name=name)\n"
        "sys.meta_path.insert(0, Guard())\n"
        "from conformance.command import main\n"
        "import conformance\n"
        f"assert conformance.__file__.startswith({str(tmp_path)!r})\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    options = ["--target", server.address, "--keys", str(server.keys), "--run=recommend"]
    command = [sys.executable, "-c", guard, *options]
    done = subprocess.run(
        command, cwd=tmp_path, env={"PYTHONPATH": str(tmp_path)}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "passed" in done.stderr


def test_what_is_generated_is_up_to_date():
    for name in ("descriptors", "guide"):
        command = [sys.executable, "-m", f"conformance.development.{name}", "--check"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
