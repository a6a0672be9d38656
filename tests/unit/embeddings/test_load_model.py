"""Loading a version: remapping, golden vectors, and keeping up with the catalogue."""

import asyncio

import numpy as np
import orjson
import pytest

from server.core.batch import CandidateBatch
from server.core.errors import ArtifactError
from server.core.subject import Subject
from server.core.user_state import UserState
from server.embeddings.settings import EmbeddingSettings
from tests.small_model import plain_features
from tests.small_model.loading import Loading, request
from tests.small_model.version_folder import MODEL_ITEMS, reseal, write_version
from tests.small_model.world import DAY_MS, NOW_MS, MemoryCatalog, book


@pytest.fixture
def version(tmp_path):
    return write_version(tmp_path / "models" / "v1")


@pytest.fixture
async def loading(tmp_path):
    async with Loading(tmp_path / "cache") as state:
        yield state


def stored(version, name="item_vectors.npy"):
    return dict(zip(MODEL_ITEMS, np.load(version / name), strict=True))


async def test_each_row_has_the_vector_of_its_item(loading, version):
    model = await loading.load(version)
    rows = np.arange(9)
    by_id = stored(version)
    expected = np.array([by_id[f"book-{row}"] for row in rows])
    assert model.item_vectors.of(rows) == pytest.approx(expected, abs=1e-6)
    found = await model.retrieval_index.search(by_id["book-5"], 1)
    assert found.rows.tolist() == [5]


async def test_items_the_model_does_not_know_are_encoded_at_load(loading, version):
    model = await loading.load(version)
    rows = np.array([9, 10, 11])
    assert len(model.retrieval_index) == 12
    norms = np.linalg.norm(model.retrieval_index.vectors(rows), axis=1)
    assert norms == pytest.approx([1, 1, 1], abs=1e-5)
    encoded = model.item_encoder.encode(loading.catalog.columns(), rows)
    assert model.retrieval_index.vectors(rows) == pytest.approx(encoded, abs=1e-6)


async def test_items_the_catalogue_does_not_have_are_not_found(loading, version):
    model = await loading.load(version)
    found = await model.retrieval_index.search(stored(version)["gone"], 100)
    assert sorted(found.rows) == list(range(12))


async def test_a_new_item_is_found_within_a_second(loading, version):
    model = await loading.load(version)
    (row,) = loading.catalog.write(book(20))
    await asyncio.wait_for(model.updater.settled(), 1)
    vector = model.retrieval_index.vectors(np.array([row]))[0]
    assert (await model.retrieval_index.search(vector, 1)).rows.tolist() == [row]
    content = model.content_encoder.encode(loading.catalog.columns(), np.array([row]))[0]
    assert row in (await model.content_index.search(content, 1)).rows


async def test_a_changed_item_gets_a_new_content_vector(loading, version):
    model = await loading.load(version)
    before = model.content_index.vectors(np.array([3]))[0]
    loading.catalog.rename("book-3", "Essays on rivers")
    await asyncio.wait_for(model.updater.settled(), 1)
    after = model.content_index.vectors(np.array([3]))[0]
    assert not np.allclose(before, after)


async def test_a_deleted_item_is_gone_at_once(loading, version):
    model = await loading.load(version)
    loading.catalog.delete("book-5")
    found = await model.retrieval_index.search(stored(version)["book-5"], 100)
    assert 5 not in found.rows
    assert len(model.content_index) == 11


async def test_an_item_created_again_has_its_vector_in_a_new_row(loading, version):
    model = await loading.load(version)
    loading.catalog.delete("book-5")
    (row,) = loading.catalog.write(book(5))
    await asyncio.wait_for(model.updater.settled(), 1)
    assert row == 12
    vector = model.retrieval_index.vectors(np.array([row]))[0]
    assert vector == pytest.approx(stored(version)["book-5"], abs=1e-5)


async def test_an_item_deleted_while_pending_does_not_come_back(loading, version):
    model = await loading.load(version)
    (row,) = loading.catalog.write(book(20))
    loading.catalog.delete("book-20")
    await asyncio.wait_for(model.updater.settled(), 1)
    assert len(model.retrieval_index) == 12
    assert not model.retrieval_index.vectors(np.array([row])).any()


