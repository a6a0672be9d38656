"""The held-out events of a data directory: written by imports, read by evaluation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from server.batch.event_table import concatenated, event_table
from server.batch.stores import DataPaths
from server.core.errors import ArtifactError
from server.events.user_event import NewEvent

FORMAT = 1
DEFAULT_K = 20


@dataclass(frozen=True, slots=True)
class HoldoutTask:
    """One measurement; with `repeats` nothing that the user knows is masked."""

    name: str
    repeats: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Protocol:
    """How events were held out and what is measured on them.

    Attributes:
        label: type of the events to be predicted, those with a positive signal.
        known_only: only users and items of the log count.
        fits_held_out_users: baselines fit on the users who have held-out events alone.
        has_impressions: held-out impressions can be scored.
        k: length of the slates that are measured.
    """

    dataset: str
    description: str
    label: str
    tasks: tuple[HoldoutTask, ...]
    known_only: bool
    fits_held_out_users: bool
    has_impressions: bool
    k: int = DEFAULT_K


def write_holdout(paths: DataPaths, events: Sequence[NewEvent], protocol: Protocol) -> None:
    """Write the held-out events and their protocol; what an earlier import held out is replaced."""
    tables = [event_table([(0, new.event) for new in events], lambda subject: subject.key)]
    pq.write_table(concatenated(tables if events else []), paths.holdout, store_schema=False)
    document = {
        "format": FORMAT,
        "dataset": protocol.dataset,
        "description": protocol.description,
        "label": protocol.label,
        "tasks": [{"name": task.name, "repeats": task.repeats} for task in protocol.tasks],
        "known_only": protocol.known_only,
        "fits_held_out_users": protocol.fits_held_out_users,
        "has_impressions": protocol.has_impressions,
        "k": protocol.k,
        "metrics": {
            f"recall@{protocol.k}": "hits / number of the user's test items, mean over users",
            f"ndcg@{protocol.k}": "DCG over IDCG of min(k, number of test items), mean over users",
        },
    }
    paths.holdout_protocol.write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2) + b"\n")


def read_protocol(paths: DataPaths) -> Protocol:
    """Read the protocol.

    Raises:
        ArtifactError: nothing was held out, or the file is not readable.
    """
    path = paths.holdout_protocol
    try:
        document = orjson.loads(path.read_bytes())
        return Protocol(
            dataset=document["dataset"],
            description=document["description"],
            label=document["label"],
            tasks=tuple(HoldoutTask(task["name"], task["repeats"]) for task in document["tasks"]),
            known_only=document["known_only"],
            fits_held_out_users=document["fits_held_out_users"],
            has_impressions=document["has_impressions"],
            k=document["k"],
        )
    except FileNotFoundError as error:
        raise ArtifactError(
            f"{path}: nothing was held out; import with --hold-out into an empty data directory"
        ) from error
    except (OSError, orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise ArtifactError(f"{path}: can't be read ({error}); import with --hold-out") from error


def read_holdout(paths: DataPaths) -> pa.Table:
    """Read the held-out events, with the columns of a snapshot's events.

    Raises:
        ArtifactError: they are missing or not readable.
    """
    path = paths.holdout
    try:
        return pq.read_table(path)
    except (OSError, pa.ArrowException) as error:
        raise ArtifactError(f"{path}: can't be read ({error}); import with --hold-out") from error
