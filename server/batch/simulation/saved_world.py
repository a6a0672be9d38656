"""Keeps which world a data directory came from, so that its truth can be asked later."""

from __future__ import annotations

import orjson

from server.batch.simulation.world import SIZES, World
from server.batch.stores import DataPaths
from server.core.errors import ArtifactError

FORMAT = 1


def save_world(paths: DataPaths, world: World) -> None:
    """Write size, seed and end of a world."""
    document = {
        "format": FORMAT,
        "size": world.size.name,
        "seed": world.seed,
        "end_ms": world.end_ms,
    }
    paths.world.write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2) + b"\n")


def load_world(paths: DataPaths) -> World | None:
    """Draw the data directory's world again; None if its data is not simulated.

    Raises:
        ArtifactError: the file is damaged.
    """
    try:
        document = orjson.loads(paths.world.read_bytes())
        size = SIZES[document["size"]]
        return World.create(size, seed=int(document["seed"]), end_ms=int(document["end_ms"]))
    except FileNotFoundError:
        return None
    except (OSError, orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        raise ArtifactError(
            f"{paths.world}: can't be read ({error!r}); simulate again into an empty data directory"
        ) from error
