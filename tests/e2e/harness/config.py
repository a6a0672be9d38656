"""Settings files of the servers under test."""

from __future__ import annotations

from pathlib import Path

# A busy test machine is no overload, and a source that is late there is no fault.
PATIENT = """
[gateway.admission.serving]
target_s = 5.0
initial = 64
minimum = 64
maximum = 64
queue_length = 64
queue_wait_s = 5.0
"""
_SURFACES = ("home", "home_plain", "buy_again", "explore", "similar", "trending")


def patient_sources(*surfaces: str) -> str:
    """Return settings that let sources of the built-in surfaces take their time."""
    return "".join(f"[surfaces.{name}]\nsource_timeout_s = 5.0\n" for name in surfaces or _SURFACES)


def write_config(path: Path, *parts: str) -> Path:
    """Write a settings file from its parts and return its path."""
    path.write_text("\n".join(parts))
    return path
