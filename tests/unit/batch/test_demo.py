"""The demonstration tells its story on a pipe, with parts that stand in for the real server."""

from __future__ import annotations

import argparse
import io
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from rich.console import Console

from server.batch.demo.describe import in_words, label
from server.batch.demo.options import add_arguments, options_of
from server.batch.demo.run import run_demo
from server.batch.demo.show import movement
from server.batch.evaluate_command import EvaluationClients
from server.batch.simulation.world import SIZES, WorldSize
from server.batch.terminal import Terminal
from server.catalog.item import Item
from server.core.event_type import EventType

TINY = WorldSize("small", users=60, items=120, days=10, slates_per_user=8.0)


@dataclass
class Reason:
    code: str
    item_ids: tuple = ()
    attribute: str = ""
    value: str = ""


@dataclass
class Recommended:
    item_id: str
    score: float = 0.5
    reasons: tuple = (Reason("popular"), Reason("engaged_together", ("item-00001",)))
    sources: tuple = ("popular",)


@dataclass
class Page:
    items: tuple
    attribution_token: str = "token"


@dataclass
class Client:
    """Recommends a fixed list, by user shifted, without what was chosen."""

    item_ids: list
    chosen: dict = field(default_factory=dict)
    written: list = field(default_factory=list)

    async def recommend(self, subject, *, serving_config="home", page_size=20, details=True):
        gone = self.chosen.get(subject.id, set())
        shift = 0 if subject.is_visitor else int(subject.id[-2:]) % 50
        usable = [each for each in self.item_ids[shift:] if each not in gone]
        first = 3 * len(gone)
        return Page(tuple(Recommended(each) for each in usable[first : first + page_size]))

    async def write_event(self, subject, event_type, item_ids, **fields):
        self.written.append((subject.id, event_type, item_ids, fields.get("rating")))
        self.chosen.setdefault(subject.id, set()).update(item_ids)


@dataclass
class Server:
    client: Client
    target: str = "127.0.0.1:7"
    waited: bool = False

    @property
    def measured(self):
        async def served(user_id, surface, page_size):
            return self.client.item_ids[:page_size]

        async def score(impressions):
            return impressions.label_I.astype(float)

        return EvaluationClients({"served slate": served}, {"ranker": score})

    async def wait(self):
        self.waited = True


@dataclass
class Steps:
    """Opens one set of stores again and again."""

    stores: object
    trained: list = field(default_factory=list)
    servers: list = field(default_factory=list)

    @asynccontextmanager
    async def open_stores(self, data_dir, *, read_only=False):
        yield self.stores

    async def train(self, snapshot, models, say):
        assert (snapshot / "events.parquet").exists()
        self.trained.append((snapshot, models))
        say("loss 0.1")

    @asynccontextmanager
    async def serve(self, data_dir):
        self.servers.append(Server(Client(list(self.stores.catalog.columns().ids))))
        yield self.servers[-1]


def options(*argv, data_dir):
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return options_of(parser.parse_args([str(each) for each in argv]), data_dir)


@pytest.fixture
def terminal():
    return Terminal(Console(file=io.StringIO(), width=150))


async def test_a_simulated_demo_goes_from_data_to_a_changed_slate(
    stores, terminal, tmp_path, monkeypatch
):
    monkeypatch.setitem(SIZES, "small", TINY)
    steps = Steps(stores)
    chosen = options("--size", "small", "--output", tmp_path, "--exit", data_dir=stores.paths.root)
    await run_demo(chosen, steps, terminal)
    text = terminal.console.file.getvalue()
    for part in ("1 of 4", "simulated 60 users", "loss 0.1", "serving on 127.0.0.1:7"):
        assert part in text
    for part in ("popularity", "item-kNN", "served slate", "click AUC 1.0000"):
        assert part in text
    assert text.count("lately chose") == 3
    assert "popular with many; goes together with “" in text
    assert "sends one event: click of" in text
    assert "before" in text
    assert "new" in text
    assert "shortlist.v1.RecommendationService/Recommend" in text
    shown = text.split("User ")[1].split(" ")[0]
    assert f"""-d '{{"user_id": "{shown}", "include_reasons": true}}'""" in text
    headings = [line for line in text.splitlines() if "because" in line]
    assert len(headings) == 3
    assert all(line.rstrip().endswith("held out") for line in headings)
    assert "(items in them: " in text
    assert "stays up" not in text
    (server,) = steps.servers
    assert not server.waited
    ((_, event_type, item_ids, rating),) = server.client.written
    assert (event_type, len(item_ids), rating) == (EventType.CLICK, 1, None)
    assert (tmp_path / "evaluation" / "simulated-small.json").exists()
    assert "\x1b" not in text


