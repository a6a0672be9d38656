"""Quotas: a burst, then a steady rate, for each caller and group; memory is bounded."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.errors import QuotaExhaustedError
from server.gateway.auth.caller import Caller
from server.gateway.auth.rate_limits import RateLimits
from server.gateway.auth.scope import Scope
from server.gateway.auth.settings import CallerRatesSettings, RateSettings, RatesSettings


class Time:
    now_s = 100.0

    def __call__(self):
        return self.now_s


def rates(per_s, burst):
    rate = RateSettings(per_s=per_s, burst=burst)
    return CallerRatesSettings(serving=rate, storage=rate)


def limits(per_s=2, burst=3, **settings):
    time = Time()
    return RateLimits(RatesSettings(client=rates(per_s, burst), **settings), time), time


def user(name):
    return Caller(id=f"token:{name}", scope=Scope.CLIENT, user_id=name)


ANN = user("ann")


def taken(limiter, caller=ANN, group="serving"):
    """Return how many calls are let in at this moment."""
    for count in range(1000):
        try:
            limiter.take(caller, group)
        except QuotaExhaustedError:
            return count
    return None


def test_a_burst_then_the_steady_rate():
    limiter, time = limits()
    assert taken(limiter) == 3
    with pytest.raises(QuotaExhaustedError, match="more than 2 serving calls a second") as caught:
        limiter.take(ANN, "serving")
    assert caught.value.retry_after_s == pytest.approx(0.5)
    assert caught.value.caller == "token:ann"
    time.now_s += 0.25
    assert taken(limiter) == 0
    time.now_s += 0.25
    assert taken(limiter) == 1
    time.now_s += 100
    assert taken(limiter) == 3


def test_whoever_waits_as_told_is_let_in():
    limiter, time = limits(per_s=3, burst=1)
    for _ in range(50):
        limiter.take(ANN, "serving")
        with pytest.raises(QuotaExhaustedError) as caught:
            limiter.take(ANN, "serving")
        time.now_s += caught.value.retry_after_s


def test_callers_and_groups_have_their_own():
    limiter, _ = limits()
    assert taken(limiter) == 3
    assert taken(limiter, group="storage") == 3
    assert taken(limiter, user("bob")) == 3


def test_the_quota_is_that_of_what_the_credentials_allow():
    limiter, _ = limits(
        shared_client=rates(1, 5), partner=rates(1, 7), admin=rates(per_s=0, burst=1)
    )
    assert taken(limiter, Caller(id="a", scope=Scope.CLIENT)) == 5
    assert taken(limiter, Caller(id="b", scope=Scope.CLIENT, visitor_id="v")) == 3
    assert taken(limiter, Caller(id="c", scope=Scope.PARTNER, user_id="ann")) == 7
    assert taken(limiter, Caller(id="d", scope=Scope.ADMIN)) is None


def test_streams_are_paced_by_the_same_bucket():
    limiter, time = limits()
    assert [limiter.pace_s(ANN, "storage") for _ in range(5)] == pytest.approx([0, 0, 0, 0.5, 1])
    assert taken(limiter, group="storage") == 0
    time.now_s += 1
    assert limiter.pace_s(ANN, "storage") == pytest.approx(0.5)


def test_no_more_callers_are_remembered_than_wanted():
    limiter, _ = limits(tracked_callers=10)
    assert taken(limiter) == 3
    for number in range(9):
        limiter.take(user(f"u{number}"), "serving")
    assert taken(limiter) == 0
    for number in range(20):
        limiter.take(user(f"v{number}"), "serving")
    assert len(limiter) == 10
    # Ann is forgotten by now, which gives her a new burst, and no more.
    assert taken(limiter) == 3


@given(
    per_s=st.floats(0.1, 100),
    burst=st.integers(1, 20),
    steps=st.lists(st.floats(0, 3), max_size=60),
)
def test_never_more_than_burst_and_rate_allow(per_s, burst, steps):
    limiter, time = limits(per_s, burst)
    start_s, let_in = time.now_s, 0
    for step_s in steps:
        time.now_s += step_s
        try:
            limiter.take(ANN, "serving")
            let_in += 1
        except QuotaExhaustedError:
            pass
        assert let_in <= burst + (time.now_s - start_s) * per_s + 1e-6
