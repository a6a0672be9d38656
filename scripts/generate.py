"""Generates `server/gen` from `proto/`: messages, gRPC stubs, their types, and the descriptor set.

`--check` changes nothing and fails if what is checked in differs from what the protos say.
Everything is put under `server.gen`, except `google.protobuf`, `google.api` and `google.rpc`, which
the runtime's packages bring.
"""

from __future__ import annotations

import argparse
import importlib.resources
import re
import shutil
import sys
import tempfile
from pathlib import Path

from grpc_tools import protoc

ROOT = Path(__file__).resolve().parent.parent
# Registered by no installed package, or under another file name (proto/third_party/README.md).
# Cases for any server, not what this one serves.
OF_OTHERS = "shortlist/conformance/"
GENERATED_THIRD_PARTY = ("buf/validate/validate.proto", "google/longrunning/operations.proto")
MOVED_PACKAGES = r"(?:shortlist\.[\w.]+|buf\.validate|google\.longrunning)"
FROM_IMPORT = re.compile(rf"^from ({MOVED_PACKAGES}) import", re.MULTILINE)
HAS_SERVICE = re.compile(r"^service \w+", re.MULTILINE)


def main() -> int:
    """Write the generated code, or compare it with `--check`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only compare; fail on any difference")
    parser.add_argument("--proto", type=Path, default=ROOT / "proto", help="the protos' root")
    parser.add_argument("--out", type=Path, default=ROOT / "server" / "gen", help="where to")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        fresh = Path(scratch) / "gen"
        generate(options.proto, fresh)
        differing = differences(fresh, options.out)
        if options.check:
            for name in differing:
                print(f"out of date: {options.out / name}: run make generate", file=sys.stderr)
            return 1 if differing else 0
        replace(fresh, options.out)
    print(f"{options.out}: {len(differing)} files changed")
    return 0


def generate(proto_root: Path, out: Path) -> None:
    """Compile every proto of ours into `out`, a folder that becomes the package `server.gen`."""
    third_party = proto_root / "third_party"
    ours = sorted(
        path.relative_to(proto_root).as_posix()
        for path in proto_root.rglob("*.proto")
        if third_party not in path.parents
        and not path.relative_to(proto_root).as_posix().startswith(OF_OTHERS)
    )
    sources = [*ours, *GENERATED_THIRD_PARTY]
    services = [name for name in sources if has_service(name, (proto_root, third_party))]
    include = [f"--proto_path={proto_root}", f"--proto_path={third_party}"]
    include.append(f"--proto_path={importlib.resources.files('grpc_tools') / '_proto'}")

    out.mkdir(parents=True)
    binaries = Path(sys.executable).parent
    plugins = [
        f"--plugin=protoc-gen-{name}={binaries / f'protoc-gen-{name}'}"
        for name in ("mypy", "mypy_grpc")
    ]
    run_protoc(include, plugins, [f"--python_out={out}", f"--mypy_out=quiet:{out}"], sources)
    if services:
        outputs = [f"--grpc_python_out={out}", f"--mypy_grpc_out=quiet:{out}"]
        run_protoc(include, plugins, outputs, services)
    descriptors = f"--descriptor_set_out={out / 'descriptors.binpb'}"
    run_protoc(include, [], [descriptors, "--include_imports"], sources)

    for path in sorted(out.rglob("*.py*")):
        path.write_text(move_imports(path.read_text()))
    for folder in [out, *(path for path in out.rglob("*") if path.is_dir())]:
        (folder / "__init__.py").write_text("")


def has_service(name: str, roots: tuple[Path, ...]) -> bool:
    """Tell whether the proto declares a service: only those get gRPC stubs."""
    path = next(root / name for root in roots if (root / name).exists())
    return HAS_SERVICE.search(path.read_text()) is not None


def run_protoc(
    include: list[str], plugins: list[str], outputs: list[str], names: list[str]
) -> None:
    """Run protoc, which prints its own errors.

    Raises: SystemExit, with protoc's status.
    """
    status = protoc.main(["protoc", *include, *plugins, *outputs, *names])
    if status:
        raise SystemExit(status)


def move_imports(text: str) -> str:
    """Rewrite imports of generated modules to `server.gen`; protoc knows no package prefix."""
    return FROM_IMPORT.sub(r"from server.gen.\1 import", text)


def differences(fresh: Path, current: Path) -> list[str]:
    """Return the relative paths of files that differ, are missing or are left over, sorted."""
    wanted = {path.relative_to(fresh).as_posix(): path for path in files_in(fresh)}
    present = {path.relative_to(current).as_posix(): path for path in files_in(current)}
    return sorted(
        name
        for name in wanted.keys() | present.keys()
        if name not in wanted
        or name not in present
        or wanted[name].read_bytes() != present[name].read_bytes()
    )


def files_in(folder: Path) -> list[Path]:
    """Return the files under a folder, without caches; none if there is no folder."""
    return [p for p in folder.rglob("*") if p.is_file() and "__pycache__" not in p.parts]


def replace(fresh: Path, current: Path) -> None:
    """Put the fresh files in place of the current ones."""
    if current.exists():
        shutil.rmtree(current)
    shutil.copytree(fresh, current)


if __name__ == "__main__":
    sys.exit(main())
