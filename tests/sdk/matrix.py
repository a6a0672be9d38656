"""What each language's tests report: `build/sdks/<language>.json`, merged into `matrix.json`."""

from __future__ import annotations

import json
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / "build" / "sdks"
FEATURES = (
    "recommend",
    "paging",
    "batch_events",
    "typed_errors",
    "deadline",
    "cancellation",
    "retries",
    "retry_info",
    "retry_budget",
    "idempotency_key",
    "auth_refresh",
    "client_header",
    "interceptors",
    "telemetry",
    "mock_transport",
    "event_queue",
    "offline_queue",
    "cache",
    "stale_if_error",
    "impressions",
    "unknown_fields",
    "int64_json",
)
# What a language need not have: its programs run on servers, or it has another way.
NOT_NEEDED = {
    "java": {"offline_queue", "cache", "stale_if_error"},
    "go": {"offline_queue", "cache", "stale_if_error"},
    # Speaks protobuf alone.
    "kotlin": {"int64_json"},
}


def write_report(
    language: str,
    features: dict[str, tuple[str, bool]],
    sizes: dict[str, int] | None = None,
) -> Path:
    """Write a language's report and return its path.

    Args:
        features: name of the test and whether it passed, by feature.
        sizes: bytes of what is shipped, gzipped, by bundle.
    """
    unknown = sorted(set(features) - set(FEATURES))
    if unknown:
        raise ValueError(f"no such features: {', '.join(unknown)}")
    report = {
        "language": language,
        "features": {
            name: {"test": features[name][0], "passed": features[name][1]}
            for name in FEATURES
            if name in features
        },
        "sizes": dict(sorted((sizes or {}).items())),
    }
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"{language}.json"
    path.write_text(json.dumps(report, indent=2) + "\n")
    return path


def merge(languages: list[str]) -> tuple[dict[str, object], list[str]]:
    """Return the matrix of some languages' reports and a line for each thing that is wrong."""
    matrix: dict[str, object] = {}
    faults: list[str] = []
    for language in languages:
        path = FOLDER / f"{language}.json"
        if not path.is_file():
            faults.append(f"{language}: no report")
            continue
        report = json.loads(path.read_text())
        features = report["features"]
        matrix[language] = {"features": features, "sizes": report.get("sizes", {})}
        needed = [each for each in FEATURES if each not in NOT_NEEDED.get(language, set())]
        faults += [f"{language}: {each} has no test" for each in needed if each not in features]
        faults += [
            f"{language}: {name} failed ({result['test']})"
            for name, result in features.items()
            # A test that no toolchain here can run is no failure, and no success either.
            if not result["passed"] and result.get("state") != "unverified"
        ]
    return matrix, faults