async def test_what_happens_while_loading_is_caught_up(loading, version):
    task = asyncio.create_task(loading.load(version))
    await asyncio.sleep(0)
    (row,) = loading.catalog.write(book(20))
    loading.catalog.delete("book-0")
    model = await task
    await asyncio.wait_for(model.updater.settled(), 1)
    assert len(model.retrieval_index) == 12
    assert model.retrieval_index.vectors(np.array([row])).any()
    assert not model.retrieval_index.vectors(np.array([0])).any()


async def test_many_items_at_once_are_all_encoded(loading, version):
    model = await loading.load(version)
    loading.catalog.write(*(book(number) for number in range(100, 1_300)))
    await asyncio.wait_for(model.updater.settled(), 5)
    assert len(model.retrieval_index) == 1_212
    assert model.updater.pending == 0


async def test_a_failing_encoder_is_tried_again(loading, version, monkeypatch, caplog):
    model = await loading.load(version)
    monkeypatch.setattr("server.embeddings.embedding_updater._RETRY_S", 0.01)
    attempts = []

    def encode(items, rows):
        attempts.append(rows)
        if len(attempts) == 1:
            raise RuntimeError("no")
        return np.ones((len(rows), 16), np.float32)

    monkeypatch.setattr(type(model.item_encoder), "encode", lambda self, *given: encode(*given))
    (row,) = loading.catalog.write(book(20))
    await asyncio.wait_for(model.updater.settled(), 2)
    assert len(attempts) == 2
    assert model.retrieval_index.vectors(np.array([row])).any()
    assert "trying again" in caplog.text


async def test_a_retired_model_hears_of_no_more_changes(loading, version):
    model = await loading.load(version)
    model.stop_listening()
    model.stop_listening()
    loading.catalog.delete("book-5")
    assert len(model.retrieval_index) == 12


async def test_an_empty_catalogue_can_be_loaded_and_filled(tmp_path, version):
    async with Loading(tmp_path / "cache", MemoryCatalog(items=[])) as state:
        model = await state.load(version)
        assert len(model.retrieval_index) == 0
        state.catalog.write(book(1))
        await asyncio.wait_for(model.updater.settled(), 1)
        assert len(model.retrieval_index) == 1


@pytest.mark.parametrize(
    ("place", "change"),
    [
        ("users[0].embedding", lambda golden: golden["users"][0]["embedding"]),
        ("items[2].content", lambda golden: golden["items"][2]["content"]),
        ("items[1].embedding", lambda golden: golden["items"][1]["embedding"]),
        ("ranker[0].features", lambda golden: golden["ranker"][0]["features"][3]),
        ("ranker[0].wide", lambda golden: golden["ranker"][0]["wide"][1]),
        ("ranker[0].probabilities", lambda golden: golden["ranker"][0]["probabilities"][0]),
    ],
)
async def test_a_version_that_computes_something_else_is_refused(loading, version, place, change):
    golden = orjson.loads((version / "golden.json").read_bytes())
    change(golden)[1] += 0.01
    (version / "golden.json").write_bytes(orjson.dumps(golden))
    reseal(version)
    with pytest.raises(ArtifactError) as refused:
        await loading.load(version)
    assert f"golden.json: {place}: " in str(refused.value)


async def test_golden_vectors_of_another_width_are_refused(loading, version):
    golden = orjson.loads((version / "golden.json").read_bytes())
    golden["users"][0]["embedding"].pop()
    (version / "golden.json").write_bytes(orjson.dumps(golden))
    reseal(version)
    with pytest.raises(ArtifactError, match=r"shape \(16,\), expected \(15,\)"):
        await loading.load(version)


async def test_a_graph_that_is_none_is_refused(loading, version):
    (version / "ranker.onnx").write_bytes(b"not a graph")
    reseal(version)
    with pytest.raises(ArtifactError, match=r"ranker\.onnx: not a usable ONNX graph"):
        await loading.load(version)


