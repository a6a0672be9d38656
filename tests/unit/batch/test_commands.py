"""The commands' arguments and what they print."""

from __future__ import annotations

import argparse
import io

import pytest
from rich.console import Console

from server.batch import evaluate_command, simulate_command
from server.batch import terminal as terminal_module
from server.batch.evaluate_command import EvaluationClients
from server.batch.simulation.world import SIZES, WorldSize
from server.batch.terminal import Terminal
from server.core.errors import ArtifactError

TINY = WorldSize("small", users=40, items=120, days=10, slates_per_user=6.0)


class FixedClock:
    def now_ms(self):
        return 1_750_000_000_000


def parsed(command, *argv):
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return parser.parse_args([str(each) for each in argv])


@pytest.fixture
def terminal():
    return Terminal(Console(file=io.StringIO(), width=150))


async def test_simulate_then_evaluate(stores, terminal, tmp_path, monkeypatch):
    monkeypatch.setitem(SIZES, "small", TINY)
    args = parsed(simulate_command, "--size", "small", "--hold-out")
    report = await simulate_command.run(args, stores, terminal, FixedClock())
    text = terminal.console.file.getvalue()
    assert f"{report.events:,} events" in text
    assert "of the last two days are held out" in text
    await simulate_command.run(args, stores, terminal, FixedClock())
    assert "of the events were there already" in terminal.console.file.getvalue()
    args = parsed(evaluate_command, "--output", tmp_path, "--max-users", 20)
    result = await evaluate_command.run(args, stores, EvaluationClients(), terminal)
    assert result.scoring == {}
    assert result.tasks[0].users <= 20
    assert (tmp_path / "simulated-small.json").exists()


async def test_evaluate_says_what_to_do_without_a_hold_out(stores, terminal):
    args = parsed(evaluate_command)
    with pytest.raises(ArtifactError, match="import with --hold-out"):
        await evaluate_command.run(args, stores, EvaluationClients(), terminal)


def test_progress_on_a_pipe_is_a_line_now_and_then(terminal, monkeypatch):
    moments = iter([0.0, 1.0, 6.0, 6.0, 7.0])
    monkeypatch.setattr(terminal_module.time, "monotonic", lambda: next(moments))
    with terminal.progress("rows", 100) as advance:
        for _ in range(3):
            advance(10)
    assert terminal.console.file.getvalue() == "  rows: 20 of 100\n"


def test_progress_on_a_terminal_is_a_bar():
    terminal = Terminal(Console(file=io.StringIO(), force_terminal=True, width=100))
    with terminal.progress("rows", 2) as advance:
        advance(2)
    assert "rows" in terminal.console.file.getvalue()
