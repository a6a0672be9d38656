"""Dense parts as ONNX, checked against torch.

Shape legend: N rows.
"""

from __future__ import annotations

import io
import logging
import warnings
from contextlib import redirect_stderr, redirect_stdout

import numpy as np
import onnxruntime as ort
import torch
from torch import Tensor, nn

from torchrec_models.errors import ExportError

OPSET = 18
TOLERANCE = 1e-4


def to_onnx(module: nn.Module, widths: dict[str, int], output: str, *, seed: int = 0) -> bytes:
    """Return the ONNX bytes of a module that takes one matrix (N, width) for each name in order.

    Raises:
        ExportError: ONNX Runtime computes something else than torch.
    """
    module.eval()
    generator = torch.Generator().manual_seed(seed)
    example = tuple(torch.randn(3, width, generator=generator) for width in widths.values())
    content = _export(module, example, list(widths), output)
    _check(module, content, example, list(widths))
    return content


def _export(module: nn.Module, example: tuple[Tensor, ...], names: list[str], output: str) -> bytes:
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    rows = torch.export.Dim("rows", min=1)
    try:
        # The exporter prints its progress and warns about its own deprecations.
        with (
            warnings.catch_warnings(),
            redirect_stdout(io.StringIO()),
            redirect_stderr(io.StringIO()),
        ):
            warnings.simplefilter("ignore")
            program = torch.onnx.export(
                module,
                example,
                input_names=names,
                output_names=[output],
                dynamic_shapes=tuple({0: rows} for _ in example),
                opset_version=OPSET,
                dynamo=True,
                verbose=False,
            )
    finally:
        logger.setLevel(level)
    assert program is not None
    content: bytes = program.model_proto.SerializeToString()
    return content


def _check(
    module: nn.Module, content: bytes, example: tuple[Tensor, ...], names: list[str]
) -> None:
    session = session_of(content)
    inputs = {name: value.numpy() for name, value in zip(names, example, strict=True)}
    got = session.run(None, inputs)[0]
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