async def test_a_graph_with_other_inputs_is_refused(loading, version):
    (version / "ranker.onnx").write_bytes((version / "user_tower.onnx").read_bytes())
    reseal(version)
    with pytest.raises(ArtifactError, match=r"expected \['features', 'wide'\]"):
        await loading.load(version)


async def test_a_table_of_another_size_is_refused(loading, version):
    np.save(version / "tables" / "rank.item.id.npy", np.zeros((3, 4), np.float32))
    reseal(version)
    with pytest.raises(ArtifactError, match=r"rank\.item\.id\.npy: array \(3, 4\)"):
        await loading.load(version)


async def test_a_refused_version_leaves_no_listener_behind(loading, version):
    (version / "ranker.onnx").unlink()
    with pytest.raises(ArtifactError):
        await loading.load(version)
    assert loading.changes._listeners == []


async def test_two_versions_serve_side_by_side(loading, version, tmp_path):
    first = await loading.load(version)
    second = await loading.load(write_version(tmp_path / "models" / "v2", seed=9))
    assert (first.version, second.version) == ("v1", "v2")
    loading.catalog.delete("book-1")
    assert len(first.retrieval_index) == len(second.retrieval_index) == 11


async def test_an_erased_user_is_encoded_like_a_stranger(loading, version):
    known = await loading.load(version)
    erased = await loading.load(version, forgotten=("mia",))
    user = UserState(history=np.array([1, 2]), history_ms=np.array([1, 2]))
    vectors = [
        await model.user_encoder.encode(who, user, {})
        for model, who in ((known, "mia"), (erased, "mia"), (known, "nobody"), (known, None))
    ]
    assert not np.allclose(vectors[0], vectors[1])
    assert np.allclose(vectors[1], vectors[2])
    assert np.allclose(vectors[2], vectors[3])
    assert np.linalg.norm(vectors[0]) == pytest.approx(1, abs=1e-5)


async def test_items_unknown_to_the_model_do_not_fill_the_history(loading, version):
    model = await loading.load(version)
    known = UserState(history=np.array([0, 1, 2]), history_ms=np.arange(3))
    mixed = UserState(history=np.array([0, 9, 1, 10, 2, 11, 11]), history_ms=np.arange(7))
    first = await model.user_encoder.encode("mia", known, {})
    assert np.allclose(first, await model.user_encoder.encode("mia", mixed, {}))


