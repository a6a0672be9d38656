"""A clock of compute: what a training loop has used, whoever else is using the machine."""

from __future__ import annotations

import time

import torch


class ComputeClock:
    """Seconds of CPU per torch thread since it was made.

    Close to wall time on a free machine; on a shared one it does not cut training short.
    """

    def __init__(self) -> None:
        self._started_s = time.process_time()

    def elapsed_s(self) -> float:
        """Return the CPU seconds used, divided by the number of threads."""
        return (time.process_time() - self._started_s) / torch.get_num_threads()
