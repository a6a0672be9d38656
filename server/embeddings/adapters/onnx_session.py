"""ONNX Runtime sessions as this server runs them: few threads, no spinning."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from server.core.errors import ArtifactError


class OnnxFunction:
    """One graph with one output, called with named float32 inputs; safe to call from any thread."""

    def __init__(self, path: Path, *, inputs: tuple[str, ...], output: str, threads: int) -> None:
        """Load a graph.

        Raises:
            ArtifactError: unreadable, or with other inputs or outputs.
        """
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        # Idle workers that spin would take the cores that the rest of the request needs.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(
                str(path), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # onnxruntime raises types that it does not document
            raise ArtifactError(
                f"{path}: not a usable ONNX graph ({str(error)[:200]}); export the version again"
            ) from error
        found = (
            {each.name for each in self._session.get_inputs()},
            {each.name for each in self._session.get_outputs()},
        )
        if found[0] != set(inputs) or output not in found[1]:
            raise ArtifactError(
                f"{path}: inputs {sorted(found[0])} and outputs {sorted(found[1])}, expected"
                f" {sorted(inputs)} and {output!r}; export the version again"
            )
        self._output = output

    def __call__(self, **inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        """Run the graph.

        Raises:
            RuntimeError: the graph refused the inputs' shapes.
        """
        try:
            (result,) = self._session.run([self._output], inputs)
        except Exception as error:  # onnxruntime raises types that it does not document
            raise RuntimeError(f"ONNX graph failed: {str(error)[:200]}") from error
        return _float32(result)


def _float32(result: Any) -> NDArray[np.float32]:  # noqa: ANN401 (onnxruntime is untyped)
    return np.asarray(result, np.float32)
