"""Writes the tiny model version: random weights, golden vectors by plain formulas."""

import hashlib
from pathlib import Path

import numpy as np
import orjson

from tests.small_model import onnx_graphs, plain_features
from tests.small_model.world import BOOKS, GENRES, NOW_MS

DIMENSION, CONTENT_DIMENSION, HISTORY_DIMENSION = 16, 8, 4
HEADS = ("click", "like")
HOURS = [str(hour) for hour in range(24)]
# The model's order is not the catalogue's, and it knows a book that was never in it.
MODEL_ITEMS = ("book-7", "book-0", "gone", *(f"book-{n}" for n in (1, 2, 3, 4, 5, 6, 8)))
MODEL_USERS = ("mia", "noor", "visitor:v1")
_YEARS = {"kind": "borders", "borders": [1920.0, 1950.0, 1980.0]}


def write_version(folder: Path, *, seed: int = 0) -> Path:
    """Write the version into a new folder and return it."""
    return _Writer(folder, seed).write()


def reseal(folder: Path) -> None:
    """Bring the manifest's digests up to date after a test has changed a file."""
    manifest = orjson.loads((folder / "manifest.json").read_bytes())
    manifest["files"] = _entries(folder)
    (folder / "manifest.json").write_bytes(orjson.dumps(manifest))


