"""What trends, worked by hand."""

from __future__ import annotations

import numpy as np

from server.features.trending import trending_rows


def counts(*values):
    return np.array(values, np.float32)


def test_a_surplus_is_measured_against_what_the_time_before_lets_expect():
    # 6 days before with 60 events let expect 10 a day: (20 - 10) / sqrt(10 + 6) = 2.5.
    found = trending_rows(counts(0, 20), counts(70, 80), share=1 / 6, prior=6)
    assert found.rows.tolist() == [1]
    np.testing.assert_allclose(found.scores, [2.5])


def test_a_popular_item_needs_more_to_trend_than_a_rare_one():
    # Both have 10 more than expected.
    found = trending_rows(counts(110, 10), counts(710, 10), share=1 / 6, prior=5)
    assert found.rows.tolist() == [1, 0]
    assert found.scores[0] > 2 * found.scores[1]


def test_less_than_usual_does_not_trend():
    found = trending_rows(counts(5, 10), counts(65, 70), share=1 / 6, prior=5)
    assert len(found.rows) == 0


def test_at_most_a_thousand_and_ties_go_by_row():
    short = np.ones(3_000, np.float32)
    short[2_500] = 2
    found = trending_rows(short, short, share=1 / 6, prior=5)
    assert found.rows.tolist() == [2_500, *range(999)]


def test_nothing_trends_without_events():
    found = trending_rows(counts(), counts(), share=1 / 6, prior=5)
    assert (found.rows.dtype, len(found.rows)) == (np.int64, 0)
