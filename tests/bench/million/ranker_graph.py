"""The full-size ranker as an ONNX graph with random weights: the work is real, the scores are not.

DCN v2 in parallel with the deep part: x_{l+1} = x_0 * (W x_l + b) + x_l, MLP 1024-512-256-128,
plus the wide logits, a sigmoid per head.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


class _Graph:
    def __init__(self, seed: int) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []
        self._rng = np.random.default_rng(seed)

    def add(self, operator: str, inputs: Sequence[str], output: str, **attributes: object) -> str:
        self.nodes.append(helper.make_node(operator, list(inputs), [output], **attributes))
        return output

    def linear(self, source: str, name: str, width_in: int, width_out: int) -> str:
        scale = (2.0 / width_in) ** 0.5
        weight = (self._rng.standard_normal((width_in, width_out)) * scale).astype(np.float32)
        bias = np.zeros(width_out, np.float32)
        self.weights += [
            numpy_helper.from_array(weight, f"{name}.weight"),
            numpy_helper.from_array(bias, f"{name}.bias"),
        ]
        return self.add("Gemm", [source, f"{name}.weight", f"{name}.bias"], name)


def write_ranker(
    path: Path, *, features: int, hidden: Sequence[int], crosses: int, heads: int, seed: int
) -> None:
    """Write the graph: `features` (N, features), `wide` (N, heads) -> `probabilities`."""
    graph = _Graph(seed)
    crossed = "features"
    for layer in range(crosses):
        projected = graph.linear(crossed, f"cross{layer}", features, features)
        product = graph.add("Mul", ["features", projected], f"product{layer}")
        crossed = graph.add("Add", [product, crossed], f"crossed{layer}")
    deep, width = "features", features
    for layer, size in enumerate(hidden):
        deep = graph.add("Relu", [graph.linear(deep, f"deep{layer}", width, size)], f"relu{layer}")
        width = size
    joined = graph.add("Concat", [crossed, deep], "joined", axis=1)
    logits = graph.linear(joined, "logits", features + width, heads)
    total = graph.add("Add", [logits, "wide"], "total")
    graph.add("Sigmoid", [total], "probabilities")

    def value(name: str, width: int) -> onnx.ValueInfoProto:
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["N", width])

    body = helper.make_graph(
        graph.nodes,
        "ranker",
        [value("features", features), value("wide", heads)],
        [value("probabilities", heads)],
        graph.weights,
    )
    model = helper.make_model(body, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    onnx.save(model, path)


def write_pass_through_tower(path: Path, *, inputs: int, dimension: int) -> None:
    """Write a tower that L2-normalises the first `dimension` inputs: vectors stay as generated."""
    bounds = [
        numpy_helper.from_array(np.array([value], np.int64), name)
        for name, value in (("start", 0), ("end", dimension), ("axis", 1))
    ]
    floor = numpy_helper.from_array(np.array([1e-9], np.float32), "floor")
    nodes = [
        helper.make_node("Slice", ["features", "start", "end", "axis"], ["sliced"]),
        helper.make_node("ReduceL2", ["sliced"], ["norm"], axes=[1], keepdims=1),
        helper.make_node("Max", ["norm", "floor"], ["safe_norm"]),
        helper.make_node("Div", ["sliced", "safe_norm"], ["embedding"]),
    ]
    body = helper.make_graph(
        nodes,
        "tower",
        [helper.make_tensor_value_info("features", TensorProto.FLOAT, ["B", inputs])],
        [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["B", dimension])],
        [*bounds, floor],
    )
    model = helper.make_model(body, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    onnx.save(model, path)
