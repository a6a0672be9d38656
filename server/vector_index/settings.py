"""Vector index settings."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


class IndexKind(StrEnum):
    """How the searched structure is made; all but FLAT re-score their best with stored vectors."""

    AUTO = "auto"
    FLAT = "flat"
    IVF_PQ = "ivf_pq"
    IVF_SQ8 = "ivf_sq8"
    HNSW = "hnsw"
    HNSW_PQ = "hnsw_pq"


class VectorStoreKind(StrEnum):
    """How precisely vectors are kept for re-scoring and lookups."""

    INT8 = "int8"
    FLOAT16 = "float16"


class VectorIndexSettings(BaseModel):
    """AUTO searches small catalogues exactly and large ones by IVF_PQ (docs/adr/0002)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: IndexKind = IndexKind.AUTO
    store: VectorStoreKind = VectorStoreKind.INT8
    flat_limit: int = Field(default=20_000, ge=0, description="most items AUTO searches exactly")
    components: int = Field(default=64, ge=8, multiple_of=8, description="principal components")
    target_recall: float = Field(default=0.96, gt=0, le=1, description="search effort aims at it")
    minimum_recall: float = Field(default=0.95, ge=0, le=1, description="below it: another kind")
    verified_k: int = Field(default=1000, gt=0)
    verified_queries: int = Field(default=128, gt=0)
    hnsw_links: int = Field(default=16, gt=1)
    hnsw_build_effort: int = Field(default=200, gt=0)
    exact_limit: int = Field(
        default=10_000, ge=0, description="filters that leave at most so many are searched exactly"
    )
    rebuild_share: float = Field(default=0.1, gt=0, description="changed share that calls for one")
    rebuild_minimum: int = Field(default=20_000, gt=0, description="changed items at least")
    subprocess_from: int = Field(default=100_000, ge=0, description="builds of more items")
    build_niceness: int = Field(default=10, ge=0, le=19)
    build_threads: int = Field(default=2, gt=0)
    search_workers: int = Field(default=2, gt=0)
    cached_builds: int = Field(default=6, gt=0, description="built indexes kept on disk")
