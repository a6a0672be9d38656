"""Slate records to and from bytes: a JSON head and packed arrays, deflated.

Shape letters: L items of the slate, F features.
"""

from __future__ import annotations

import struct
import zlib
from typing import Final

import numpy as np
import orjson

from server.events.ports import SlateRecord

FORMAT: Final = 1
_LENGTHS: Final = struct.Struct("<BI")
# float16 keeps three digits, and clips here.
_HALF_LIMIT: Final = 65504.0


def encode(record: SlateRecord) -> bytes:
    """Return a record as bytes; features are kept as float16."""
    features = record.features
    head = orjson.dumps(
        {
            "request_id": record.request_id,
            "served_ms": record.served_ms,
            "subject_key": record.subject_key,
            "session_id": record.session_id,
            "serving_config": record.serving_config,
            "model_version": record.model_version,
            "variants": record.variants,
            "item_ids": record.item_ids,
            "feature_names": record.feature_names,
            "has_features": features is not None,
        }
    )
    parts = [
        _LENGTHS.pack(FORMAT, len(head)),
        head,
        record.positions.astype("<i4").tobytes(),
        record.propensities.astype("<f8").tobytes(),
        record.scores.astype("<f4").tobytes(),
    ]
    if features is not None:
        clipped_LF = np.clip(features, -_HALF_LIMIT, _HALF_LIMIT)
        parts.append(clipped_LF.astype("<f2").tobytes())
    return zlib.compress(b"".join(parts), 1)


def decode(packed: bytes) -> SlateRecord:
    """Return the record of `encode`'s bytes.

    Raises:
        ValueError: another format.
    """
    data = zlib.decompress(packed)
    version, head_size = _LENGTHS.unpack_from(data)
    if version != FORMAT:
        raise ValueError(f"slate record format {version}")
    start = _LENGTHS.size + head_size
    head = orjson.loads(data[_LENGTHS.size : start])
    count = len(head["item_ids"])
    positions = np.frombuffer(data, "<i4", count, start)
    propensities = np.frombuffer(data, "<f8", count, start + 4 * count)
    scores = np.frombuffer(data, "<f4", count, start + 12 * count)
    features = None
    if head["has_features"]:
        shape = (count, len(head["feature_names"]))
        half = np.frombuffer(data, "<f2", -1, start + 16 * count)
        features = half.astype(np.float32).reshape(shape)
    return SlateRecord(
        request_id=head["request_id"],
        served_ms=head["served_ms"],
        subject_key=head["subject_key"],
        session_id=head["session_id"],
        serving_config=head["serving_config"],
        model_version=head["model_version"],
        variants=tuple((name, value) for name, value in head["variants"]),
        item_ids=tuple(head["item_ids"]),
        positions=positions,
        propensities=propensities,
        scores=scores,
        feature_names=tuple(head["feature_names"]),
        features=features,
    )
