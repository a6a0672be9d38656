"""Writes the OpenAPI document: `python -m sdk.generator.openapi [--check]`."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from sdk.generator.changelog import ChangelogError
from sdk.generator.openapi.document import openapi_document
from sdk.generator.openapi.source import read_source
from sdk.generator.proto_options import UnservableError
from sdk.generator.protos import ProtoError


def main(argv: list[str] | None = None) -> int:
    """Write the document, or compare it; return 1 with a line on what is wrong."""
    parser = argparse.ArgumentParser(prog="python -m sdk.generator.openapi", description=__doc__)
    parser.add_argument("--proto", type=Path, default=Path("proto"), help="root of the protos")
    parser.add_argument("--out", type=Path, default=Path("docs/openapi.json"), help="the document")
    parser.add_argument("--check", action="store_true", help="change nothing; fail if out of date")
    options = parser.parse_args(argv)
    try:
        document = openapi_document(read_source(options.proto))
    except (ChangelogError, ProtoError, UnservableError) as fault:
        print(f"openapi: {fault}", file=sys.stderr)
        return 1
    text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    if not options.check:
        options.out.write_text(text, "utf-8")
        return 0
    if not options.out.exists() or options.out.read_text("utf-8") != text:
        print(f"out of date: {options.out}: run make generate", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
