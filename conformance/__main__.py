"""`python -m conformance`."""

import sys

from conformance.command import main


def run() -> None:
    """Run with the arguments of the process and exit with the status."""
    sys.exit(main(sys.argv[1:]))


if __name__ == "__main__":
    run()
