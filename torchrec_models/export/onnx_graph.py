"""Writes the dense parts as ONNX graphs, node by node.

Written out rather than traced: the graphs are a dozen nodes, the same module always gives the
same bytes, and torch's exporter takes ten seconds a graph.

Shape legend: N rows.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from torchrec_models.ranker.network import RankerDense
from torchrec_models.retrieval.towers import TowerMlp

OPSET = 18
# Of ONNX 1.13, which every runtime since 2023 reads.
IR_VERSION = 8
# torch.nn.functional.normalize's guard against a zero vector.
NORM_EPSILON = 1e-12


class OnnxGraph:
    """Nodes and weights of a graph under construction; values are known by name."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []

    def op(self, kind: str, *inputs: str, name: str | None = None, **attributes: int) -> str:
        """Append a node and return the name of its output."""
        output = name or f"{kind.lower()}_{len(self.nodes)}"
        node = helper.make_node(kind, list(inputs), [output])
        node.attribute.extend(helper.make_attribute(key, v) for key, v in attributes.items())
        self.nodes.append(node)
        return output

    def weight(self, values: npt.NDArray[Any]) -> str:
        """Append a constant and return its name."""
        name = f"weight_{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def linear(self, layer: nn.Linear, x: str) -> str:
        """Append x W^T + b."""
        weight = self.weight(layer.weight.detach().numpy())
        bias = self.weight(layer.bias.detach().numpy())
        return self.op("Gemm", x, weight, bias, transB=1)

    def sequential(self, layers: nn.Sequential, x: str) -> str:
        """Append linear layers and rectifiers; dropout does nothing when serving.

        Raises:
            TypeError: A layer is of another kind.
        """
        for layer in layers:
            match layer:
                case nn.Linear():
                    x = self.linear(layer, x)
                case nn.ReLU():
                    x = self.op("Relu", x)
                case nn.Dropout():
                    continue
                case _:
                    raise TypeError(f"no ONNX form for {type(layer).__name__}")
        return x

    def to_bytes(self, inputs: dict[str, int], output: tuple[str, int]) -> bytes:
        """Serialise with matrices (rows, width) for inputs and output, and check the model."""

        def matrix(name: str, width: int) -> onnx.ValueInfoProto:
            return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["rows", width])

        graph = helper.make_graph(
            self.nodes,
            "dense",
            [matrix(name, width) for name, width in inputs.items()],
            [matrix(*output)],
            self.weights,
        )
        model = helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION
        )
        onnx.checker.check_model(model)
        content: bytes = model.SerializeToString()
        return content


def tower_graph(tower: TowerMlp) -> bytes:
    """Return "features" (N, F) -> "embedding" (N, D), unit rows."""
    graph = OnnxGraph()
    total = graph.op(
        "Add", graph.linear(tower.linear, "features"), graph.sequential(tower.mlp, "features")
    )
    axis = graph.weight(np.array([1], dtype=np.int64))
    norm = graph.op("ReduceL2", total, axis, keepdims=1)
    guard = graph.weight(np.array(NORM_EPSILON, dtype=np.float32))
    graph.op("Div", total, graph.op("Max", norm, guard), name="embedding")
    return graph.to_bytes(
        {"features": tower.linear.in_features}, ("embedding", tower.linear.out_features)
    )


def ranker_graph(dense: RankerDense) -> bytes:
    """Return "features" (N, F) and "wide" (N, H) -> "probabilities" (N, H)."""
    graph = OnnxGraph()
    x = "features"
    for layer in dense.cross.layers:
        assert isinstance(layer, nn.Linear)
        x = graph.op("Add", graph.op("Mul", "features", graph.linear(layer, x)), x)
    both = graph.op("Concat", x, graph.sequential(dense.deep, "features"), axis=1)
    logits = graph.op("Add", graph.linear(dense.heads, both), "wide")
    graph.op("Sigmoid", logits, name="probabilities")
    heads = dense.heads.out_features
    return graph.to_bytes({"features": dense.inputs, "wide": heads}, ("probabilities", heads))
