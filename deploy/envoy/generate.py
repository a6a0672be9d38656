"""Writes Envoy's configuration, for an Envoy that something else runs.

python -m deploy.envoy.generate --config edge.toml --output envoy.json
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from deploy.envoy.bootstrap import bootstrap, to_json
from deploy.envoy.contract import load_contract
from deploy.envoy.options import add_options, settings_of


def main(argv: list[str] | None = None) -> int:
    """Write the configuration to a file or to standard output."""
    parser = argparse.ArgumentParser(prog="python -m deploy.envoy.generate", description=__doc__)
    add_options(parser)
    parser.add_argument("--output", type=Path, help="a file; standard output without")
    options = parser.parse_args(argv)
    try:
        settings = settings_of(options)
        text = to_json(bootstrap(load_contract(options.descriptors), settings))
    except (OSError, ValueError) as error:
        print(f"edge: {error}", file=sys.stderr)
        return 1
    if options.output is None:
        sys.stdout.write(text)
    else:
        options.output.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
