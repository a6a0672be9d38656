"""`shortlist evaluate-ranker`: AUC of a version's heads on held-out impressions."""

from __future__ import annotations

import argparse
import sys
import warnings
from pathlib import Path


def main(argv: list[str]) -> int:
    """Print a line a head; returns 0, or 2 with one line on stderr on bad input."""
    arguments = _parser().parse_args(argv)
    # Imported late: `--help` needs no torch. fbgemm warns about itself on import.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from torchrec_models.data.snapshot import read_snapshot
        from torchrec_models.errors import TrainingError
        from torchrec_models.evaluation.held_out_impressions import measure_impressions
    try:
        version = arguments.models / (arguments.models / "CURRENT").read_text("utf-8").strip()
        measured = measure_impressions(
            version, read_snapshot(arguments.snapshot), arguments.held_out
        )
    except (TrainingError, OSError) as error:
        print(f"evaluate-ranker: {error}", file=sys.stderr)
        return 2
    print(
        f"{version.name} on {measured.impressions:,} held-out impressions "
        f"({measured.left_out:,} of unknown users or items left out)"
    )
    # A head may stand for what no impression shows, such as engagement found without one.
    for head in (each for each in measured.heads if each.positives):
        print(
            f"  {head.head:12} AUC {head.auc:.4f}  GAUC {head.gauc:.4f}  "
            f"log loss {head.log_loss:.4f}  calibration {head.calibration:.3f}  "
            f"({head.positives:,} positive)"
        )
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="shortlist evaluate-ranker", description=__doc__)
    parser.add_argument("--snapshot", type=Path, required=True, help="that the version was made of")
    parser.add_argument("--models", type=Path, required=True, help="folder of model versions")
    parser.add_argument(
        "--held-out", type=Path, required=True, help="later events: holdout.parquet of an import"
    )
    return parser
