"""Runs the demonstration from data to a slate that answers to an event."""

from __future__ import annotations

import json
import shlex
import time
import uuid
from collections.abc import Sequence
from pathlib import Path

import pyarrow.parquet as pq

from server.batch.demo.describe import labels
from server.batch.demo.options import DemoOptions
from server.batch.demo.people import Person, choose_people, everyone, held_out_items
from server.batch.demo.show import show_change, show_slate
from server.batch.demo.steps import DemoClient, DemoSteps, Page, RunningServer
from server.batch.evaluate_command import evaluate_stores
from server.batch.evaluation import report as evaluation_report
from server.batch.evaluation.evaluate import Surfaces
from server.batch.holdout import read_holdout, read_protocol
from server.batch.importing import report as import_report
from server.batch.importing.importer import import_folder
from server.batch.mapping.recognise import find_mapping
from server.batch.simulate_command import DEFAULT_SEED
from server.batch.simulate_command import show as show_simulation
from server.batch.simulation.simulate import simulate
from server.batch.snapshot import SnapshotReport, write_snapshot
from server.batch.stores import Stores
from server.batch.terminal import Terminal
from server.core.clock import WallClock
from server.core.event_type import EventType
from server.core.subject import Subject

PEOPLE = 3
SLATE = 10
_PLAIN = Surfaces().new_items
_RATING = 5.0


async def run_demo(options: DemoOptions, steps: DemoSteps, terminal: Terminal) -> None:
    """Show everything; serve until stopped, unless the options say to end.

    Raises:
        ServerError: a step failed; the message says what to do.
    """
    started = time.monotonic()
    say = terminal.say
    say("[bold]1 of 4  Data[/bold]")
    async with steps.open_stores(options.data_dir) as stores:
        await _load(options, stores, terminal)
        snapshot = await _snapshot(stores, terminal)
        models = stores.paths.models
    say("[bold]2 of 4  Training[/bold]")
    await steps.train(snapshot.folder, models, lambda line: say(f"  {line}"))
    say("[bold]3 of 4  Server and quality on the held-out part[/bold]")
    async with (
        steps.serve(options.data_dir) as server,
        steps.open_stores(options.data_dir, read_only=True) as stores,
    ):
        say(f"  serving on {server.target}")
        if stores.paths.holdout_protocol.exists():
            await _measure(options, stores, server, terminal)
        else:
            say("  the mapping names no [holdout]: quality is not measured")
        say("[bold]4 of 4  Slates[/bold]")
        people = await _show_people(stores, server, snapshot.folder, terminal)
        say(f"\neverything in {time.monotonic() - started:.0f} s")
        _say_how_to_call(options, server, people, terminal)
        if not options.exits:
            say("the server stays up until Ctrl-C")
            await server.wait()


async def _load(options: DemoOptions, stores: Stores, terminal: Terminal) -> None:
    if options.data is None:
        simulated = await simulate(
            stores,
            size=options.size,
            seed=DEFAULT_SEED,
            now_ms=WallClock().now_ms(),
            hold_out=True,
            terminal=terminal,
        )
        show_simulation(simulated, terminal)
        return
    mapping = find_mapping(options.data, options.layout)
    hold_out = mapping.holdout is not None
    report = await import_folder(
        options.data, mapping, stores, hold_out=hold_out, terminal=terminal
    )
    import_report.show(report, terminal)


async def _snapshot(stores: Stores, terminal: Terminal) -> SnapshotReport:
    total = await stores.log.last_offset()
    with terminal.progress("snapshot for training", total) as advance:
        return await write_snapshot(stores, advance=advance)


async def _measure(
    options: DemoOptions, stores: Stores, server: RunningServer, terminal: Terminal
) -> None:
    evaluation = await evaluate_stores(
        stores, server.measured, Surfaces(), terminal, max_users=options.measured_users
    )
    evaluation_report.show(evaluation, terminal)
    path = evaluation_report.write_json(evaluation, options.output / "evaluation")
    terminal.say(f"  written to {path}")


async def _show_people(
    stores: Stores, server: RunningServer, snapshot: Path, terminal: Terminal
) -> list[Person]:
    event_type = EventType.CLICK
    if stores.paths.holdout_protocol.exists():
        protocol = read_protocol(stores.paths)
        event_type = EventType[protocol.label.upper()]
        wanted = held_out_items(read_holdout(stores.paths), protocol)
    else:
        wanted = everyone(pq.read_table(snapshot / "events.parquet"))
    people = await choose_people(stores, wanted, PEOPLE)
    terminal.say("  diversity and exploration may put an item before one with a higher score")
    for person in people:
        page = await server.client.recommend(person.subject, page_size=SLATE)
        show_slate(terminal, person, page, await _labels(stores, page, person.history))
    if people:
        await _show_event(stores, server.client, people[0], event_type, terminal)
    return people


async def _show_event(
    stores: Stores,
    client: DemoClient,
    person: Person,
    event_type: EventType,
    terminal: Terminal,
) -> None:
    """Let somebody new choose what a user is recommended, and show what that changes."""
    visitor = Subject(f"visitor-{uuid.uuid4().hex[:8]}", is_visitor=True)
    before = await client.recommend(visitor, serving_config=_PLAIN, page_size=SLATE)
    theirs = await client.recommend(person.subject, serving_config=_PLAIN, page_size=SLATE * 2)
    shown = {item.item_id for item in before.items}
    chosen = [item.item_id for item in theirs.items if item.item_id not in shown][:1]
    if not chosen:
        return
    rating = _RATING if event_type is EventType.RATE else None
    started = time.monotonic()
    await client.write_event(visitor, event_type, chosen, rating=rating)
    after = await client.recommend(visitor, serving_config=_PLAIN, page_size=SLATE)
    passed_ms = (time.monotonic() - started) * 1000
    label_of = {**await _labels(stores, before, tuple(chosen)), **await _labels(stores, after, ())}
    what = f"{event_type.name.lower()} with {_RATING:g}" if rating else event_type.name.lower()
    terminal.console.print(
        f"\nSomebody new, {visitor.id}, sends one event: {what} of “{label_of[chosen[0]]}”; "
        f"written, and the next slate answered, in {passed_ms:.0f} ms",
        highlight=False,
        markup=False,
    )
    show_change(terminal, before, after, label_of)


async def _labels(stores: Stores, page: Page, further: tuple[str, ...]) -> dict[str, str]:
    mentioned = [each for item in page.items for reason in item.reasons for each in reason.item_ids]
    ids = [item.item_id for item in page.items]
    return await labels(stores.catalog, [*ids, *mentioned, *further])


def _say_how_to_call(
    options: DemoOptions, server: RunningServer, people: Sequence[Person], terminal: Terminal
) -> None:
    # A server that ends with the demonstration had any free port; the next one has the usual one.
    target = "127.0.0.1:50051" if options.exits else server.target
    subject = people[0].subject if people else Subject("...")
    name = "visitor_id" if subject.is_visitor else "user_id"
    request = shlex.quote(json.dumps({name: subject.id, "include_reasons": True}))
    lines = [
        f"grpcurl -plaintext -d {request} {target} shortlist.v1.RecommendationService/Recommend"
    ]
    if options.exits:
        lines.insert(0, f"shortlist serve --anonymous --data-dir {options.data_dir}")
    terminal.say("call it yourself, for example with grpcurl:")
    for line in lines:
        terminal.console.print(f"  {line}", highlight=False, markup=False, soft_wrap=True)
