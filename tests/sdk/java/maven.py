"""Builds and tests Maven projects: toolchain, a work folder, results as JSON."""

from __future__ import annotations

import json
import os
import platform
import shutil
import stat
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
RESULTS = ROOT / "build" / "sdks"
PROTOC = ROOT / "build" / "tools" / "bin" / "protoc"
PROTOC_VERSION = "4.36.2"
_SYSTEMS = {"Linux": "linux", "Darwin": "osx", "Windows": "windows"}
_MACHINES = {"x86_64": "x86_64", "AMD64": "x86_64", "aarch64": "aarch_64", "arm64": "aarch_64"}


def install_protoc() -> Path:
    """Return protoc with its Java and Kotlin generators, from Maven if it is not there yet."""
    if not PROTOC.exists():
        name = f"{_SYSTEMS[platform.system()]}-{_MACHINES[platform.machine()]}"
        artifact = f"com.google.protobuf:protoc:{PROTOC_VERSION}:exe:{name}"
        scratch = PROTOC.parent / "protoc.download"
        copy = ("dependency:copy", f"-Dartifact={artifact}", f"-DoutputDirectory={scratch}")
        if run(PROTOC.parents[1], *copy):
            raise SystemExit(f"no {artifact}")
        (fetched,) = scratch.iterdir()
        fetched.chmod(fetched.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
        fetched.replace(PROTOC)
        scratch.rmdir()
    return PROTOC


def run(folder: Path, *arguments: str) -> int:
    """Run Maven quietly: offline if all it needs is there, else with the network."""
    folder.mkdir(parents=True, exist_ok=True)
    command = [shutil.which("mvn") or "mvn", "-q", "-B", "-ntp"]
    offline = subprocess.run(
        [*command, "-o", *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    if offline.returncode == 0 or not _lacks_artifacts(offline.stdout):
        _show(offline.stdout + offline.stderr)
        return offline.returncode
    return subprocess.run([*command, *arguments], cwd=folder, check=False).returncode


def _lacks_artifacts(output: str) -> bool:
    return "in offline mode" in output or "has not been downloaded from it before" in output


def _show(output: str) -> None:
    lines = [line for line in output.splitlines() if line.strip() not in ("", "\x1b[0m\x1b[0m")]
    if lines:
        print("\n".join(lines))


def lay_out(work: Path, folders: Mapping[str, Path]) -> None:
    """Make a work folder of copies; what did not change keeps its time and its build."""
    for name, source in folders.items():
        target = work / name if name else work
        wanted = {path.relative_to(source) for path in source.rglob("*") if _is_source(path)}
        for path in sorted(wanted):
            _copy(source / path, target / path)
        for path in [each for each in target.rglob("*") if each.is_file()] if name else []:
            relative = path.relative_to(target)
            if relative not in wanted and "target" not in relative.parts:
                path.unlink()


def _is_source(path: Path) -> bool:
    return path.is_file() and not {"target", "__pycache__"} & set(path.parts)


def _copy(source: Path, target: Path) -> None:
    if not target.exists() or target.read_bytes() != source.read_bytes():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)


def version_of(package: Path) -> str:
    """Return the version in a package's pom."""
    found = ET.parse(package / "pom.xml").find("{*}version")
    if found is None or not found.text:
        raise SystemExit(f"{package}: no version")
    return found.text


def clear_reports(suite: Path) -> None:
    """Forget earlier results: a suite that does not build must not pass on them."""
    shutil.rmtree(suite / "target" / "surefire-reports", ignore_errors=True)


def outcomes(suite: Path) -> dict[str, bool]:
    """Return whether each test passed, by `Class.method`; skipped ones did not."""
    results: dict[str, bool] = {}
    for report in sorted((suite / "target" / "surefire-reports").glob("TEST-*.xml")):
        for case in ET.parse(report).iter("testcase"):
            name = case.attrib["name"].split("(")[0]
            failed = any(case.find(tag) is not None for tag in ("failure", "error", "skipped"))
            results[f"{case.attrib['classname'].rsplit('.', 1)[-1]}.{name}"] = not failed
    return results


def report(language: str, features: Mapping[str, str], suite: Path) -> int:
    """Write the results of a language's features and all its tests; return 1 if any failed."""
    results = outcomes(suite)
    table = {
        feature: {"test": test, "passed": results.get(test, False)}
        for feature, test in sorted(features.items())
    }
    RESULTS.mkdir(parents=True, exist_ok=True)
    content = {"language": language, "features": table, "sizes": {}}
    text = json.dumps(content, indent=2, sort_keys=True)
    (RESULTS / f"{language}.json").write_text(text + "\n")
    failed = sorted(name for name, passed in results.items() if not passed)
    missing = sorted(each["test"] for each in table.values() if each["test"] not in results)
    for name in failed:
        print(f"{language}: {name} failed", file=sys.stderr)
    for name in missing:
        print(f"{language}: {name} did not run", file=sys.stderr)
    print(f"{language}: {len(results) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed or missing or not results else 0


def compiles_the_music_package(language: str) -> bool:
    """Generate the package of another API than ours, and compile it."""
    work = RESULTS / "work" / f"{language}-music"
    environment = {**os.environ, "SHORTLIST_PROTOC": str(install_protoc())}
    protos = ROOT / "tests" / "sdk" / "music" / "proto"
    command = [
        "-m",
        "sdk.generator",
        "--only",
        language,
        "--proto",
        str(protos),
        "--out",
        str(work),
    ]
    made = subprocess.run([sys.executable, *command], cwd=ROOT, env=environment, check=False)
    return made.returncode == 0 and run(work / language, "compile") == 0
