"""Writes the descriptor sets that the package ships.

`contract.binpb` is the API; `own.binpb` is what the runner itself reads: cases, errors, health,
reflection. `--check` changes nothing and fails on a difference.
"""

from __future__ import annotations

import argparse
import importlib.resources
import sys
import tempfile
from pathlib import Path

from google.protobuf import descriptor_pb2
from grpc_health.v1 import health_pb2
from grpc_reflection.v1alpha import reflection_pb2
from grpc_tools import protoc

from conformance.own_messages import CONTRACT, OWN

ROOT = Path(__file__).resolve().parent.parent.parent
PROTO = ROOT / "proto"
API = ("shortlist/v1", "shortlist/admin/v1")


def main() -> int:
    """Write or check both sets."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only compare")
    options = parser.parse_args()
    fresh = {CONTRACT: contract(), OWN: own()}
    stale = [p for p, data in fresh.items() if not p.exists() or p.read_bytes() != data]
    for path in stale:
        if options.check:
            print(f"out of date: {path}", file=sys.stderr)
        else:
            path.write_bytes(fresh[path])
    return 1 if options.check and stale else 0


def contract() -> bytes:
    """Return the descriptors of the API and of operations."""
    names = [name for folder in API for name in _protos(folder)]
    return _compiled([*names, "google/longrunning/operations.proto"])


def own() -> bytes:
    """Return the descriptors of the runner's own messages."""
    names = [*_protos("shortlist/conformance/v1"), "google/rpc/error_details.proto"]
    files = descriptor_pb2.FileDescriptorSet.FromString(
        _compiled([*names, "google/rpc/status.proto"])
    )
    for module in (health_pb2, reflection_pb2):
        module.DESCRIPTOR.CopyToProto(files.file.add())
    files.file.append(_as_v1(files.file[-1]))
    return files.SerializeToString(deterministic=True)


def _as_v1(alpha: descriptor_pb2.FileDescriptorProto) -> descriptor_pb2.FileDescriptorProto:
    """Return the reflection protocol under its final name; nothing else of it differs."""
    file = descriptor_pb2.FileDescriptorProto()
    file.CopyFrom(alpha)
    file.name, file.package = "grpc/reflection/v1/reflection.proto", "grpc.reflection.v1"
    for message in file.message_type:
        for field in message.field:
            if field.type_name:
                field.type_name = field.type_name.replace(".v1alpha.", ".v1.")
    for service in file.service:
        for method in service.method:
            method.input_type = method.input_type.replace(".v1alpha.", ".v1.")
            method.output_type = method.output_type.replace(".v1alpha.", ".v1.")
    return file


def _protos(folder: str) -> list[str]:
    return sorted(p.relative_to(PROTO).as_posix() for p in (PROTO / folder).glob("*.proto"))


def _compiled(names: list[str]) -> bytes:
    roots = [PROTO, PROTO / "third_party", importlib.resources.files("grpc_tools") / "_proto"]
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "set.binpb"
        arguments = [f"--proto_path={root}" for root in roots]
        arguments += [f"--descriptor_set_out={out}", "--include_imports", *names]
        if protoc.main(["protoc", *arguments]):
            raise SystemExit("protoc failed")
        return out.read_bytes()


if __name__ == "__main__":
    sys.exit(main())
