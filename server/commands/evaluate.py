"""`shortlist evaluate`: quality of a running server on the held-out events of its data."""

from __future__ import annotations

import os
from collections.abc import Sequence

from server.batch.evaluate_command import EvaluationClients, add_arguments, run
from server.commands.options import command_parser, run_command
from server.core.subject import Subject
from server.gateway.client import Client
from server.orchestrator.surfaces import TWO_TOWER
from server.settings import Settings
from server.wiring.batch_stores import open_batch_stores

# Not an option: command lines are seen by others and kept in histories.
API_KEY_VARIABLE = "SHORTLIST_API_KEY"
SERVED = "served slate"
# Whatever the task, it leaves out what the user knows.
TWO_TOWER_ALONE = "two-tower alone"


def recommender_of(client: Client) -> EvaluationClients:
    """Return what measures the slates that a client gets."""

    async def served(user_id: str, surface: str, page_size: int) -> Sequence[str]:
        page = await client.recommend(
            Subject(user_id), serving_config=surface, page_size=page_size, details=False
        )
        return [item.item_id for item in page.items]

    async def two_tower(user_id: str, surface: str, page_size: int) -> Sequence[str]:
        return await served(user_id, TWO_TOWER.name, page_size)

    return EvaluationClients(recommenders={SERVED: served, TWO_TOWER_ALONE: two_tower})


def main(argv: list[str]) -> int:
    """Measure the server at --target on what was held out of its data directory."""
    parser = command_parser("evaluate", __doc__)
    parser.add_argument(
        "--target",
        default="127.0.0.1:50051",
        help=f"server (%(default)s); one that asks for an API key gets that of ${API_KEY_VARIABLE}",
    )
    add_arguments(parser)
    options = parser.parse_args(argv)

    async def evaluate(settings: Settings) -> int:
        async with (
            open_batch_stores(settings, read_only=True) as stores,
            Client(options.target, api_key=os.environ.get(API_KEY_VARIABLE, "")) as client,
        ):
            await client.wait_until_ready(10)
            await run(options, stores, recommender_of(client))
        return 0

    return run_command(options, evaluate)