class _Writer:
    def __init__(self, folder: Path, seed: int) -> None:
        (folder / "tables").mkdir(parents=True)
        self.folder = folder
        self.random = np.random.default_rng(seed)
        self.tables: dict[str, np.ndarray] = {}
        self.known = {
            "items": {item: row for row, item in enumerate(MODEL_ITEMS)},
            "users": {user: row for row, user in enumerate(MODEL_USERS)},
        }

    def write(self) -> Path:
        retrieval, content, ranker = self._retrieval(), self._content(), self._ranker()
        self._lines("item_ids.txt", MODEL_ITEMS)
        self._lines("user_ids.txt", MODEL_USERS)
        neighbors = self.random.integers(-1, len(MODEL_ITEMS), (len(MODEL_ITEMS), 3))
        self._array("co_neighbors.npy", neighbors.astype(np.int32))
        self._array("co_weights.npy", np.where(neighbors >= 0, 0.5, 0).astype(np.float32))
        counts = np.arange(1, len(MODEL_ITEMS) + 1, dtype=np.float32)
        self._array("popularity.npy", counts)
        self._array("recent_popularity.npy", counts / 2)
        golden = {
            "users": self._golden_users(retrieval),
            "items": self._golden_items(retrieval, content),
            "ranker": [self._golden_ranking(ranker)],
            "tolerance": 1e-4,
        }
        (self.folder / "golden.json").write_bytes(
            orjson.dumps(golden, option=orjson.OPT_SERIALIZE_NUMPY)
        )
        manifest = {
            "format": 1,
            "version": self.folder.name,
            "created_time": "2026-01-01T00:00:00Z",
            "embedding_space_id": "tiny",
            "recipe": {},
            "data": {"catalog": "books", "log_watermark": 0, "data_time_ms": NOW_MS, "counts": {}},
            "files": _entries(self.folder),
            "items": "item_ids.txt",
            "users": "user_ids.txt",
            "retrieval": retrieval,
            "content": content,
            "co_engagement": {
                "neighbors": "co_neighbors.npy",
                "weights": "co_weights.npy",
                "history_length": 5,
            },
            "popularity": "popularity.npy",
            "recent_popularity": "recent_popularity.npy",
            "ranker": ranker,
            "objective": {"weights": {"click": 1.0, "like": 2.0}, "min": 0.0, "max": 3.0},
            "pre_ranker": {"weights": {"two_tower": 1.0, "popularity": 0.1}},
            "metrics": {},
            "golden": "golden.json",
        }
        (self.folder / "manifest.json").write_bytes(orjson.dumps(manifest))
        return self.folder

    def _retrieval(self) -> dict:
        users = [
            self._feature("user.id", {"kind": "users"}, len(MODEL_USERS), 4, "user"),
            self._feature("user.country", _vocabulary("DE", "FR"), 2, 2, "user"),
        ]
        items = [
            self._feature("item.id", {"kind": "items"}, len(MODEL_ITEMS), 4, "tower"),
            self._feature("item.genres", _vocabulary(*GENRES), 4, 3, "tower", "mean"),
            self._feature("item.year", _YEARS, 4, 2, "tower"),
        ]
        history = self._array("tables/history.npy", self._normal(len(MODEL_ITEMS) + 1, 4))
        user_weights = self._normal(6 + HISTORY_DIMENSION + 1, DIMENSION)
        self.item_weights = self._normal(9, DIMENSION)
        self.user_weights, self.history = user_weights, history
        onnx_graphs.write_tower(self.folder / "user_tower.onnx", user_weights)
        onnx_graphs.write_tower(self.folder / "item_tower.onnx", self.item_weights)
        spec = {
            "dimension": DIMENSION,
            "item_vectors": "item_vectors.npy",
            "history_length": 3,
            "history_table": "tables/history.npy",
            "user_features": users,
            "user_tower": "user_tower.onnx",
            "item_features": items,
            "item_tower": "item_tower.onnx",
        }
        vectors = [self._tower(spec, _plain(item_id)) for item_id in MODEL_ITEMS]
        self._array("item_vectors.npy", np.array(vectors, np.float32))
        return spec

    def _content(self) -> dict:
        table = self._array("tables/tokens.npy", self._normal(65, CONTENT_DIMENSION))
        spec = {
            "dimension": CONTENT_DIMENSION,
            "item_vectors": "content_vectors.npy",
            "token_table": "tables/tokens.npy",
            "seed": 5,
            "buckets": 64,
            "text_attributes": ["blurb"],
            "value_attributes": ["author", "genres"],
        }
        vectors = [plain_features.content(spec, _plain(item), table) for item in MODEL_ITEMS]
        self._array("content_vectors.npy", np.array(vectors, np.float32))
        return spec

    def _ranker(self) -> dict:
        hashed = {"kind": "hash", "buckets": 16, "seed": 3}
        times = {"kind": "borders", "borders": [1.0, 3.0]}
        embeddings = [
            self._feature("user.id", {"kind": "users"}, len(MODEL_USERS), 4, "rank"),
            self._feature("item.id", {"kind": "items"}, len(MODEL_ITEMS), 4, "rank"),
            self._feature("item.author", _vocabulary("Ada", "Calvino"), 2, 3, "rank"),
            self._feature("item.genres", _vocabulary(*GENRES[1:]), 3, 2, "rank", "mean"),
            self._feature("context.hour", _vocabulary(*HOURS), 24, 2, "rank"),
            self._feature("item.title.words", hashed, 16, 3, "rank", "mean"),
            self._feature("user.top.author", hashed, 16, 2, "rank"),
            self._feature("item.year", _YEARS, 4, 2, "rank"),
            self._feature("candidate.times_engaged", times, 3, 2, "rank"),
        ]
        crosses = [
            ("user.top.author", "item.author", {}),
            ("user.country", "item.genres", {}),
            ("context.hour", "item.year", {"right_borders": _YEARS["borders"]}),
        ]
        for number in range(len(crosses)):
            self._array(f"tables/cross.{number}.npy", self._normal(33, len(HEADS)))
        numeric = [
            ("candidate.two_tower", "identity"),
            ("candidate.co_engaged_share", "identity"),
            ("candidate.affinity.genres", "identity"),
            ("candidate.days_since_engaged", "log1p"),
            ("item.popularity", "log1p"),
            ("item.rate.click", "identity"),
            ("item.age_days", "log1p"),
            ("item.released", "log1p"),
            ("user.history_length", "log1p"),
            ("user.rate.click", "identity"),
        ]
        width = sum(each["dimension"] for each in embeddings) + len(numeric)
        self.ranker_weights = self._normal(width, len(HEADS))
        onnx_graphs.write_ranker(self.folder / "ranker.onnx", self.ranker_weights)
        return {
            "heads": list(HEADS),
            "onnx": "ranker.onnx",
            "embeddings": embeddings,
            "numeric": [
                {"name": raw, "raw": raw, "transform": transform, "mean": 0.25, "std": 2.0}
                | {"clip": 3.0, "missing": 0.125}
                for raw, transform in numeric
            ],
            "crosses": [
                {"name": f"{left} x {right}", "left": left, "right": right, "buckets": 32}
                | {"seed": number, "table": f"tables/cross.{number}.npy"}
                | borders
                for number, (left, right, borders) in enumerate(crosses)
            ],
            "priors": {"click": 0.1, "like": 0.05},
        }

    def _golden_users(self, spec: dict) -> list[dict]:
        cases = [
            ("mia", ["book-0", "book-1", "book-0", "book-2", "gone", "book-11"], {"country": "FR"}),
            ("stranger", [], {}),
        ]
        golden = []
        for user_id, history, attributes in cases:
            latest = [each for each in dict.fromkeys(reversed(history)) if each in MODEL_ITEMS][:3]
            rows = [self.known["items"][each] + 1 for each in latest] or [0]
            value = {"user.id": user_id, "user.country": attributes.get("country")}
            parts = [
                plain_features.embed(f, value[f["raw"]], self.tables, self.known)
                for f in spec["user_features"]
            ]
            parts += [self.history[rows].mean(axis=0), [np.log1p(len(latest)) / 5]]
            embedding = plain_features.normalised(np.concatenate(parts) @ self.user_weights)
            golden.append(
                {"user_id": user_id, "history": history, "attributes": attributes}
                | {"history_times_ms": list(range(len(history))), "embedding": embedding}
            )
        return golden

    def _golden_items(self, spec: dict, content: dict) -> list[dict]:
        table = self.tables["tables/tokens.npy"]
        golden = []
        for item_id in ("book-1", "book-3", "book-10"):
            item = _plain(item_id)
            vectors = (self._tower(spec, item), plain_features.content(content, item, table))
            golden.append(item | {"embedding": vectors[0], "content": vectors[1]})
        return golden

    def _golden_ranking(self, ranker: dict) -> dict:
        raw = {
            "user.id": ["mia", "mia", "stranger", None],
            "user.country": ["FR", "FR", None, "DE"],
            "user.top.author": ["Ada", "Ada", None, "Borges"],
            "user.history_length": [4.0, 4.0, 0.0, 9.0],
            "user.rate.click": [0.25, 0.25, 0.1, 0.4],
            "context.hour": ["13", "13", "0", None],
            "item.id": ["book-1", "book-10", "book-0", "book-7"],
            "item.author": ["Borges", "Ada", None, "Calvino"],
            "item.genres": [["fable", "essay"], ["essay"], None, ["poem", "novel"]],
            "item.title.words": [["the", "garden"], [], ["x"], None],
            "item.year": [1910.0, 1950.0, None, 2020.0],
            "item.popularity": [3.0, 0.0, 7.0, 1e6],
            "item.rate.click": [0.5, 0.1, 0.0, 0.9],
            "item.age_days": [1.0, None, 300.0, 0.0],
            "item.released": [10.0, None, 300.0, -4.0],
            "candidate.two_tower": [0.5, -0.5, None, 0.1],
            "candidate.co_engaged_share": [1.0, 0.0, 0.0, 0.5],
            "candidate.affinity.genres": [0.5, 0.0, 0.0, 1.0],
            "candidate.days_since_engaged": [3.0, None, None, 0.0],
            "candidate.times_engaged": [1.0, 0.0, None, 3.0],
        }
        features, wide = plain_features.ranker_inputs(ranker, raw, self.tables, self.known)
        probabilities = 1 / (1 + np.exp(-(features @ self.ranker_weights + wide)))
        return {"raw": raw, "features": features, "wide": wide, "probabilities": probabilities}

    def _tower(self, spec: dict, item: dict) -> np.ndarray:
        attributes = item["attributes"]
        value = {"item.id": item["item_id"], "item.genres": attributes.get("genres")}
        value["item.year"] = attributes.get("year")
        parts = [
            plain_features.embed(f, value[f["raw"]], self.tables, self.known)
            for f in spec["item_features"]
        ]
        return plain_features.normalised(np.concatenate(parts) @ self.item_weights)

    def _feature(self, raw, encoder, size, dimension, prefix, pooling="single") -> dict:
        table = f"tables/{prefix}.{raw}.npy"
        self._array(table, self._normal(size + 1, dimension))
        return {
            "name": f"{prefix}.{raw}",
            "raw": raw,
            "encoder": encoder,
            "pooling": pooling,
            "table": table,
            "dimension": dimension,
        }

    def _normal(self, *shape: int) -> np.ndarray:
        return self.random.standard_normal(shape).astype(np.float32)

    def _array(self, name: str, array: np.ndarray) -> np.ndarray:
        np.save(self.folder / name, array)
        self.tables[name] = array
        return array

    def _lines(self, name: str, lines) -> None:
        (self.folder / name).write_text("".join(f"{line}\n" for line in lines))


def _vocabulary(*values: str) -> dict:
    return {"kind": "vocabulary", "values": list(values)}


def _plain(item_id: str) -> dict:
    """Return an item as golden vectors write it."""
    found = [item for item in BOOKS if item.item_id == item_id]
    if not found:
        return {"item_id": item_id, "title": "", "attributes": {}}
    attributes = {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in found[0].attributes.items()
    }
    return {"item_id": item_id, "title": found[0].title, "attributes": attributes}


def _entries(folder: Path) -> dict:
    return {
        path.relative_to(folder).as_posix(): {
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            "size_bytes": path.stat().st_size,
        }
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "manifest.json"
    }
