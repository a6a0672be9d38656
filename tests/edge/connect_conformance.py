"""Runs Connect's public conformance client against grpc.aio behind the edge, protocol by protocol.

    python -m tests.edge.connect_conformance [--protocol connect]

It needs Go and is no part of CI. What failed is written to `build/connect/<protocol>.txt`.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import yaml
from grpc_tools import protoc

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "build" / "connect"
MODULE, VERSION = "connectrpc.com/conformance", "v1.0.7"
_COMMON = {
    "codecs": ["CODEC_PROTO", "CODEC_JSON"],
    "compressions": ["COMPRESSION_IDENTITY", "COMPRESSION_GZIP"],
    "supportsH2c": True,
    "supportsTls": False,
    "supportsConnectGet": False,
    "supportsMessageReceiveLimit": False,
}
_BOTH = ["HTTP_VERSION_1", "HTTP_VERSION_2"]
# grpc.aio waits for the request of a call that has none, longer than the client does.
SKIPPED = {
    "grpc": ("gRPC Unexpected Requests/**/no-request",),
    "grpc-web": ("gRPC-Web Unexpected Requests/**/no-request",),
    "connect": ("Connect Unexpected Requests/**/no-request",),
}
# The gRPC server speaks protobuf: only Connect's unary calls have a JSON form through the edge.
PROTOCOLS = {
    "grpc": {
        "protocols": ["PROTOCOL_GRPC"],
        "versions": ["HTTP_VERSION_2"],
        "codecs": ["CODEC_PROTO"],
    },
    "grpc-web": {
        "protocols": ["PROTOCOL_GRPC_WEB"],
        "versions": _BOTH,
        "codecs": ["CODEC_PROTO"],
    },
    "connect": {"protocols": ["PROTOCOL_CONNECT"], "versions": _BOTH},
}
_JSON_STREAMS = [
    {"protocol": "PROTOCOL_CONNECT", "codec": "CODEC_JSON", "streamType": f"STREAM_TYPE_{kind}"}
    for kind in (
        "CLIENT_STREAM",
        "SERVER_STREAM",
        "HALF_DUPLEX_BIDI_STREAM",
        "FULL_DUPLEX_BIDI_STREAM",
    )
]


def main() -> int:
    """Run it and print the figures; 1 if the client itself could not be had or run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--protocol", choices=PROTOCOLS, action="append")
    chosen = parser.parse_args().protocol or list(PROTOCOLS)
    FOLDER.mkdir(parents=True, exist_ok=True)
    descriptors = _descriptors(_source())
    for protocol in chosen:
        passed, failed = _run(protocol, descriptors)
        print(f"{protocol}: {passed} passed, {failed} failed")
    return 0


def _source() -> Path:
    """Build the client and return the folder of its module."""
    command = ["go", "install", f"{MODULE}/cmd/connectconformance@{VERSION}"]
    subprocess.run(command, check=True, env={**os.environ, "GOBIN": str(FOLDER)})
    found = subprocess.run(
        ["go", "mod", "download", "-json", f"{MODULE}@{VERSION}"], check=True, capture_output=True
    )
    return Path(json.loads(found.stdout)["Dir"])


def _descriptors(source: Path) -> Path:
    out = FOLDER / "conformance.binpb"
    include = source / "proto"
    files = sorted(str(each) for each in include.rglob("*.proto"))
    well_known = Path(protoc.__file__).parent / "_proto"
    arguments = [f"-I{include}", f"-I{well_known}", f"--descriptor_set_out={out}"]
    if protoc.main(["protoc", *arguments, "--include_imports", *files]):
        raise SystemExit("the service's protos could not be read")
    return out


def _run(protocol: str, descriptors: Path) -> tuple[int, int]:
    config = FOLDER / f"{protocol}.yaml"
    wanted: dict[str, object] = {"features": {**_COMMON, **PROTOCOLS[protocol]}}
    if protocol == "connect":
        wanted["excludeCases"] = _JSON_STREAMS
    config.write_text(yaml.safe_dump(wanted))
    program = [sys.executable, "-m", "tests.edge.connect_server", str(descriptors)]
    command = [str(FOLDER / "connectconformance"), "--mode", "server", "--conf", str(config)]
    command += ["--max-servers", "1", *(f"--skip={pattern}" for pattern in SKIPPED[protocol])]
    done = subprocess.run([*command, "--", *program], cwd=ROOT, capture_output=True, text=True)
    text = done.stdout + done.stderr
    (FOLDER / f"{protocol}.txt").write_text(text)
    found = re.search(r"(\d+) passed, (\d+) failed", text)
    if found is None:
        raise SystemExit(f"the client did not run:\n{text[-2000:]}")
    return int(found[1]), int(found[2])


if __name__ == "__main__":
    sys.exit(main())
