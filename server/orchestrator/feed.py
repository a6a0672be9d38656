"""A feed: the ranked list behind its page tokens, and how it is stored."""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from server.core.batch import Rows, Scores
from server.core.slate import Slate

EXPLORED, RULED = 1, 2
_FORMAT = b"FD01"
_HEAD = struct.Struct("<4sII")


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """What was ranked for one feed so far, served or not; position i is index i.

    Attributes:
        digest: identifies the request that the pages belong to.
        subject_key: whose feed it is, so that erasure finds it; empty: nobody's.
        is_by_score: nothing but the score decided the order so far.
        is_exhausted: retrieving again found nothing new.

    Shapes:
        rows (L,) int64 unique; scores (L,) float32; propensities (L,) float64; sources (L,)
        uint32 bits by `source_names`; flags (L,) uint8 EXPLORED | RULED.
    """

    feed_id: str
    digest: bytes
    expire_ms: int
    source_names: tuple[str, ...]
    rows: Rows
    scores: Scores
    propensities: NDArray[np.float64]
    sources: NDArray[np.uint32]
    flags: NDArray[np.uint8]
    model_version: str = ""
    subject_key: str = ""
    created_ms: int = 0
    is_by_score: bool = True
    is_exhausted: bool = False

    def __len__(self) -> int:
        return len(self.rows)

    @classmethod
    def of(
        cls,
        slate: Slate,
        *,
        feed_id: str,
        digest: bytes,
        expire_ms: int,
        subject_key: str = "",
        created_ms: int = 0,
    ) -> Feed:
        flags = slate.is_explored * np.uint8(EXPLORED) | slate.is_ruled * np.uint8(RULED)
        return cls(
            feed_id=feed_id,
            digest=digest,
            expire_ms=expire_ms,
            source_names=slate.source_names,
            rows=slate.batch.items,
            scores=slate.batch.scores,
            propensities=slate.propensities,
            sources=slate.batch.sources,
            flags=flags,
            model_version=slate.model_version,
            subject_key=subject_key,
            created_ms=created_ms,
            is_by_score=slate.is_by_score,
        )

    def extended(self, slate: Slate) -> Feed:
        """Append what was retrieved again; nothing new means that the feed has ended.

        Where the score alone orders the feed, what comes later scores no more than what was
        there before: scores of two retrievals are not comparable to the last digit.
        """
        more = Feed.of(slate, feed_id=self.feed_id, digest=self.digest, expire_ms=self.expire_ms)
        names = tuple(dict.fromkeys([*self.source_names, *more.source_names]))
        fresh = ~np.isin(more.rows, self.rows)
        # Also its own: the stand-in for failed sources shares the name of a source.
        before = _renumbered(self.sources, self.source_names, names)
        sources = _renumbered(more.sources, more.source_names, names)
        is_by_score = self.is_by_score and more.is_by_score
        scores = more.scores
        if is_by_score and len(self) > 0:
            scores = np.minimum(scores, self.scores[-1])
        return replace(
            self,
            source_names=names,
            is_by_score=is_by_score,
            rows=np.concatenate([self.rows, more.rows[fresh]]),
            scores=np.concatenate([self.scores, scores[fresh]]),
            propensities=np.concatenate([self.propensities, more.propensities[fresh]]),
            sources=np.concatenate([before, sources[fresh]]),
            flags=np.concatenate([self.flags, more.flags[fresh]]),
            is_exhausted=not fresh.any(),
        )

    def encode(self) -> bytes:
        """Return the feed as bytes: a JSON head, then the columns."""
        head = json.dumps(
            {
                "feed_id": self.feed_id,
                "digest": self.digest.hex(),
                "expire_ms": self.expire_ms,
                "source_names": self.source_names,
                "model_version": self.model_version,
                "subject_key": self.subject_key,
                "created_ms": self.created_ms,
                "is_by_score": self.is_by_score,
                "is_exhausted": self.is_exhausted,
            }
        ).encode()
        columns = (self.rows, self.scores, self.propensities, self.sources, self.flags)
        body = b"".join(np.ascontiguousarray(column).tobytes() for column in columns)
        return _HEAD.pack(_FORMAT, len(head), len(self)) + head + body

    @classmethod
    def decode(cls, data: bytes) -> Feed | None:
        """Return the feed, None if these are not the bytes of one (another format, cut off)."""
        if len(data) < _HEAD.size:
            return None
        mark, head_size, length = _HEAD.unpack_from(data)
        at = _HEAD.size + head_size
        widths = ("<i8", "<f4", "<f8", "<u4", "<u1")
        if mark != _FORMAT or len(data) != at + length * sum(int(width[2]) for width in widths):
            return None
        head = json.loads(data[_HEAD.size : at])
        columns = []
        for width in widths:
            columns.append(np.frombuffer(data, width, length, at))
            at += length * int(width[2])
        rows, scores, propensities, sources, flags = columns
        return cls(
            feed_id=head["feed_id"],
            digest=bytes.fromhex(head["digest"]),
            expire_ms=head["expire_ms"],
            source_names=tuple(head["source_names"]),
            model_version=head["model_version"],
            subject_key=head["subject_key"],
            created_ms=head["created_ms"],
            is_by_score=head["is_by_score"],
            is_exhausted=head["is_exhausted"],
            rows=rows,
            scores=scores,
            propensities=propensities,
            sources=sources,
            flags=flags,
        )


def _renumbered(
    sources: NDArray[np.uint32], names: tuple[str, ...], new_names: tuple[str, ...]
) -> NDArray[np.uint32]:
    """Return the bits by `new_names`: another model version may have other sources."""
    if names == new_names[: len(names)]:
        return sources
    renumbered = np.zeros_like(sources)
    for bit, name in enumerate(names):
        has = (sources >> np.uint32(bit)) & np.uint32(1)
        renumbered |= has << np.uint32(new_names.index(name))
    return renumbered
