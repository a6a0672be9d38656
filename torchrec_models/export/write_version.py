"""Writes a trained model as a version folder."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from torchrec_models.export.golden import golden
from torchrec_models.export.manifest import check_manifest, write_parts
from torchrec_models.export.version_folder import VersionFolder
from torchrec_models.training import TrainedModel


def write_version(model: TrainedModel, models: Path, *, now: datetime | None = None) -> Path:
    """Write, verify and publish a version; returns its folder.

    Raises:
        ExportError: The files disagree with the model, or can't be written. Nothing is left.
    """
    moment = (now or datetime.now(UTC)).astimezone(UTC)
    with VersionFolder(models, version_name(model, moment)) as folder:
        manifest = write_parts(folder, model, moment.isoformat().replace("+00:00", "Z"))

        @cache
        def table(name: str) -> npt.NDArray[np.float32]:
            values: npt.NDArray[np.float32] = np.load(folder.path / name, mmap_mode="r")
            return values

        manifest["golden"] = folder.json("golden.json", golden(model, manifest, table))
        manifest["files"] = folder.checksums()
        check_manifest(manifest)
        folder.json("manifest.json", manifest)
        return folder.publish()


def version_name(model: TrainedModel, moment: datetime) -> str:
    """Return a name that sorts by time and tells runs of one second apart."""
    identity = f"{model.snapshot.catalog}:{model.snapshot.log_watermark}:{model.seed}"
    digest = hashlib.sha256(f"{identity}:{moment.isoformat()}".encode()).hexdigest()[:6]
    return f"{moment:%Y%m%dT%H%M%SZ}-{model.recipe.name}-{digest}"
