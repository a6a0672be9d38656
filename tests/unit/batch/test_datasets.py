"""The public data sets give the counts and baseline figures that their descriptions publish."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pytest

from server.batch.evaluation.baselines import Popularity, best_items, find_neighbours
from server.batch.evaluation.cases import build_cases, held_out_users
from server.batch.evaluation.interactions import collect
from server.batch.evaluation.metrics import measure_slates
from server.batch.holdout import HoldoutTask, Protocol
from server.batch.importing.entities import read_items, read_profiles
from server.batch.importing.event_reading import read_events
from server.batch.importing.reader import RowReader
from server.batch.importing.row_filters import passing
from server.batch.importing.split import split
from server.batch.importing.tables import read_source
from server.batch.mapping.language import FileFormat
from server.batch.mapping.recognise import find_mapping, locate
from server.core.event_type import EventType

pytestmark = pytest.mark.data

# Ties between equal scores are broken differently than by whoever published the figures.
TOLERANCE = 0.0003


@dataclass
class Loaded:
    """One data set as its mapping reads and splits it."""

    mapping: object
    items: list
    profiles: list
    log: list
    held_out: object

    def events(self):
        return pa.concat_tables([as_table(columns) for columns in self.log])

    def protocol(self):
        holdout = self.mapping.holdout
        return Protocol(
            dataset=self.mapping.name,
            description="",
            label=holdout.label.name.lower(),
            tasks=tuple(HoldoutTask(task.name, task.repeats) for task in holdout.tasks),
            known_only=holdout.known_only,
            fits_held_out_users=holdout.fits_held_out_users,
            has_impressions=holdout.has_impressions,
        )


def as_table(columns):
    names = np.array([""] + [each.name.lower() for each in EventType])
    return pa.table(
        {
            "user_id": np.array(columns.subject.values, object)[columns.subject.codes],
            "item_id": np.array(columns.item.values, object)[columns.item.codes],
            "type": names[columns.type],
            "signal": columns.signals(),
        }
    )


def load(folder):
    mapping = find_mapping(folder)
    formats = {file: mapping.files.get(file, FileFormat()) for file in mapping.file_names()}
    tables = {file: read_source(locate(folder, file), formats[file]) for file in formats}
    before_ms = mapping.holdout.start_ms or None
    log, held_out = [], None
    for source in mapping.events:
        reader = RowReader(tables[source.file], source.key)
        columns = read_events(source, reader)
        assert reader.rejects() == []
        if source.file == mapping.holdout.file:
            is_matching = passing(reader, mapping.holdout.where)[columns.row]
            parts = split(columns, mapping.holdout, is_matching)
            held_out = as_table(columns.take(parts.held_out))
            columns = columns.take(parts.log)
        log.append(columns)
    return Loaded(
        mapping=mapping,
        items=[
            item
            for source in mapping.items
            for item in read_items(
                source, RowReader(tables[source.file], source.key), before_ms=before_ms
            )
        ],
        profiles=[
            profile
            for source in mapping.users
            for profile in read_profiles(
                source, RowReader(tables[source.file], source.key), before_ms=before_ms
            )
        ],
        log=log,
        held_out=held_out,
    )


def figures(loaded):
    """Return (task, method) -> (recall, NDCG), and task -> (users, pairs)."""
    protocol = loaded.protocol()
    users = held_out_users(loaded.held_out, protocol) if protocol.fits_held_out_users else None
    known = collect(loaded.events(), [item.item_id for item in loaded.items], users)
    neighbours = find_neighbours(known)
    methods = {
        "popularity": Popularity(known.item_counts()),
        "history": neighbours.by_history(),
        "candidate": neighbours.by_candidate(),
    }
    measured, counts = {}, {}
    for task in protocol.tasks:
        cases = build_cases(loaded.held_out, protocol, task, known)
        relevant = [case.relevant for case in cases]
        counts[task.name] = (len(cases), sum(map(len, relevant)))
        for name, method in methods.items():
            ranked = [best_items(method.score(case.history), case.masked, 20) for case in cases]
            slates = [[known.items[item] for item in items] for items in ranked]
            metrics = measure_slates(slates, relevant, 20)
            measured[task.name, name] = (metrics.recall.mean, metrics.ndcg.mean)
    return measured, counts, known


def test_goodbooks_has_the_published_split_and_baselines(dataset):
    loaded = load(dataset("goodbooks"))
    (log,) = loaded.log
    assert len(loaded.items) == 10_000
    assert len(loaded.held_out) == 39_679
    measured, counts, known = figures(loaded)
    assert len(known) == 164_011
    assert (len(known.users), len(known.items)) == (2_668, 10_000)
    assert counts == {"new items": (2_668, 39_679)}
    assert measured["new items", "popularity"] == pytest.approx((0.0430, 0.0425), abs=TOLERANCE)
    assert measured["new items", "history"] == pytest.approx((0.0711, 0.0668), abs=TOLERANCE)
    assert len(log) + len(loaded.held_out) < 298_176
    hunger = loaded.items[0]
    assert hunger.title == "The Hunger Games (The Hunger Games, #1)"
    assert hunger.attributes["authors"] == ("Suzanne Collins",)
    assert hunger.attributes["language"] == "eng"
    assert hunger.attributes["year"] == 2008.0
    assert set(hunger.attributes) == {"authors", "genres", "language", "year"}


def test_online_retail_has_the_published_split_and_baselines(dataset):
    loaded = load(dataset("online-retail"))
    (log,) = loaded.log
    assert len(log) == 333_639
    assert len(loaded.items) == 3_628
    measured, counts, known = figures(loaded)
    assert len(known) == 232_535
    assert len(known.users) == 4_086
    assert counts["new items"][0] == 1_265
    assert counts["with repeats"] == (1_375, 45_337)
    assert measured["new items", "popularity"] == pytest.approx((0.0378, 0.0397), abs=TOLERANCE)
    assert measured["new items", "candidate"] == pytest.approx((0.0923, 0.0923), abs=TOLERANCE)
    assert measured["with repeats", "popularity"] == pytest.approx((0.0619, 0.0876), abs=TOLERANCE)
    assert measured["with repeats", "candidate"] == pytest.approx((0.1470, 0.1894), abs=TOLERANCE)
    titles = {item.item_id: item.title for item in loaded.items}
    assert titles["85123A"] == "WHITE HANGING HEART T-LIGHT HOLDER"
    withheld = {item.item_id for item in loaded.items if not item.is_active}
    assert withheld == {"POST", "M", "C2", "DOT", "BANK%20CHARGES", "PADS"}


def test_kuairand_has_the_published_split(dataset):
    loaded = load(dataset("kuairand-pure-slice"))
    history, log = loaded.log
    assert len(loaded.items) == 7_583
    assert len(loaded.profiles) == 27_285
    assert int((history.type == EventType.VIEW).sum()) == 817_187
    assert int((log.type == EventType.IMPRESSION).sum()) == 167_281
    shown = np.array(loaded.held_out["type"].to_pylist()) == "impression"
    assert int(shown.sum()) == 26_683
    video = loaded.items[0]
    assert video.attributes == {
        "author": "7349781",
        "tag": ("39",),
        "video_type": "NORMAL",
        "upload_type": "LongImport",
        "music_type": "9",
        "duration_s": pytest.approx(87.433),
    }
    assert video.create_ms == 1_649_548_800_000


def test_the_otto_sample_is_read_as_sessions(dataset):
    mapping = find_mapping(dataset("otto-sample"))
    (source,) = mapping.events
    path = locate(dataset("otto-sample"), source.file)
    reader = RowReader(read_source(path, mapping.files[source.file]), source.key)
    columns = read_events(source, reader)
    assert reader.rejects() == []
    counts = {each: int((columns.type == each).sum()) for each in EventType}
    assert counts[EventType.CLICK] == 800
    assert counts[EventType.ADD_TO_CART] == 52
    assert counts[EventType.PURCHASE] == 10
    assert len(columns.subject.values) == 20
