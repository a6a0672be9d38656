"""Ages and client clocks, worked by hand."""

from __future__ import annotations

import pytest

from server.core.errors import EventFromFutureError, EventTooOldError
from server.events.age_limits import check_age, corrected_time_ms

NOW_MS = 1_700_000_000_000
FIVE_MINUTES_MS = 300_000
THIRTY_DAYS_MS = 30 * 86_400_000


@pytest.mark.parametrize("age_ms", [-FIVE_MINUTES_MS, 0, THIRTY_DAYS_MS])
def test_the_limits_themselves_are_allowed(age_ms):
    check_age(NOW_MS - age_ms, NOW_MS, is_imported=False)


def test_older_than_thirty_days_is_too_old_unless_imported():
    with pytest.raises(EventTooOldError, match="event_time"):
        check_age(NOW_MS - THIRTY_DAYS_MS - 1, NOW_MS, is_imported=False)
    check_age(0, NOW_MS, is_imported=True)


@pytest.mark.parametrize("is_imported", [False, True])
def test_more_than_five_minutes_ahead_is_from_the_future(is_imported):
    with pytest.raises(EventFromFutureError, match="301 s ahead"):
        check_age(NOW_MS + FIVE_MINUTES_MS + 1_000, NOW_MS, is_imported)


@pytest.mark.parametrize(
    ("event_ms", "sent_ms", "corrected_ms"),
    [
        (None, None, 1_000),
        (None, 500, 1_000),
        (900, None, 900),
        # The client's clock is 600 behind: it sent at 400 what arrived at 1,000.
        (300, 400, 900),
        (5_900, 6_000, 900),
    ],
)
def test_a_wrong_client_clock_is_corrected(event_ms, sent_ms, corrected_ms):
    assert corrected_time_ms(event_ms, sent_ms, 1_000) == corrected_ms
