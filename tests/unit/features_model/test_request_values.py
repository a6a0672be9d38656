"""Raw values of a request, by the formulas that training uses."""

from dataclasses import replace

import numpy as np
import pytest

from server.core.batch import CandidateBatch
from server.core.context import RequestContext
from server.core.subject import Subject
from server.core.surface import Surface
from server.core.user_state import UserState
from server.features.behaviour import times_engaged
from server.features.candidate_scope import CandidateScope, ItemValues
from server.features.counters import gather
from server.features.item_texts import ItemTexts
from server.features.model_items import ModelItems
from server.features.model_users import ModelUsers
from server.features.raw_values import RawBags
from server.features.recent_items import HolderBits, RecentItems, recent_rows
from server.features.request_scope import RequestScope
from server.features.retrieval_scores import RetrievalScores
from server.vector_index.adapters.exact_index import ExactIndex
from tests.small_model.version_folder import MODEL_ITEMS
from tests.small_model.world import DAY_MS, NOW_MS, MemoryCatalog, StillSignals

CATALOG = MemoryCatalog()
ITEMS = CATALOG.columns()
# Oldest first: 0, 1, 0, 2, 5; the authors are Ada, Borges, Ada, Calvino, Calvino.
USER = UserState(
    history=np.array([0, 1, 0, 2, 5]),
    history_ms=NOW_MS - np.array([9, 8, 4, 2, 1]) * DAY_MS,
    event_counts={1: 30, 2: 5},
    counts_since_impression={2: 4},
    positive_count=7,
)


def context(**over) -> RequestContext:
    fields = {
        "request_id": "r",
        "surface": Surface(name="home"),
        "limit": 5,
        "wall_ms": NOW_MS,
        "data_ms": NOW_MS,
        "items": ITEMS,
        "user": USER,
        "subject": Subject("mia"),
        "attributes": {"hour": "13", "device_class": "phone"},
        "user_attributes": {"country": "FR", "tags": ("a", "", "b"), "age": 33.0},
    }
    return RequestContext(**{**fields, **over})


def recent_items(*rows) -> RecentItems:
    return RecentItems(ITEMS, ItemTexts(), np.array(rows, np.int64), HolderBits())


def recent_of(request) -> RecentItems:
    return recent_items(*recent_rows(request.user, ITEMS.size))


def shared(**over) -> RequestScope:
    request = context(**over)
    return RequestScope(request, ModelUsers(["mia"]), recent_of(request), {"click": 0.5})


def by_row(rows, columns=None, **over) -> CandidateScope:
    values = ItemValues(
        model_items=ModelItems(MODEL_ITEMS, ITEMS),
        signals=StillSignals(),
        texts=ItemTexts(),
        timestamps=frozenset({"released"}),
        priors={"click": 0.5},
    )
    batch = CandidateBatch.of_items(np.array(rows)).with_columns(columns or {})
    request = context(**over)
    return CandidateScope(request, batch, values, recent_of(request))


def texts_of(found) -> list:
    """Return what a text column says, row by row."""
    if isinstance(found, RawBags):
        pieces = zip(found.starts_N.tolist(), found.lengths_N.tolist(), strict=True)
        return [[found.values[c] for c in found.codes_L[s : s + n]] for s, n in pieces]
    return [found.values[code] if code >= 0 else None for code in found.codes_N.tolist()]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("user.history_length", 7),
        ("user.impressions", 30),
        ("user.count.click", 5),
        ("user.count.purchase", 0),
        ("user.count.no_such_type", 0),
        ("user.rate.click", (4 + 10 * 0.5) / (30 + 10)),
        ("user.rate.like", 0 / 40),
        ("user.age", 33),
        ("user.height", np.nan),
        ("user.country", np.nan),
        ("context.hour", 13),
        ("context.device_class", np.nan),
        ("context.country", np.nan),
    ],
)
def test_numbers_of_the_request(name, value):
    assert shared().numbers(name) == pytest.approx(np.array([value]), nan_ok=True)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("user.id", ["mia"]),
        ("user.country", ["FR"]),
        ("user.tags", [["a", "b"]]),
        ("user.nothing", [None]),
        ("user.age", [None]),
        ("context.device_class", ["phone"]),
        ("context.tab", [None]),
        ("user.top.author", ["Calvino"]),
        ("user.top.nothing", [None]),
    ],
)
def test_texts_of_the_request(name, value):
    assert texts_of(shared().texts(name)) == value


