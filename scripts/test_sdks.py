"""Tests every client package, and writes what each language can do to `build/sdks/matrix.json`.

Each language has `tests/sdk/<language>/run.py`, which sets up its own toolchain. `--docs` runs
nothing and brings the tables of docs/sdks.md up to date with the matrix.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from sdk.generator.language import Languages  # noqa: E402
from tests.sdk.matrix import FEATURES, FOLDER, NOT_NEEDED, merge  # noqa: E402

MATRIX = FOLDER / "matrix.json"
DOCS = ROOT / "docs" / "sdks.md"
BEGIN, END = "<!-- begin: scripts/test_sdks.py --docs -->", "<!-- end -->"
TITLES = {
    "go": "Go",
    "java": "Java",
    "kotlin": "Kotlin",
    "python": "Python",
    "swift": "Swift",
    "tv": "TV",
    "typescript": "TypeScript",
}


def main() -> int:
    """Run the tests, or write the tables; return 1 if a feature failed or has no test."""
    languages = list(Languages.discover().by_name)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", help="comma-separated languages (default: all)")
    parser.add_argument("--docs", action="store_true", help="only write the tables of docs/sdks.md")
    options = parser.parse_args()
    if options.docs:
        write_docs(json.loads(MATRIX.read_text()))
        return 0
    wanted = options.only.split(",") if options.only else languages
    failed = [language for language in wanted if not run(language)]
    _, faults = merge(wanted)
    tested = [each for each in languages if each in wanted or (FOLDER / f"{each}.json").is_file()]
    matrix, _ = merge(tested)
    MATRIX.write_text(json.dumps(matrix, indent=2) + "\n")
    for line in [*(f"{language}: its tests failed" for language in failed), *faults]:
        print(line, file=sys.stderr)
    print(f"{MATRIX.relative_to(ROOT)}: {', '.join(matrix)}")
    return 1 if failed or faults else 0


def run(language: str) -> bool:
    """Run a language's tests, without what an earlier run reported."""
    (FOLDER / f"{language}.json").unlink(missing_ok=True)
    if not (ROOT / "tests" / "sdk" / language / "run.py").is_file():
        print(f"{language}: no tests/sdk/{language}/run.py", file=sys.stderr)
        return False
    started = time.monotonic()
    code = f"import sys; from tests.sdk.{language}.run import main; sys.exit(main())"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False)
    outcome = "ok" if done.returncode == 0 else f"FAILED ({done.returncode})"
    print(f"{language}: {outcome} in {time.monotonic() - started:.0f} s", flush=True)
    return done.returncode == 0


def write_docs(matrix: dict[str, dict[str, dict[str, object]]]) -> None:
    """Replace the tables of docs/sdks.md.

    Raises:
        SystemExit: the document has lost their marks.
    """
    text = DOCS.read_text("utf-8")
    if BEGIN not in text or END not in text:
        raise SystemExit(f"{DOCS.relative_to(ROOT)}: no {BEGIN} ... {END}")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    tables = "\n\n".join([feature_table(matrix), size_table(matrix), test_tables(matrix)])
    DOCS.write_text(f"{before}{BEGIN}\n\n{tables.strip()}\n\n{END}{after}", "utf-8")


def feature_table(matrix: dict[str, dict[str, dict[str, object]]]) -> str:
    """Return features by languages."""
    names = [TITLES.get(language, language) for language in matrix]
    lines = [f"| | {' | '.join(names)} |", f"|---|{'---|' * len(names)}"]
    for feature in FEATURES:
        cells = " | ".join(_cell(language, matrix[language], feature) for language in matrix)
        lines.append(f"| {feature.replace('_', ' ')} | {cells} |")
    return "\n".join(lines)


def _cell(language: str, report: dict[str, dict[str, object]], feature: str) -> str:
    result = report["features"].get(feature)
    if isinstance(result, dict):
        return "yes" if result["passed"] else str(result.get("state", "fails"))
    return "no" if feature in NOT_NEEDED.get(language, set()) else "missing"


def size_table(matrix: dict[str, dict[str, dict[str, object]]]) -> str:
    """Return what is shipped, in bytes; nothing if no language says."""
    rows = [
        f"| {TITLES.get(language, language)} | {bundle} | {size:,} |"
        for language, report in matrix.items()
        for bundle, size in report["sizes"].items()
    ]
    return "\n".join(["| | bundle | bytes |", "|---|---|--:|", *rows]) if rows else ""


def test_tables(matrix: dict[str, dict[str, dict[str, object]]]) -> str:
    """Return, for each language, the test behind each feature."""
    parts = []
    for language, report in matrix.items():
        lines = [f"### {TITLES.get(language, language)}", "", "| feature | test |", "|---|---|"]
        for feature, result in report["features"].items():
            if isinstance(result, dict):
                lines.append(f"| {feature.replace('_', ' ')} | `{result['test']}` |")
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


if __name__ == "__main__":
    sys.exit(main())
