"""Runs standard protoc plugins, by their protocol: a request on stdin, a reply on stdout.

A plugin is looked for as the environment variable `SHORTLIST_<NAME>` (`SHORTLIST_PROTOC_GEN_GO`;
set it to `-` to have none), in `build/tools/bin` below the working folder, beside the Python that
runs, then on `PATH`; so is protoc itself.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from google.protobuf import descriptor_pb2
from google.protobuf.compiler import plugin_pb2

TOOLS = Path("build/tools/bin")
TIMEOUT_S = 300


class PluginError(Exception):
    """A plugin is not installed or failed; the message says which and why."""


class Plugins:
    """The plugins of one run.

    Attributes:
        keys: what ran, or would have run: SHA-256 of plugin, options, files and descriptors.
        missing: names of plugins that are not installed.
        contents: of the files that plugins made.
    """

    def __init__(self, *, may_be_missing: bool = False) -> None:
        """`may_be_missing`: a plugin that is not installed gives no files instead of an error."""
        self._may_be_missing = may_be_missing
        self.keys: list[str] = []
        self.missing: list[str] = []
        self.contents: set[bytes] = set()

    def run(
        self, descriptor_set: bytes, plugin: str, options: str, files: tuple[str, ...]
    ) -> dict[str, bytes]:
        """Return the files a plugin makes, by path.

        Args:
            plugin: its executable's name, `protoc-gen-es`.
            options: its parameter, comma-separated.

        Raises:
            PluginError: it is not installed, fails, or reports an error.
        """
        self._note(descriptor_set, plugin, options, files)
        executable = self._find(plugin)
        if executable is None:
            return {}
        request = plugin_pb2.CodeGeneratorRequest(
            file_to_generate=sorted(files),
            parameter=options,
            proto_file=descriptor_pb2.FileDescriptorSet.FromString(descriptor_set).file,
        )
        reply = plugin_pb2.CodeGeneratorResponse()
        reply.ParseFromString(_call([executable], request.SerializeToString(), plugin))
        if reply.error:
            raise PluginError(f"{plugin}: {reply.error.strip()}")
        return self._made((file.name, file.content.encode()) for file in reply.file)

    def run_protoc(
        self, descriptor_set: bytes, generators: dict[str, str], files: tuple[str, ...]
    ) -> dict[str, bytes]:
        """Return the files that protoc's own generators make, by path.

        Args:
            generators: options by the generator's name, `{"java": "lite"}`.

        Raises:
            PluginError: protoc is not installed or fails.
        """
        self._note(descriptor_set, "protoc", repr(sorted(generators.items())), files)
        protoc = self._find("protoc")
        if protoc is None:
            return {}
        with tempfile.TemporaryDirectory() as scratch:
            image, out = Path(scratch, "image.binpb"), Path(scratch, "out")
            image.write_bytes(descriptor_set)
            out.mkdir()
            outputs = [
                f"--{name}_out={options + ':' if options else ''}{out}"
                for name, options in sorted(generators.items())
            ]
            _call([protoc, f"--descriptor_set_in={image}", *outputs, *sorted(files)], b"", "protoc")
            made = [path for path in sorted(out.rglob("*")) if path.is_file()]
            return self._made((p.relative_to(out).as_posix(), p.read_bytes()) for p in made)

    def _made(self, files: Iterable[tuple[str, bytes]]) -> dict[str, bytes]:
        made = dict(sorted(files))
        self.contents |= set(made.values())
        return made

    def _note(
        self, descriptor_set: bytes, plugin: str, options: str, files: tuple[str, ...]
    ) -> None:
        text = repr((plugin, options, sorted(files))).encode()
        self.keys.append(hashlib.sha256(text + descriptor_set).hexdigest())

    def _find(self, plugin: str) -> str | None:
        found = find(plugin)
        if found is None:
            self.missing.append(plugin)
            if not self._may_be_missing:
                raise PluginError(f"{plugin} is not installed (looked in {TOOLS}, PATH)")
        return found


def find(plugin: str) -> str | None:
    """Return the path of a plugin, or None: see the module's text for where it is looked for."""
    override = os.environ.get(f"SHORTLIST_{plugin.upper().replace('-', '_')}")
    if override:
        return None if override == "-" else str(Path(override).resolve())
    for folder in _folders():
        if os.access(folder / plugin, os.X_OK):
            return str(folder / plugin)
    return shutil.which(plugin)


def _folders() -> tuple[Path, Path]:
    return TOOLS.resolve(), Path(sys.executable).parent


def _call(command: list[str], stdin: bytes, name: str) -> bytes:
    # Plugins run others by name: betterproto2's formats what it makes.
    path = os.pathsep.join([*map(str, _folders()), os.environ.get("PATH", os.defpath)])
    try:
        # In an empty folder: no project's settings must change what is made.
        with tempfile.TemporaryDirectory() as empty:
            done = subprocess.run(
                command,
                cwd=empty,
                input=stdin,
                capture_output=True,
                timeout=TIMEOUT_S,
                check=False,
                env={**os.environ, "PATH": path},
            )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise PluginError(f"{name}: {error}") from error
    if done.returncode:
        reason = done.stderr.decode(errors="replace").strip() or f"status {done.returncode}"
        raise PluginError(f"{name}: {reason}")
    return done.stdout