def test_an_anonymous_request_has_no_user():
    scope = shared(subject=None, user=UserState(), user_attributes={})
    assert texts_of(scope.texts("user.id")) == [None]
    assert scope.model_ids("user.id").tolist() == [0]
    assert texts_of(scope.texts("user.top.author")) == [None]
    assert shared().model_ids("user.id").tolist() == [1]


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("item.age_days", [0, 2, np.nan]),
        ("item.popularity", [1, 3, 5]),
        ("item.recent_popularity", [0.5, 1.5, 2.5]),
        ("item.impressions", [0, 20, 40]),
        ("item.count.click", [0, 2, 4]),
        ("item.rate.click", [10 / 20, 12 / 40, 14 / 60]),
        ("item.year", [1900, 1920, 1940]),
        ("item.released", [0, 20, 40]),
        ("item.nothing", [np.nan] * 3),
        ("candidate.times_engaged", [2, 1, 0]),
        ("candidate.days_since_engaged", [4, 2, np.nan]),
        ("candidate.nothing", [np.nan] * 3),
    ],
)
def test_numbers_of_candidates(name, values):
    found = by_row([0, 2, 4]).numbers(name)
    assert found == pytest.approx(np.array(values, np.float64), nan_ok=True)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("item.author", ["Borges", None, "Calvino"]),
        ("item.genres", [["fable", "essay"], [], []]),
        ("item.id", ["book-1", "book-3", "book-5"]),
        ("item.blurb.words", [["a", "tale", "of", "1", "rivers"], [], None]),
        ("item.nothing", [None] * 3),
        ("item.nothing.words", [None] * 3),
        ("candidate.two_tower", [None] * 3),
    ],
)
def test_texts_of_candidates(name, values):
    found = texts_of(by_row([1, 3, 5]).texts(name))
    assert found[:2] == values[:2]
    assert found[2] == (["a", "tale", "of", "5", "rivers"] if "blurb" in name else values[2])


def test_title_words_follow_the_title():
    catalog = MemoryCatalog()
    texts, row = ItemTexts(), np.array([1])
    before = texts_of(texts.of(catalog.columns(), row, "title.words"))
    assert before == [["the", "garden", "of", "borges", "1"]]
    catalog.rename("book-1", "Rivers & gardens")
    assert texts_of(texts.of(catalog.columns(), row, "title.words")) == [["rivers", "gardens"]]


def test_a_column_of_the_batch_is_taken_as_it_is():
    scope = by_row([0, 1], {"candidate.two_tower": np.array([0.5, np.nan], np.float32)})
    assert scope.numbers("candidate.two_tower") == pytest.approx([0.5, np.nan], nan_ok=True)
    assert "candidate.two_tower" not in scope.columns()


def test_the_share_of_co_engagement_is_of_the_largest():
    scope = by_row([0, 1, 2], {"candidate.co_engaged": np.array([1.0, 4.0, -1.0], np.float32)})
    assert scope.numbers("candidate.co_engaged_share").tolist() == [0.25, 1, -0.25]
    third = by_row([0, 1], {"candidate.co_engaged": np.array([1.0, 3.0], np.float32)})
    assert third.numbers("candidate.co_engaged_share").tolist() == [1 / 3, 1]
    none = by_row([0, 1], {"candidate.co_engaged": np.array([0.0, -1.0], np.float32)})
    assert none.numbers("candidate.co_engaged_share").tolist() == [0, 0]


