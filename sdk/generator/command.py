"""`shortlist generate`: client packages from protos."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from sdk.generator.changelog import ChangelogError
from sdk.generator.generation import Generation, Package, generate
from sdk.generator.language import Languages, UnsupportedApiError
from sdk.generator.package_files import differing, write
from sdk.generator.plugins import PluginError
from sdk.generator.proto_options import UnservableError
from sdk.generator.protos import ProtoError
from sdk.generator.rendering import RenderingError

_FAULTS = (
    ChangelogError,
    PluginError,
    ProtoError,
    RenderingError,
    UnservableError,
    UnsupportedApiError,
)


def main(argv: list[str] | None = None) -> int:
    """Generate the packages, or compare them; return 1 with a line on what is wrong."""
    options = _parse(argv)
    try:
        known = Languages.discover(options.languages)
        unknown = sorted(set(options.languages) - set(known.by_name))
        if unknown:
            there = ", ".join(Languages.discover().by_name)
            print(
                f"generate: no language {', '.join(unknown)}; there are: {there}", file=sys.stderr
            )
            return 2
        request = Generation(
            proto_root=options.proto,
            languages=tuple(options.languages or known.by_name),
            name=options.name,
            may_lack_plugins=options.check,
        )
        packages = generate(request, known)
    except _FAULTS as fault:
        print(f"generate: {fault}", file=sys.stderr)
        return 1
    results = [_finish(package, options) for package in packages]
    return 0 if all(results) else 1


def _finish(package: Package, options: argparse.Namespace) -> bool:
    folder = _folder(package.language, options.out)
    if not options.check:
        changed = write(folder, package.files, package.plugin_keys)
        print(f"{folder}: {len(package.files)} files, {changed} changed")
        return True
    wrong = differing(folder, package.files, package.plugin_keys, package.missing_plugins)
    for name in wrong:
        print(f"out of date: {folder / name}: run make generate", file=sys.stderr)
    return not wrong


def _folder(language: str, out: Path | None) -> Path:
    if out is not None:
        return out / language
    # The Python package is worked on like the server beside it; the others are only products.
    return Path("sdk/python") if language == "python" else Path("sdk/generated") / language


def _parse(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="shortlist generate", description=__doc__)
    parser.add_argument("--proto", type=Path, default=Path("proto"), help="root of the protos")
    parser.add_argument(
        "--out", type=Path, help="folder of the packages, one a language (default: those in sdk/)"
    )
    parser.add_argument(
        "--languages",
        "--only",
        default=[],
        type=lambda text: [name.strip() for name in text.split(",") if name.strip()],
        help="comma-separated (default: all)",
    )
    parser.add_argument("--name", default="", help="of the product (default: as the packages say)")
    parser.add_argument(
        "--check", action="store_true", help="change nothing; fail where a package is out of date"
    )
    return parser.parse_args(argv)
