"""The three graphs of a tiny model, built node by node."""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

_OPSET = [helper.make_opsetid("", 17)]


def _save(path: Path, nodes, inputs, output, weights) -> None:
    graph = helper.make_graph(
        nodes,
        "graph",
        [helper.make_tensor_value_info(n, TensorProto.FLOAT, ["B", w]) for n, w in inputs],
        [helper.make_tensor_value_info(output[0], TensorProto.FLOAT, ["B", output[1]])],
        [numpy_helper.from_array(weights, "weights")],
    )
    model = helper.make_model(graph, opset_imports=_OPSET, ir_version=8)
    onnx.save(model, str(path))


def write_tower(path: Path, weights: np.ndarray) -> None:
    """normalise(features @ weights)."""
    nodes = [
        helper.make_node("MatMul", ["features", "weights"], ["product"]),
        helper.make_node("LpNormalization", ["product"], ["embedding"], axis=1, p=2),
    ]
    inputs = [("features", weights.shape[0])]
    _save(path, nodes, inputs, ("embedding", weights.shape[1]), weights)


def write_ranker(path: Path, weights: np.ndarray) -> None:
    """sigmoid(features @ weights + wide)."""
    nodes = [
        helper.make_node("MatMul", ["features", "weights"], ["product"]),
        helper.make_node("Add", ["product", "wide"], ["logits"]),
        helper.make_node("Sigmoid", ["logits"], ["probabilities"]),
    ]
    inputs = [("features", weights.shape[0]), ("wide", weights.shape[1])]
    _save(path, nodes, inputs, ("probabilities", weights.shape[1]), weights)
