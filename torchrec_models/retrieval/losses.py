"""Softmax losses of the two-tower model.

Shape legend: B users of a batch, C candidate items, M all items, T pairs of a row and a target.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

# Large enough to remove a column from a softmax in float32 without making NaN of its gradient.
MASKED = -1e4


Pairs = tuple[Tensor, Tensor]


def full_softmax_loss(logits_BM: Tensor, target_T: Pairs, masked_T: Pairs) -> Tensor:
    """Return the cross entropy of each row's targets over all items, averaged over rows.

    `target_T` and `masked_T` are (row, column) indices. A row's targets count equally and sum to
    one; a row without targets adds 0. Masked columns (known items) leave the denominator.
    """
    logits_BM = logits_BM.index_put(masked_T, logits_BM.new_tensor(MASKED))
    row_T, _ = target_T
    targets_B = torch.bincount(row_T, minlength=len(logits_BM)).to(logits_BM.dtype)
    loss_T = torch.logsumexp(logits_BM, dim=1)[row_T] - logits_BM[target_T]
    return (loss_T / targets_B[row_T]).sum() / len(logits_BM)


def log_expected_count(
    item_C: Tensor, frequency_M: Tensor, *, in_batch: int, uniform: int
) -> Tensor:
    """Return log Q of each candidate: how often the sampler is expected to draw it.

    An item enters a batch in proportion to its frequency and the uniform part equally often:
    Q(i) = in_batch * frequency(i) + uniform / M.

    Source: Yi et al., "Sampling-Bias-Corrected Neural Modeling", RecSys 2019, section 3; the mix
    with uniform negatives is Yang et al., "Mixed Negative Sampling", WWW 2020.
    """
    expected_C = in_batch * frequency_M[item_C] + uniform / len(frequency_M)
    return torch.log(expected_C.clamp_min(1e-12))


def sampled_softmax_loss(
    logits_BC: Tensor, log_q_C: Tensor, positive_B: Tensor, masked_BC: Tensor
) -> Tensor:
    """Return the logQ-corrected cross entropy: softmax over s(u, i) - log Q(i).

    `positive_B` is the column of each row's own item. Accidental hits (other candidates that the
    user is known to like, and copies of the own item) are masked, the own column never is.
    """
    corrected_BC = logits_BC - log_q_C
    own_BC = nn.functional.one_hot(positive_B, num_classes=logits_BC.shape[1]).bool()
    corrected_BC = corrected_BC.masked_fill(masked_BC & ~own_BC, MASKED)
    return nn.functional.cross_entropy(corrected_BC, positive_B)
