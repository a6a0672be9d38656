"""Dense parts as ONNX, each checked against torch before it is written."""

from __future__ import annotations

import numpy as np
import onnxruntime as ort
import torch
from torch import nn

from torchrec_models.errors import ExportError
from torchrec_models.export.onnx_graph import ranker_graph, tower_graph
from torchrec_models.ranker.network import RankerDense
from torchrec_models.retrieval.towers import TowerMlp

TOLERANCE = 1e-4
_ROWS = 5


def tower_onnx(tower: TowerMlp) -> bytes:
    """Return a tower's dense part: "features" -> "embedding".

    Raises:
        ExportError: ONNX Runtime computes something else than torch.
    """
    content = tower_graph(tower)
    check_onnx(tower, content, {"features": tower.linear.in_features})
    return content


def ranker_onnx(dense: RankerDense) -> bytes:
    """Return the ranker's dense part: "features", "wide" -> "probabilities".

    Raises:
        ExportError: ONNX Runtime computes something else than torch.
    """
    content = ranker_graph(dense)
    check_onnx(dense, content, {"features": dense.inputs, "wide": dense.heads.out_features})
    return content


def check_onnx(module: nn.Module, content: bytes, widths: dict[str, int]) -> None:
    """Compare both on random rows.

    Raises:
        ExportError: They differ by more than the tolerance.
    """
    module.eval()
    generator = torch.Generator().manual_seed(0)
    example = [torch.randn(_ROWS, width, generator=generator) for width in widths.values()]
    inputs = {name: value.numpy() for name, value in zip(widths, example, strict=True)}
    got = session_of(content).run(None, inputs)[0]
    with torch.no_grad():
        wanted = module(*example).numpy()
    if not np.allclose(got, wanted, atol=TOLERANCE):
        worst = float(np.abs(got - wanted).max())
        raise ExportError(f"ONNX and torch differ by {worst:.2e}; report the torch version")


def session_of(model: bytes | str) -> ort.InferenceSession:
    """Open a model from bytes or a path, on two threads that don't spin."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = 2
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])
