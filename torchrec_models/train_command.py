"""`shortlist train`: a training snapshot in, a published model version out."""

from __future__ import annotations

import argparse
import logging
import os
import sys
import time
import warnings
from pathlib import Path


def main(argv: list[str]) -> int:
    """Train and publish a version; returns 0, or 2 with one line on stderr on bad input."""
    arguments = _parser().parse_args(argv)
    # Imported late: `--help` and bad arguments need no torch. fbgemm warns about itself on import.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from torchrec_models.errors import TrainingError
    try:
        return _train(arguments)
    except TrainingError as error:
        print(f"train: {error}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="shortlist train", description="Train a model version from a training snapshot."
    )
    parser.add_argument("--snapshot", type=Path, required=True, help="folder of the snapshot")
    parser.add_argument("--models", type=Path, required=True, help="folder of model versions")
    parser.add_argument(
        "--recipe", default="auto", help="auto (by data size), tiny, quick, small, medium, large"
    )
    parser.add_argument("--seed", type=int, default=0, help="seed of every random choice")
    return parser


def _train(arguments: argparse.Namespace) -> int:
    # torchrec asks torch.fx something in words that it warns about, on every run.
    logging.getLogger("torch.fx._symbolic_trace").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from torchrec_models.data.snapshot import read_snapshot
        from torchrec_models.export.write_version import write_version
        from torchrec_models.recipe import choose_recipe, load_recipe
        from torchrec_models.training import train_model
    started = time.monotonic()
    name = arguments.recipe
    recipe = load_recipe(name) if name != "auto" else None
    snapshot = read_snapshot(arguments.snapshot)
    if recipe is None:
        positives = int(snapshot.events.is_positive.sum())
        recipe = load_recipe(
            choose_recipe(positive_events=positives, items=len(snapshot.items.ids))
        )
    print(
        f"training {recipe.name} on {len(snapshot.events)} events, "
        f"{len(snapshot.users.ids)} users, {len(snapshot.items.ids)} items",
        flush=True,
    )
    model = train_model(snapshot, recipe, seed=arguments.seed)
    folder = write_version(model, arguments.models)
    print(metrics_table(model.metrics))
    print(f"version {folder.name} in {time.monotonic() - started:.0f} s")
    return 0


def metrics_table(metrics: dict[str, float]) -> str:
    """Return the metrics as aligned lines, in the order they were measured."""
    width = max((len(name) for name in metrics), default=0)
    return os.linesep.join(f"  {name:<{width}}  {value:8.4f}" for name, value in metrics.items())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
