"""The whole request on a million items, over gRPC from another process, against its kernels.

    python -m tests.bench.bench_request [--items 1000000] [--seconds 20]

Two indexes of 256 dimensions, 2,000 candidates, the full ranker on the pre-ranked 500, 50 results,
at 1 and 16 clients. The kernels are the same searches and the same ranker in a tight loop in the
same run, with the same thread counts. The data directory and the built indexes are kept in the
cache by the hash of what makes them. Writes build/bench/request.json.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

import uvloop

from tests.bench.million.data_directory import prepared
from tests.bench.million.version_folder import CROSSES, DIMENSION, FEATURES, HIDDEN
from tests.bench.server_process import ServerProcess

OUTPUT = Path("build/bench/request.json")
# All sixteen clients are to be answered: how load is shed is another benchmark's subject.
CONFIG = """
[surfaces.bench]
like = "home"
sources = {two_tower = 1000, content = 1000}
source_timeout_s = 2.0
[ranker]
timeout_s = 2.0
[gateway.admission.serving]
target_s = 2.0
initial = 64
minimum = 64
maximum = 64
queue_length = 16
queue_wait_s = 2.0
[observability.logs]
level = "WARNING"
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--rebuild", action="store_true", help="build the indexes again")
    options = parser.parse_args()
    folder = uvloop.run(prepared(options.items))
    config = folder / "bench.toml"
    config.write_text(CONFIG)
    if options.rebuild:
        shutil.rmtree(folder / "index-cache", ignore_errors=True)
    is_cached = (folder / "index-cache").exists()
    with ServerProcess(folder, config) as server:
        what = "from the cache" if is_cached else "with both indexes built"
        print(f"server started in {server.start_seconds:.1f} s, indexes {what}")
        if not is_cached:
            (folder / "build.json").write_text(
                json.dumps({"build_s": server.start_seconds, "peak_bytes": server.peak_bytes})
            )
        run_client(server, folder, callers=1, seconds=5)
        one = measured(server, folder, callers=1, seconds=options.seconds)
        sixteen = measured(server, folder, callers=16, seconds=options.seconds)
        resident = server.resident_bytes()
    kernels = run_kernels(folder)
    built = json.loads((folder / "build.json").read_text())
    report = {
        "p50_ms": one["p50_ms"],
        "p99_ms": one["p99_ms"],
        "rps": one["rps"],
        "server_cpu_ms": one["server_cpu_ms"],
        "kernel_cpu_ms": kernels["kernel_cpu_ms"],
        "cpu_ratio": one["server_cpu_ms"] / kernels["kernel_cpu_ms"],
        "cpu_above_kernels_ms": one["server_cpu_ms"] - kernels["kernel_cpu_ms"],
        "rss_bytes": resident,
        "peak_rebuild_bytes": built["peak_bytes"],
        "index_build_s": built["build_s"],
        "recall_at_1000": kernels["recall_at_1000"],
        "outcomes": one["outcomes"],
        "items_per_reply": one["items_per_reply"],
        "clients_16": sixteen,
        "kernels": kernels,
        "shapes": {
            "items": options.items,
            "dimension": DIMENSION,
            "indexes": 2,
            "candidates": 2000,
            "shortlist": 500,
            "features": FEATURES,
            "hidden": HIDDEN,
            "crosses": CROSSES,
            "results": 50,
        },
        "hardware": hardware(),
    }
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    OUTPUT.write_text(json.dumps(report, indent=2) + "\n")
    show(report)
    return 0


def measured(server: ServerProcess, folder: Path, *, callers: int, seconds: float) -> dict:
    """Run the client and add the server's CPU time of one request."""
    before = server.cpu_s()
    found = run_client(server, folder, callers=callers, seconds=seconds)
    found["server_cpu_ms"] = 1000 * (server.cpu_s() - before) / max(found["outcomes"]["OK"], 1)
    return found


def run_client(server: ServerProcess, folder: Path, *, callers: int, seconds: float) -> dict:
    command = [sys.executable, "-m", "tests.bench.load_client", "--target", server.target]
    command += ["--users", str(folder / "users.txt"), "--serving-config", "bench"]
    command += ["--callers", str(callers), "--seconds", str(seconds), "--page-size", "50"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def run_kernels(folder: Path) -> dict:
    command = [sys.executable, "-m", "tests.bench.million.kernels", str(folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def hardware() -> dict[str, object]:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.split(":")[1].strip() for line in lines if "model name" in line), "unknown")
    return {"cpu": model, "cores": os.cpu_count(), "system": platform.platform()}


def show(report: dict) -> None:
    kernels, sixteen = report["kernels"], report["clients_16"]
    gib = 1024**3
    rows = [
        (
            "1 client",
            f"p50 {report['p50_ms']:.1f} ms, p99 {report['p99_ms']:.1f} ms, "
            f"{report['rps']:.1f} requests/s",
        ),
        (
            "16 clients",
            f"p50 {sixteen['p50_ms']:.1f} ms, p99 {sixteen['p99_ms']:.1f} ms, "
            f"{sixteen['rps']:.1f} requests/s, {sixteen['outcomes']}",
        ),
        (
            "server CPU",
            f"{report['server_cpu_ms']:.1f} ms a request at 1 client, "
            f"{sixteen['server_cpu_ms']:.1f} ms at 16",
        ),
        (
            "kernels",
            f"{kernels['kernel_cpu_ms']:.1f} ms CPU (two searches "
            f"{kernels['kernel_search_ms']:.1f}, ranker {kernels['kernel_ranker_ms']:.1f})",
        ),
        (
            "ratio",
            f"{report['cpu_ratio']:.2f} x kernels, "
            f"{report['cpu_above_kernels_ms']:.1f} ms above them",
        ),
        ("recall@1000", f"{report['recall_at_1000']:.4f} ({kernels['index_kind']})"),
        (
            "memory",
            f"{report['rss_bytes'] / gib:.2f} GiB steady, "
            f"{report['peak_rebuild_bytes'] / gib:.2f} GiB peak with a build",
        ),
        ("build", f"{report['index_build_s']:.0f} s for the start with both index builds"),
        ("hardware", f"{report['hardware']['cpu']}, {report['hardware']['cores']} cores"),
    ]
    for name, text in rows:
        print(f"{name:12} {text}")
    print(f"written to {OUTPUT}")


if __name__ == "__main__":
    raise SystemExit(main())
