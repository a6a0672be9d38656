"""`shortlist evaluate`: quality on the held-out events, against popularity and item-kNN."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from server.batch.evaluation.evaluate import (
    Evaluation,
    EvaluationData,
    Recommend,
    Surfaces,
    evaluate,
)
from server.batch.evaluation.impressions import Impressions, read_impressions
from server.batch.evaluation.metrics import auc, gauc
from server.batch.evaluation.report import show, write_json
from server.batch.holdout import read_holdout, read_protocol
from server.batch.snapshot import read_events
from server.batch.stores import Stores
from server.batch.terminal import Terminal

DEFAULT_OUTPUT = Path("build/evaluation")

ScoreImpressions = Callable[[Impressions], Awaitable[NDArray[np.float64]]]
"""Impressions -> (I,) scores of the protocol's label, higher is more likely."""


@dataclass(frozen=True, slots=True)
class EvaluationClients:
    """What is measured beside the baselines, by the name it is shown under."""

    recommenders: Mapping[str, Recommend] = field(default_factory=dict)
    scorers: Mapping[str, ScoreImpressions] = field(default_factory=dict)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's own arguments."""
    surfaces = Surfaces()
    parser.add_argument(
        "--output", type=Path, default=DEFAULT_OUTPUT, help="folder of the JSON result"
    )
    parser.add_argument(
        "--surface",
        default=surfaces.new_items,
        help="surface that leaves out known items, without exploration (%(default)s)",
    )
    parser.add_argument(
        "--repeats-surface",
        default=surfaces.repeats,
        help="surface that may repeat known items, without exploration (%(default)s)",
    )
    parser.add_argument(
        "--max-users", type=int, default=None, help="measure on a random part of the users"
    )


async def run(
    args: argparse.Namespace,
    stores: Stores,
    clients: EvaluationClients,
    terminal: Terminal | None = None,
) -> Evaluation:
    """Measure, print a table and write the JSON; reads the stores, writes nothing to them.

    Raises:
        ArtifactError: nothing was held out.
    """
    terminal = terminal or Terminal()
    surfaces = Surfaces(args.surface, args.repeats_surface)
    evaluation = await evaluate_stores(
        stores, clients, surfaces, terminal, max_users=args.max_users
    )
    show(evaluation, terminal)
    path = write_json(evaluation, args.output)
    terminal.say(f"written to {path}")
    return evaluation


async def evaluate_stores(
    stores: Stores,
    clients: EvaluationClients,
    surfaces: Surfaces,
    terminal: Terminal,
    *,
    max_users: int | None = None,
) -> Evaluation:
    """Measure on the held-out events of a data directory; `max_users` as in `evaluate`.

    Raises:
        ArtifactError: nothing was held out.
    """
    protocol, held_out = read_protocol(stores.paths), read_holdout(stores.paths)
    events = await asyncio.to_thread(read_events, stores.log.scan(), stores.profiles)
    data = EvaluationData(
        protocol=protocol,
        events=events,
        item_ids=list(stores.catalog.columns().row_of),
        held_out=held_out,
    )
    say = terminal.say
    result = await evaluate(
        data,
        clients.recommenders,
        surfaces,
        max_users=max_users,
        on_progress=lambda text: say(f"  {text}"),
    )
    scoring: dict[str, dict[str, float]] = {}
    if protocol.has_impressions and clients.scorers:
        impressions = await asyncio.to_thread(read_impressions, held_out, protocol.label)
        for name, scorer in clients.scorers.items():
            scores = await scorer(impressions)
            scoring[name] = {
                f"{protocol.label} AUC": auc(scores, impressions.label_I),
                f"{protocol.label} GAUC": gauc(
                    scores, impressions.label_I, impressions.user_codes()
                ),
            }
    return replace(result, scoring=scoring)