async def test_a_request_assembles_what_the_formulas_say(loading, version):
    model = await loading.load(version)
    context = request(
        loading.catalog,
        subject=Subject("noor"),
        attributes={"hour": "13"},
        user_attributes={"country": "DE"},
        user=UserState(
            history=np.array([2, 0, 2, 11]),
            history_ms=NOW_MS - np.array([9, 5, 3, 1]) * DAY_MS,
            event_counts={1: 10, 2: 4},
            counts_since_impression={2: 3},
            positive_count=4,
        ),
    )
    rows = np.array([11, 2, 3, 8, 5])
    batch = CandidateBatch.of_items(rows).with_columns(
        {
            "candidate.two_tower": np.array([0.1, 0.2, 0.3, -0.4, 0.5], np.float32),
            "candidate.co_engaged_share": np.array([0, 1, 0.5, 0, 0], np.float32),
        }
    )
    columns = model.model_features.assemble(context, batch)

    items = [book(row) for row in rows.tolist()]
    raw = {
        "user.id": ["noor"] * 5,
        "user.country": ["DE"] * 5,
        # The recent distinct books 11, 2 and 0 are by Calvino, Calvino and Ada.
        "user.top.author": ["Calvino"] * 5,
        "user.history_length": [4.0] * 5,
        "user.rate.click": [(3 + 10 * 0.1) / 20] * 5,
        "context.hour": ["13"] * 5,
        "item.id": [item.item_id for item in items],
        "item.author": [item.attributes.get("author") for item in items],
        "item.genres": [list(item.attributes.get("genres", ())) for item in items],
        "item.title.words": [["the", "garden", "of", w, str(r)] for w, r in _words(rows)],
        "item.year": [item.attributes.get("year") for item in items],
        "item.popularity": (rows + 1.0).tolist(),
        "item.rate.click": ((rows + 20 * 0.1) / (10 * rows + 20)).tolist(),
        "item.age_days": rows.astype(float).tolist(),
        "item.released": [None if row == 3 else row * 10.0 for row in rows.tolist()],
        "candidate.two_tower": [0.1, 0.2, 0.3, -0.4, 0.5],
        "candidate.co_engaged_share": [0, 1, 0.5, 0, 0],
        # Genres: 11 novel fable | 2 novel poem | 0 essay fable; 8 essay fable; 3 and 5 none.
        "candidate.affinity.genres": [_shared(row) for row in rows.tolist()],
        "candidate.days_since_engaged": [1.0, 3.0, None, None, None],
        "candidate.times_engaged": [1.0, 2.0, 0.0, 0.0, 0.0],
    }
    manifest = orjson.loads((version / "manifest.json").read_bytes())
    tables = {name: np.load(version / name) for name in manifest["files"] if "tables/" in name}
    known = {"items": {item: at for at, item in enumerate(MODEL_ITEMS)}, "users": {"noor": 1}}
    features, wide = plain_features.ranker_inputs(manifest["ranker"], raw, tables, known)
    assert columns["features"] == pytest.approx(features, abs=1e-5)
    assert columns["wide"] == pytest.approx(wide, abs=1e-5)
    assert columns["features"].dtype == columns["wide"].dtype == np.float32
    assert columns["candidate.times_engaged"].tolist() == [1, 2, 0, 0, 0]
    assert columns["candidate.affinity.genres"].shape == (5,)
    predicted = await model.predictor.predict(context, batch.with_columns(columns))
    assert predicted["click"].shape == (5,)


def _words(rows):
    return [(book(row).attributes.get("author", "ada").lower(), row) for row in rows.tolist()]


def _shared(row: int) -> float:
    mine = set(book(row).attributes.get("genres", ()))
    recent = [set(book(each).attributes["genres"]) for each in (11, 2, 0)]
    return sum(bool(mine & each) for each in recent) / 3


async def test_static_columns_are_the_same_with_and_without_a_block(tmp_path, version):
    rows = np.array([11, 0, 7])
    found = []
    for limit in (0, 1 << 20):
        embeddings = EmbeddingSettings(static_block_bytes=limit)
        async with Loading(tmp_path / "cache", embeddings=embeddings) as state:
            model = await state.load(version)
            context = request(state.catalog)
            batch = CandidateBatch.of_items(rows)
            found.append(model.model_features.assemble(context, batch)["features"])
    assert np.array_equal(found[0], found[1])


async def test_features_follow_a_changed_item(loading, version):
    model = await loading.load(version)
    batch = CandidateBatch.of_items(np.array([0, 1]))
    before = model.model_features.assemble(request(loading.catalog), batch)["features"]
    loading.catalog.rename("book-1", "Completely different words")
    after = model.model_features.assemble(request(loading.catalog), batch)["features"]
    assert np.array_equal(before[0], after[0])
    assert not np.array_equal(before[1], after[1])


async def test_default_features_have_the_right_shapes(loading, version):
    model = await loading.load(version)
    defaults = model.model_features.defaults(CandidateBatch.of_items(np.arange(3)))
    assert defaults["features"].shape == (3, model.manifest.ranker.width)
    assert defaults["wide"].shape == (3, 2)


async def test_no_candidates_assemble_to_nothing(loading, version):
    model = await loading.load(version)
    nothing = CandidateBatch.of_items(np.empty(0, np.int64))
    columns = model.model_features.assemble(request(loading.catalog), nothing)
    assert columns["features"].shape == (0, model.manifest.ranker.width)
    predicted = await model.predictor.predict(request(loading.catalog), nothing)
    assert {name: len(column) for name, column in predicted.items()} == {
        "click": 0,
        "like": 0,
    }
