"""One process holds a data directory."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from server.core.errors import ArtifactError
from server.storage.data_directory import DataDirectory

HOLD = """
import sys
from pathlib import Path
from server.storage.data_directory import DataDirectory
directory = DataDirectory.lock(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


def test_a_directory_is_created_and_held(tmp_path):
    directory = DataDirectory.lock(tmp_path / "a" / "b")
    assert directory.root.is_dir()
    assert directory.is_locked
    directory.release()
    directory.release()
    assert not directory.is_locked


def test_a_second_process_is_told_who_holds_it_and_what_to_do(tmp_path):
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(ArtifactError) as caught:
            DataDirectory.lock(tmp_path)
        message = str(caught.value)
        assert "\n" not in message
        for part in (str(tmp_path), str(holder.pid), "stop that process"):
            assert part in message
        assert not DataDirectory.read(tmp_path).is_locked
    finally:
        holder.kill()
        holder.communicate()
    DataDirectory.lock(tmp_path).release()


def test_the_lock_says_which_process_holds_it(tmp_path):
    directory = DataDirectory.lock(tmp_path)
    assert (tmp_path / "LOCK").read_text() == f"{os.getpid()}\n"
    directory.release()


def test_a_path_that_is_no_directory_is_refused(tmp_path):
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(ArtifactError, match="choose a folder"):
        DataDirectory.lock(file)
    with pytest.raises(ArtifactError, match="does not exist"):
        DataDirectory.read(tmp_path / "missing")
