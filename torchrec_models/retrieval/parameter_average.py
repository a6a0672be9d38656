"""An exponential average of a model's parameters, which generalises better than the last step."""

from __future__ import annotations

import copy
from typing import Generic, TypeVar

import torch
from torch import nn

DECAY = 0.98
Model = TypeVar("Model", bound=nn.Module)


class ParameterAverage(Generic[Model]):
    """Follows a model: average += (1 - d) * (parameters - average) after every step.

    d rises from 0.1 to `DECAY`, so that the first steps are soon forgotten.

    Source: Polyak and Juditsky, "Acceleration of Stochastic Approximation by Averaging", 1992.
    """

    def __init__(self, model: Model) -> None:
        self.model = copy.deepcopy(model)
        self._steps = 0
        self._from = list(model.parameters())
        self._to = list(self.model.parameters())

    @torch.no_grad()
    def update(self) -> None:
        """Take a step of the followed model into the average."""
        self._steps += 1
        decay = min(DECAY, self._steps / (9.0 + self._steps))
        torch._foreach_lerp_(self._to, self._from, 1.0 - decay)