def test_affinity_is_the_share_of_recent_items_with_a_value_in_common():
    # Recent distinct books: 5, 2, 0, 1; their authors: Calvino, Calvino, Ada, Borges.
    found = by_row([0, 1, 2, 3]).numbers("candidate.affinity.author")
    assert found.tolist() == [0.25, 0.25, 0.5, 0]
    # Genres of 0: essay, fable; 1: fable, essay; 2: novel, poem; 5: none.
    found = by_row([0, 2, 4, 5]).numbers("candidate.affinity.genres")
    assert found.tolist() == [0.5, 0.25, 0.5, 0]


def test_affinity_without_history_or_values_is_zero():
    one = ItemTexts().of(ITEMS, np.array([1]), "author")
    assert recent_items().affinity("author", one).tolist() == [0]
    assert recent_items(3).affinity("author", one).tolist() == [0]


@pytest.mark.parametrize("attribute", ["author", "genres"])
@pytest.mark.parametrize("recent", [(), (1,)])
def test_affinity_of_no_candidates_is_empty(attribute, recent):
    nobody = ItemTexts().of(ITEMS, np.empty(0, np.int64), attribute)
    assert recent_items(*recent).affinity(attribute, nobody).tolist() == []


@pytest.mark.parametrize(
    ("rows", "values"), [([1, 0], [3, 2]), ([], []), ([2, 0], [0, 2]), ([0, -1], [2, 0])]
)
def test_rows_outside_a_signal_are_zero(rows, values):
    signal, asked = np.array([2, 3], np.float32), np.array(rows, np.int64)
    assert gather(signal, asked).tolist() == values
    assert gather(signal[:0], asked).tolist() == [0] * len(rows)


def test_times_engaged_without_history():
    count, days = times_engaged(UserState(), np.array([1, 2]), NOW_MS)
    assert count.tolist() == [0, 0]
    assert np.isnan(days).all()


def test_top_values_break_ties_by_name():
    assert recent_items(1, 0).top("author") == "Ada"
    assert recent_items(0, 1, 2).top("genres") == "essay"
    assert recent_items(3).top("author") is None


def test_history_of_rows_outside_the_view_is_left_out():
    user = replace(USER, history=np.array([99, 0]), history_ms=np.array([1, 2]))
    assert texts_of(shared(user=user).texts("user.top.author")) == ["Ada"]


class Linked:
    history_length = 2

    def scores_for(self, history, rows):
        assert history.tolist() == [5, 2]
        return rows.astype(np.float32) - 1


def test_retrieval_scores_cover_every_candidate():
    index = ExactIndex(2)
    index.upsert(np.array([0, 1]), np.array([[1, 0], [0, 1]], np.float32))
    hydrator = RetrievalScores(
        signals=StillSignals(), two_tower=index, content=index, co_engagement=Linked()
    )
    request = context(user_vector=np.array([0.5, 0.25], np.float32))
    columns = hydrator.columns(request, CandidateBatch.of_items(np.array([0, 1, 3])))
    assert columns["candidate.two_tower"].tolist() == [0.5, 0.25, 0]
    assert columns["candidate.content"].tolist() == [0, 0, 0]
    assert columns["candidate.co_engaged"].tolist() == [-1, 0, 2]
    assert columns["candidate.co_engaged_share"].tolist() == [-0.5, 0, 1]
    assert columns["item.popularity"].tolist() == [1, 2, 4]
    assert columns["item.recent_popularity"].tolist() == [0.5, 1, 2]


def test_without_a_model_only_popularity_is_known():
    hydrator = RetrievalScores(signals=StillSignals(rows=1))
    batch = CandidateBatch.of_items(np.array([0, 7]))
    columns = hydrator.columns(context(), batch)
    assert columns["item.popularity"].tolist() == [1, 0]
    assert columns["candidate.co_engaged"].tolist() == [0, 0]
    assert np.isnan(columns["candidate.two_tower"]).all()
    assert np.isnan(columns["candidate.content"]).all()
    assert columns.keys() == hydrator.defaults(batch).keys()
