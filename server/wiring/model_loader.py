"""Builds everything a model version brings, for the current catalogue, beside what serves now."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from server.catalog.item import AttributeType
from server.catalog.ports import Catalog
from server.core.batch import Rows
from server.core.item_columns import ItemColumns
from server.embeddings.adapters.onnx_item_encoder import OnnxItemEncoder
from server.embeddings.adapters.onnx_session import OnnxFunction
from server.embeddings.adapters.onnx_user_encoder import OnnxUserEncoder
from server.embeddings.catalog_changes import CatalogChanges
from server.embeddings.embedding_updater import EmbeddingUpdater
from server.embeddings.golden_check import GoldenCheck
from server.embeddings.hashed_content_encoder import HashedContentEncoder
from server.embeddings.ports import ContentEncoder, ItemEncoder
from server.features.candidate_scope import ItemValues, RowToModelItem
from server.features.item_texts import ItemTexts
from server.features.model_features import ModelFeatures
from server.features.model_items import ModelItems
from server.features.model_users import ModelUsers
from server.features.ports import ItemSignals
from server.features.retrieval_scores import RetrievalScores
from server.features.static_items import StaticItemColumns
from server.model_registry.artifact import Artifact, open_artifact
from server.model_registry.golden import read_golden
from server.model_registry.manifest import ContentSpec, Manifest, RetrievalSpec
from server.rankers.adapters.onnx_predictor import OnnxPredictor
from server.vector_index.adapters.faiss_index import FaissIndex
from server.vector_index.snapshot_cache import SnapshotCache
from server.wiring.loaded_model import IndexedVectors, LoadedModel
from server.wiring.model_executors import ModelExecutors
from server.wiring.model_settings import ModelSettings
from server.wiring.model_tables import ModelTables

_NEW_ITEMS_AT_ONCE = 4096


async def load_model(
    folder: Path,
    *,
    catalog: Catalog,
    changes: CatalogChanges,
    signals: ItemSignals,
    settings: ModelSettings,
    executors: ModelExecutors,
    forgotten: Sequence[str] = (),
) -> LoadedModel:
    """Load a version while another may be serving; the event loop only hands over.

    What the catalogue goes through meanwhile is caught up before this returns. The caller starts
    `updater.run()` and swaps the result in.

    Args:
        forgotten: keys of erased subjects, which the model must not know any more.

    Raises:
        ArtifactError: the version is damaged, or computes something else than in training.
    """
    missed: list[Rows] = []
    stop_collecting = changes.listen(missed.append)
    build = _Build(folder, catalog, signals, settings, executors)
    try:
        model = await asyncio.get_running_loop().run_in_executor(
            executors.loading, build.run, tuple(forgotten)
        )
    finally:
        stop_collecting()
    # No await between here and the return: no change can slip through.
    stop_listening = changes.listen(model.updater.on_change)
    if missed:
        model.updater.on_change(np.unique(np.concatenate(missed)))
    return replace(model, stop_listening=stop_listening)


class _Build:
    """One load: the opened version, the catalogue view it is built for, and shared parts."""

    def __init__(
        self,
        folder: Path,
        catalog: Catalog,
        signals: ItemSignals,
        settings: ModelSettings,
        executors: ModelExecutors,
    ) -> None:
        self._folder = folder
        self._catalog = catalog
        self._signals = signals
        self._settings = settings
        self._executors = executors

    def run(self, forgotten: tuple[str, ...]) -> LoadedModel:
        """Build and check everything; blocking."""
        artifact = open_artifact(
            self._folder, digest_limit_bytes=self._settings.registry.digest_limit_bytes
        )
        manifest, items = artifact.manifest, self._catalog.columns()
        item_ids, user_ids = artifact.lines(manifest.items), artifact.lines(manifest.users)
        tables = ModelTables(artifact, len(item_ids), len(user_ids))
        model_items, users = ModelItems(item_ids, items), ModelUsers(user_ids)
        values = self._item_values(manifest, model_items)
        towers = self._towers(artifact, tables, model_items, users)
        features = tables.ranker_features()
        graph = self._graph(artifact, manifest.ranker.onnx, ("features", "wide"), "probabilities")
        content_index = self._index(artifact, manifest.content, model_items.rows_m.copy())
        content = self._content_encoder(manifest, tables, content_index)
        if self._settings.registry.check_golden:
            GoldenCheck(
                read_golden(artifact),
                user_encoder=towers.user,
                item_encoder=lambda known: towers.item(replace(values, model_items=known)),
                content_encoder=content,
                features=features,
                ranker=graph,
                item_ids=item_ids,
                user_ids=user_ids,
            ).run()
        # After the golden check: its subjects may be erased by now.
        for subject_key in forgotten:
            users.forget(subject_key)
        retrieval_index = self._index(artifact, manifest.retrieval, model_items.rows_m.copy())
        item_encoder = towers.item(values)
        self._add_new_items(
            items, model_items, (retrieval_index, item_encoder), (content_index, content)
        )
        static = StaticItemColumns(
            [placed.lookup for placed in features.static],
            values,
            limit_bytes=self._settings.embeddings.static_block_bytes,
        )
        static.warm_up(items)
        co_engagement = tables.co_engagement(model_items.rows_m.copy())
        return LoadedModel(
            manifest=manifest,
            retrieval_index=retrieval_index,
            content_index=content_index,
            user_encoder=towers.user,
            item_encoder=item_encoder,
            content_encoder=content,
            co_engagement=co_engagement,
            item_vectors=IndexedVectors(retrieval_index),
            retrieval_scores=RetrievalScores(
                signals=self._signals,
                two_tower=retrieval_index,
                content=content_index,
                co_engagement=co_engagement,
            ),
            model_features=ModelFeatures(features, static, values, users),
            predictor=OnnxPredictor(
                graph,
                manifest.ranker.heads,
                self._executors.ranking,
                timeout_s=self._settings.ranker.timeout_s,
            ),
            max_popularity=tables.max_popularity(),
            model_items=model_items,
            model_users=users,
            updater=EmbeddingUpdater(
                self._catalog.columns,
                model_items,
                item_encoder=item_encoder,
                content_encoder=content,
                retrieval_index=retrieval_index,
                content_index=content_index,
                static=static,
                executor=self._executors.loading,
            ),
            stop_listening=lambda: None,
        )

    def _item_values(self, manifest: Manifest, model_items: RowToModelItem) -> ItemValues:
        timestamps = frozenset(
            each.name
            for each in self._catalog.schema().item_attributes
            if each.type is AttributeType.TIMESTAMP
        )
        return ItemValues(
            model_items=model_items,
            signals=self._signals,
            texts=ItemTexts(),
            timestamps=timestamps,
            priors=manifest.ranker.priors,
        )

    def _towers(
        self, artifact: Artifact, tables: ModelTables, items: ModelItems, users: ModelUsers
    ) -> _Towers:
        retrieval = artifact.manifest.retrieval
        user_tower = self._graph(artifact, retrieval.user_tower, ("features",), "embedding")
        item_tower = self._graph(artifact, retrieval.item_tower, ("features",), "embedding")
        item_lookups = tables.lookups(retrieval.item_features)

        def item_encoder(values: ItemValues) -> OnnxItemEncoder:
            return OnnxItemEncoder(item_tower, item_lookups, values, dimension=retrieval.dimension)

        user_encoder = OnnxUserEncoder(
            user_tower,
            tables.lookups(retrieval.user_features),
            tables.history_table(),
            history_length=retrieval.history_length,
            items=items,
            users=users,
        )
        return _Towers(user_encoder, item_encoder)

    def _graph(
        self, artifact: Artifact, name: str, inputs: tuple[str, ...], output: str
    ) -> OnnxFunction:
        is_ranker = name == artifact.manifest.ranker.onnx
        threads = (
            self._settings.ranker.threads if is_ranker else self._settings.embeddings.tower_threads
        )
        return OnnxFunction(artifact.path(name), inputs=inputs, output=output, threads=threads)

    def _index(
        self, artifact: Artifact, spec: RetrievalSpec | ContentSpec, rows_m: Rows
    ) -> FaissIndex:
        name = spec.item_vectors
        artifact.mapped(name, (len(rows_m), spec.dimension), np.float32)
        cache = SnapshotCache(self._settings.index_cache, self._settings.vector_index)
        digest = artifact.manifest.files[name].sha256
        snapshot = cache.open_or_build(artifact.path(name), digest)
        return FaissIndex(snapshot, rows_m, self._settings.vector_index, self._executors.search)

    def _content_encoder(
        self, manifest: Manifest, tables: ModelTables, known: FaissIndex
    ) -> HashedContentEncoder:
        content = manifest.content
        return HashedContentEncoder(
            tables.token_table(),
            seed=content.seed,
            text_attributes=content.text_attributes,
            value_attributes=content.value_attributes,
            known=known,
        )

    def _add_new_items(
        self,
        items: ItemColumns,
        model_items: ModelItems,
        *indexed: tuple[FaissIndex, ItemEncoder | ContentEncoder],
    ) -> None:
        """Encode the catalogue's items that the model does not know."""
        # One call: the event loop may write to the dictionary while this thread reads it.
        alive = np.array(list(items.row_of.values()), np.int64)
        alive = np.sort(alive[alive < items.size])
        new = alive[model_items.of_rows(alive) < 0]
        for index, encoder in indexed:
            for start in range(0, len(new), _NEW_ITEMS_AT_ONCE):
                rows = new[start : start + _NEW_ITEMS_AT_ONCE]
                index.upsert(rows, encoder.encode(items, rows))


@dataclass(frozen=True, slots=True)
class _Towers:
    user: OnnxUserEncoder
    item: Callable[[ItemValues], OnnxItemEncoder]