async def test_a_demo_on_files_serves_until_it_is_stopped(stores, terminal, folder, tmp_path):
    (folder / "movies.csv").write_text(
        "movieId,title,genres\n" + "".join(f"{at},M{at:02d} (2000),Drama\n" for at in range(60))
    )
    (folder / "ratings.csv").write_text(
        "userId,movieId,rating,timestamp\n"
        + "".join(f"{u},{(u + i) % 60},5,{u * 100 + i}\n" for u in range(10, 30) for i in range(20))
    )
    steps = Steps(stores)
    chosen = options("--data", folder, "--output", tmp_path, data_dir=stores.paths.root)
    await run_demo(chosen, steps, terminal)
    (server,) = steps.servers
    assert server.waited
    ((_, event_type, _, rating),) = server.client.written
    assert (event_type, rating) == (EventType.RATE, 5.0)
    text = terminal.console.file.getvalue()
    assert "MovieLens" in text
    assert "stays up until Ctrl-C" in text


async def test_data_without_a_hold_out_is_shown_but_not_measured(
    stores, terminal, folder, tmp_path
):
    (folder / "my.toml").write_text(
        '[items]\nfile = "e.csv"\nid = "i"\n[[events]]\nfile = "e.csv"\nuser = "u"\nitem = "i"\n'
        'type = "click"\ntime = "t"\n'
    )
    (folder / "e.csv").write_text("u,i,t\nu01,a,1\nu02,b,2\n")
    chosen = options(
        *("--data", folder, "--layout", folder / "my.toml", "--output", tmp_path, "--exit"),
        data_dir=stores.paths.root,
    )
    await run_demo(chosen, Steps(stores), terminal)
    text = terminal.console.file.getvalue()
    assert "quality is not measured" in text
    assert text.count("lately chose") == 2


def test_each_data_set_has_its_own_data_directory(tmp_path):
    build = Path("build")
    assert options(data_dir=None).data_dir == build / "demo" / "simulated-default"
    chosen = options("--data", tmp_path / "books", "--size", "small", data_dir=None)
    assert chosen.data_dir == build / "demo" / "books"
    assert chosen.measured_users == 500


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (Reason("similar_content", ("a", "b", "c")), "similar to “Apple”, “b”"),
        (Reason("engaged_together"), "goes together with what you chose"),
        (Reason("shares_attribute", (), "genre", "jazz"), "genre: jazz, as in what you chose"),
        (Reason("trending"), "trending now"),
        (Reason("of_the_future"), "of the future"),
    ],
)
def test_reasons_are_told_in_words(reason, words):
    assert in_words(reason, {"a": "Apple"}) == words


def test_an_item_without_a_title_is_told_by_its_attributes():
    item = Item(item_id="7", attributes={"author": "x", "tag": ("1", "2"), "length": 5.0})
    assert label(item) == "7 (author x; tag 1, 2)"
    assert label(Item(item_id="7")) == "7"
    assert label(Item(item_id="7", title="Seven")) == "Seven"


def test_movements_between_slates():
    old = ["a", "b", "c"]
    assert [movement(old, ["c", "b", "x"], place) for place in range(3)] == [
        "up 2",
        "",
        "[green]new[/green]",
    ]
    assert movement(old, ["x", "a"], 1) == "down 1"
