"""Prints an evaluation, and writes it as JSON."""

from __future__ import annotations

import math
from pathlib import Path

import orjson
from rich.table import Table

from server.batch.evaluation.evaluate import Evaluation, MethodResult, TaskResult
from server.batch.evaluation.metrics import Estimate
from server.batch.terminal import Terminal


def show(evaluation: Evaluation, terminal: Terminal) -> None:
    """Print one table a task, and the scoring metrics."""
    protocol = evaluation.protocol
    terminal.console.print(
        f"{protocol.dataset}: {protocol.description}", highlight=False, markup=False
    )
    for result in evaluation.tasks:
        terminal.console.print(_table(result, protocol.k))
    for name, values in evaluation.scoring.items():
        text = ", ".join(f"{metric} {value:.4f}" for metric, value in values.items())
        terminal.say(f"{name}: {text} (held-out impressions)")


def _table(result: TaskResult, k: int) -> Table:
    title = f"{result.task.name}: {result.users:,} users, {result.test_pairs:,} held-out items"
    table = Table(title=title, title_justify="left")
    table.add_column("method")
    for name in (f"Recall@{k}", f"NDCG@{k}", "Recall against item-kNN", "seconds"):
        table.add_column(name, justify="right")
    for method in result.methods:
        gain = "" if method.gain is None else f"{method.gain.mean:+.4f} ± {method.gain.error:.4f}"
        seconds = f"{method.seconds:.1f}"
        table.add_row(method.name, str(method.recall), str(method.ndcg), gain, seconds)
    return table


def write_json(evaluation: Evaluation, folder: Path) -> Path:
    """Write `<dataset>.json` and return its path; NaN becomes null."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{evaluation.protocol.dataset}.json"
    path.write_bytes(orjson.dumps(as_document(evaluation), option=orjson.OPT_INDENT_2) + b"\n")
    return path


def as_document(evaluation: Evaluation) -> dict[str, object]:
    """Return the evaluation as JSON values."""
    protocol = evaluation.protocol
    return {
        "dataset": protocol.dataset,
        "description": protocol.description,
        "k": protocol.k,
        "training_pairs": evaluation.training_pairs,
        "tasks": [
            {
                "name": result.task.name,
                "repeats": result.task.repeats,
                "users": result.users,
                "test_pairs": result.test_pairs,
                "methods": {method.name: _method(method) for method in result.methods},
            }
            for result in evaluation.tasks
        ],
        "scoring": {name: dict(values) for name, values in evaluation.scoring.items()},
    }


def _method(method: MethodResult) -> dict[str, object]:
    document: dict[str, object] = {
        "recall": _estimate(method.recall),
        "ndcg": _estimate(method.ndcg),
        "seconds": round(method.seconds, 3),
    }
    if method.gain is not None:
        document["recall_gain_over_item_knn"] = _estimate(method.gain)
    return document


def _estimate(estimate: Estimate) -> dict[str, float | None]:
    values = {"mean": estimate.mean, "standard_error": estimate.error}
    return {name: None if math.isnan(value) else value for name, value in values.items()}
