"""Loads model versions beside what serves, and swaps them in."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

from server.batch.jobs.masked_users import MaskedUsers
from server.core.errors import ArtifactError, FieldViolation
from server.core.surface import Surface
from server.embeddings.catalog_changes import CatalogChanges
from server.model_registry.adapters.folder_registry import FolderRegistry
from server.model_registry.manifest import read_manifest
from server.model_registry.watcher import RegistryWatcher
from server.orchestrator.assembly import LiveSources, serving_state
from server.orchestrator.filter_masks import filter_fields
from server.orchestrator.serving_state import ModelParts, ServingState, ServingStates
from server.orchestrator.surface_changes.live_surfaces import LiveSurfaces
from server.orchestrator.surface_changes.rule_timer import RuleTimer
from server.orchestrator.surface_checks import surface_violations
from server.orchestrator.surfaces import Surfaces
from server.rankers.objective import Objective
from server.settings import Settings
from server.vector_index.rebuild import rebuild
from server.wiring.loaded_model import LoadedModel
from server.wiring.model_executors import ModelExecutors
from server.wiring.model_loader import load_model
from server.wiring.model_settings import ModelSettings
from server.wiring.own_sources import own_sources
from server.wiring.stores import LiveStores

log = logging.getLogger(__name__)


def parts_of(model: LoadedModel) -> ModelParts:
    """Return what the pipelines need of a loaded version."""
    manifest = model.manifest
    objective = manifest.objective
    ranker = manifest.ranker
    return ModelParts(
        version=model.version,
        embedding_space_id=manifest.embedding_space_id,
        item_index=model.retrieval_index,
        user_encoder=model.user_encoder,
        item_vectors=model.item_vectors,
        content_index=model.content_index,
        content_encoder=model.content_encoder,
        co_engagement=model.co_engagement,
        catalog_hydrators=(model.retrieval_scores,),
        feature_hydrators=(model.model_features,),
        predictor=model.predictor,
        objective=Objective(objective.weights, objective.min, objective.max),
        pre_ranker_weights=manifest.pre_ranker_weights,
        max_popularity=model.max_popularity,
        feature_names=tuple(
            f"{each.name}.{index}" for each in ranker.embeddings for index in range(each.dimension)
        )
        + tuple(each.name for each in ranker.numeric),
    )


class Models:
    """The version that serves, and the next one while it loads.

    Pipelines are built again when the catalogue declares attributes, since rules and filters may
    name them, and when the surfaces or the rules that hold have changed.
    """

    def __init__(
        self,
        settings: Settings,
        stores: LiveStores,
        surfaces: LiveSurfaces,
    ) -> None:
        root = self._root = settings.data_dir
        self._model_settings = ModelSettings(
            index_cache=root / "index-cache",
            registry=settings.model_registry,
            vector_index=settings.vector_index,
            embeddings=settings.embeddings,
            ranker=settings.ranker,
        )
        self._registry = FolderRegistry(root / settings.model_registry.folder)
        self._stores = stores
        self._surfaces = surfaces
        self._masked = MaskedUsers(root / settings.model_registry.folder)
        self._executors = ModelExecutors.start(self._model_settings)
        self._changes = CatalogChanges(stores.catalog)
        self._live = LiveSources.of(stores.signals, own_sources(stores))
        self._model: LoadedModel | None = None
        self._updater: asyncio.Task[None] | None = None
        self._watching: asyncio.Task[None] | None = None
        self._schema = stores.catalog.schema()
        self.states = ServingStates(self._state(ModelParts()))
        self._rule_timer = RuleTimer(surfaces, stores.truth.clock, self._swap_surfaces)

    @property
    def live(self) -> LiveSources:
        return self._live

    async def start(self) -> None:
        """Load the current version, if there is one, and begin to watch for the next.

        A version that cannot be used is logged; the server answers without a model then.
        """
        watcher = RegistryWatcher(
            self._registry, self._take_over, poll_s=self._model_settings.registry.poll_s
        )
        self.refresh()
        await watcher.check()
        self._watching = asyncio.create_task(self._watch(watcher), name="model-watcher")

    async def close(self) -> None:
        self._rule_timer.stop()
        for task in (self._watching, self._updater):
            if task is not None:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
        await asyncio.to_thread(self._executors.close)

    def violations(self, surface: Surface) -> list[FieldViolation]:
        """Return what is wrong with a surface, by its keys; build it aside if nothing is."""
        fields = filter_fields(self._stores.catalog.schema())
        found = surface_violations(surface, fields, self._live.more)
        if not found:
            serving_state(self.states.current.parts, Surfaces([surface]), self._live, fields)
        return found

    def refresh(self) -> None:
        """Serve new requests with the surfaces as they are now."""
        self._rule_timer.start()
        self._swap_surfaces()

    def forget(self, subject_key: str) -> None:
        """Mask an erased subject's row in the model that serves."""
        if self._model is not None:
            self._model.model_users.forget(subject_key)

    async def _watch(self, watcher: RegistryWatcher) -> None:
        while True:
            await asyncio.sleep(self._model_settings.registry.poll_s)
            try:
                await watcher.check()
                self._follow_schema()
                await self._rebuild_if_due()
            except Exception:
                # A fault of one look must not end the watch.
                log.exception("looking for a new model version failed")

    def _follow_schema(self) -> None:
        if self._stores.catalog.schema() is not self._schema:
            self._swap_surfaces()

    def _swap_surfaces(self) -> None:
        self._schema = self._stores.catalog.schema()
        self.states.swap(self._state(self.states.current.parts))

    async def _rebuild_if_due(self) -> None:
        """Build an index again, in a process of its own, when much of it has changed."""
        if self._model is None:
            return
        for index in (self._model.retrieval_index, self._model.content_index):
            if index.is_rebuild_due():
                log.info("index is built again", extra={"items": len(index)})
                await asyncio.to_thread(
                    rebuild, index, self._model_settings.vector_index, self._root
                )

    async def _take_over(self, version: str, folder: Path) -> None:
        watermark = int(read_manifest(folder).data["log_watermark"])
        model = await load_model(
            folder,
            catalog=self._stores.catalog,
            changes=self._changes,
            signals=self._stores.signals,
            settings=self._model_settings,
            executors=self._executors,
            forgotten=await asyncio.to_thread(self._masked.keys, watermark),
        )
        if model.version != version:
            model.stop_listening()
            raise ArtifactError(f"{folder}: its manifest says version {model.version!r}")
        updater = asyncio.create_task(model.updater.run(), name=f"embeddings-{version}")
        self.states.swap(self._state(parts_of(model)))
        before, task = self._model, self._updater
        self._model, self._updater = model, updater
        log.info("model version serves", extra={"version": version})
        # Requests under way keep the old version's objects alive; only its upkeep ends here.
        if before is not None:
            before.stop_listening()
        if task is not None:
            task.cancel()

    def _state(self, parts: ModelParts) -> ServingState:
        return serving_state(
            parts, self._surfaces.current(), self._live, filter_fields(self._schema)
        )
