"""Formats generated Python, so that templates need not care for line lengths or spare imports."""

from __future__ import annotations

import subprocess

from sdk.generator.plugins import PluginError, find

# Not the project's settings: the same protos must give the same package wherever they are.
_SETTINGS = ("--isolated", "--no-cache", "--line-length", "100", "--target-version", "py311")
_FIXES = ("--select", "I,F401,RUF022", "--fix")


def format_python(source: bytes, path: str, package: str) -> bytes:
    """Return a module of a package with sorted imports, without unused ones, formatted.

    Raises:
        PluginError: ruff is not installed, or the source is no Python.
    """
    ruff = find("ruff")
    if ruff is None:
        raise PluginError("ruff is not installed (it comes with betterproto2-compiler)")
    own = f'lint.isort.known-first-party=["{package}"]'
    fixed = _run(
        [
            ruff,
            "check",
            *_SETTINGS,
            *_FIXES,
            "--config",
            own,
            "--quiet",
            "--output-format",
            "concise",
        ],
        source,
        path,
    )
    return _run([ruff, "format", *_SETTINGS], fixed, path)


def _run(command: list[str], source: bytes, path: str) -> bytes:
    done = subprocess.run(
        [*command, "--stdin-filename", path, "-"], input=source, capture_output=True, check=False
    )
    if done.returncode:
        reason = (done.stderr or done.stdout).decode(errors="replace").strip()
        raise PluginError(f"ruff: {path}: {reason.splitlines()[0] if reason else done.returncode}")
    return done.stdout
