"""Builds a JVM program of the conformance suite: `python -m tests.sdk.java.program java FOLDER`."""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

from tests.sdk.java import maven

MAIN_CLASSES = {
    "java": "io.shortlist.conformance.Program",
    "kotlin": "io.shortlist.conformance.ProgramKt",
}
# Programs live for seconds: they shall start fast, and leave processors to their neighbours.
OPTIONS = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx512m")


def build(language: str, folder: Path) -> int:
    """Build a program with the generated package into a folder, if anything changed since."""
    source = maven.ROOT / "conformance" / "clients" / language
    package = maven.ROOT / "sdk" / "generated" / language
    maven.lay_out(folder, {"program": source / "program", "sdk": package})
    (folder / "pom.xml").write_bytes((source / "pom.xml").read_bytes())
    stamp, wanted = folder / "built", _digest(folder)
    if stamp.exists() and stamp.read_text() == wanted:
        return 0
    stamp.unlink(missing_ok=True)
    failed = maven.run(folder, "compile", f"-Dsdk.version={maven.version_of(package)}")
    if failed:
        return failed
    (folder / "java.args").write_text(_arguments(folder, MAIN_CLASSES[language]))
    stamp.write_text(wanted)
    return 0


def _arguments(folder: Path, main_class: str) -> str:
    """Return what `java @FILE` reads."""
    target = folder / "program" / "target"
    classpath = os.pathsep.join(
        (str(target / "classes"), (target / "classpath").read_text().strip())
    )
    quoted = classpath.replace("\\", "\\\\")
    return "\n".join((*OPTIONS, "-cp", f'"{quoted}"', main_class)) + "\n"


def _digest(folder: Path) -> str:
    """Return what tells this state of the sources from any other."""
    digest = hashlib.sha256(str(folder).encode())
    paths = [folder / "pom.xml"]
    for name in ("program", "sdk"):
        paths += [path for path in sorted((folder / name).rglob("*")) if path.is_file()]
    for path in paths:
        relative = path.relative_to(folder)
        if "target" not in relative.parts:
            digest.update(f"{relative}:{path.stat().st_size}:".encode() + path.read_bytes())
    return digest.hexdigest()


if __name__ == "__main__":
    raise SystemExit(build(sys.argv[1], Path(sys.argv[2]).resolve()))
