"""Tables of the demonstration: history and slate of a user, a slate before and after an event."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.markup import escape
from rich.table import Table

from server.batch.demo.describe import in_words
from server.batch.demo.people import Person
from server.batch.demo.steps import Page, Recommended
from server.batch.terminal import Terminal

_MAX_REASONS = 2


def show_slate(terminal: Terminal, person: Person, page: Page, label_of: Mapping[str, str]) -> None:
    """Print what a user engaged with and what is recommended; held-out items are marked."""
    known = ", ".join(f"“{label_of.get(item_id, item_id)}”" for item_id in person.history)
    terminal.say(f"\n[bold]User {escape(person.subject.id)}[/bold] lately chose {escape(known)}")
    table = Table(show_edge=False, pad_edge=False)
    table.add_column("#", justify="right")
    table.add_column("recommended", ratio=3)
    table.add_column("score", justify="right")
    table.add_column("because", ratio=3)
    table.add_column("held out")
    for place, item in enumerate(page.items, start=1):
        is_hit = item.item_id in person.held_out
        mark = "[green]chosen later[/green]" if is_hit else ""
        title = escape(label_of.get(item.item_id, item.item_id))
        table.add_row(str(place), title, f"{item.score:.3f}", escape(_why(item, label_of)), mark)
    terminal.console.print(table)


def _why(item: Recommended, label_of: Mapping[str, str]) -> str:
    return "; ".join(in_words(reason, label_of) for reason in item.reasons[:_MAX_REASONS])


def show_change(terminal: Terminal, before: Page, after: Page, label_of: Mapping[str, str]) -> None:
    """Print two slates beside each other, and how each item of the second one moved."""
    old = [item.item_id for item in before.items]
    new = [item.item_id for item in after.items]
    table = Table(show_edge=False, pad_edge=False)
    table.add_column("#", justify="right")
    table.add_column("before", ratio=3)
    table.add_column("after", ratio=3)
    table.add_column("")
    for place in range(max(len(old), len(new))):
        left = label_of.get(old[place], old[place]) if place < len(old) else ""
        right = label_of.get(new[place], new[place]) if place < len(new) else ""
        moved = movement(old, new, place) if place < len(new) else ""
        table.add_row(str(place + 1), escape(left), escape(right), moved)
    terminal.console.print(table)


def movement(old: Sequence[str], new: Sequence[str], place: int) -> str:
    """Return `new`, or by how many places an item has gone up or down; empty if it stayed."""
    if new[place] not in old:
        return "[green]new[/green]"
    moved = old.index(new[place]) - place
    return "" if moved == 0 else f"up {moved}" if moved > 0 else f"down {-moved}"
