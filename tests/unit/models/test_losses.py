"""The softmax losses, and that the logQ correction removes the sampler's bias."""

from __future__ import annotations

import numpy as np
import torch

from torchrec_models.retrieval.losses import (
    full_softmax_loss,
    log_expected_count,
    sampled_softmax_loss,
)


def pairs(rows, columns):
    return torch.tensor(rows, dtype=torch.long), torch.tensor(columns, dtype=torch.long)


def test_full_softmax_by_hand():
    logits = torch.log(torch.tensor([[1.0, 2.0, 5.0], [1.0, 1.0, 2.0]]))
    loss = full_softmax_loss(logits, pairs([0, 1, 1], [0, 0, 1]), pairs([0], [2]))
    # Row 0 has its third item masked: 1 / (1 + 2). Row 1 has two targets of 1 / 4 each.
    expected = (-np.log(1 / 3) - np.log(1 / 4)) / 2
    assert abs(float(loss) - expected) < 1e-5


def test_a_masked_column_gets_no_gradient():
    logits = torch.zeros(1, 3, requires_grad=True)
    full_softmax_loss(logits, pairs([0], [0]), pairs([0], [2])).backward()
    assert logits.grad is not None
    assert logits.grad[0].tolist() == [-0.5, 0.5, 0.0]


def test_expected_counts_add_both_samplers():
    frequency = torch.tensor([0.75, 0.25, 0.0, 0.0])
    found = log_expected_count(torch.tensor([0, 1, 3]), frequency, in_batch=8, uniform=4)
    np.testing.assert_allclose(np.exp(found.numpy()), [7.0, 3.0, 1.0], rtol=1e-5)


def test_accidental_hits_are_masked_but_never_the_own_item():
    logits = torch.zeros(1, 3)
    masked = torch.tensor([[True, True, False]])
    loss = sampled_softmax_loss(logits, torch.zeros(3), torch.tensor([0]), masked)
    assert abs(float(loss) - np.log(2)) < 1e-6


def test_logq_makes_the_sampled_partition_function_unbiased():
    """Summing exp(s - log Q) over the draws estimates the sum of exp(s) over all items."""
    generator = np.random.default_rng(0)
    scores = torch.from_numpy(generator.normal(size=50)).float()
    frequency = torch.from_numpy(generator.dirichlet(np.full(50, 0.3))).float()
    wanted = float(torch.exp(scores).sum())
    estimates, uncorrected = [], []
    for _ in range(4000):
        drawn = torch.from_numpy(
            np.concatenate(
                [
                    generator.choice(50, size=16, p=frequency.double() / frequency.double().sum()),
                    generator.integers(0, 50, size=8),
                ]
            )
        )
        log_q = log_expected_count(drawn, frequency, in_batch=16, uniform=8)
        estimates.append(float(torch.exp(scores[drawn] - log_q).sum()))
        uncorrected.append(float(torch.exp(scores[drawn]).sum()) * 50 / 24)
    assert abs(np.mean(estimates) / wanted - 1) < 0.03
    assert abs(np.mean(uncorrected) / wanted - 1) > 0.05
