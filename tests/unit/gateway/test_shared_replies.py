"""What HTTP caches are told."""

from dataclasses import replace

import pytest

from server.gateway.shared_replies import SharedReplies
from server.gen.shortlist.v1 import recommendation_pb2
from server.orchestrator.query import ServedPage

PAGE = ServedPage(
    items=(), request_id="r", session_id="", serving_config="trending", is_shared=True
)


def shown(*item_ids):
    return [recommendation_pb2.Recommendation(item_id=each) for each in item_ids]


def headers(page=PAGE, items=("a", "b"), max_age_s=5.0):
    return dict(SharedReplies(max_age_s).headers(page, shown(*items)))


def test_a_shared_reply_is_fresh_for_as_long_as_it_may_live():
    assert headers()["cache-control"] == "public, max-age=5"
    assert headers()["age"] == "0"
    assert headers()["cache-status"] == "shortlist; fwd=miss"


def test_a_kept_page_says_how_old_it_is():
    kept = headers(replace(PAGE, age_s=3.9))
    assert (kept["age"], kept["cache-status"]) == ("3", "shortlist; hit")


def test_the_tag_changes_with_what_is_shown_and_with_nothing_else():
    assert headers()["etag"] == headers(replace(PAGE, request_id="other", age_s=2.0))["etag"]
    assert headers()["etag"] != headers(items=("b", "a"))["etag"]
    assert headers()["etag"].startswith('W/"')


@pytest.mark.parametrize(
    ("page", "max_age_s"), [(replace(PAGE, is_shared=False), 5.0), (PAGE, 0.0), (PAGE, 0.5)]
)
def test_other_replies_have_no_headers(page, max_age_s):
    assert headers(page, max_age_s=max_age_s) == {}
