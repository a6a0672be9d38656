"""Page tokens and attribution tokens."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.errors import InvalidPageTokenError, InvalidRequestError, PageTokenExpiredError
from server.core.subject import Subject
from server.gateway.key_ring import KeyRing, SigningKey
from server.gateway.tokens import SlateRef, Tokens, slate_digest
from server.orchestrator.query import PageRef, ServedItem, ServedPage


class Clock:
    def __init__(self, now_ms=1_000_000):
        self.ms = now_ms

    def now_ms(self):
        return self.ms


RING = KeyRing([SigningKey("k", b"s" * 32, 0)])
TOKENS = Tokens(RING, Clock())


@given(
    feed_id=st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
    offset=st.integers(0, 10_000),
    digest=st.binary(max_size=16),
)
def test_a_page_comes_back(feed_id, offset, digest):
    token = TOKENS.feed_page(PageRef(feed_id, offset), digest, ttl_s=10)
    assert TOKENS.read_feed_page(token, digest) == PageRef(feed_id, offset)
    with pytest.raises(InvalidPageTokenError):
        TOKENS.read_feed_page(token, digest + b"x")


def test_a_page_token_expires():
    clock = Clock()
    tokens = Tokens(RING, clock)
    token = tokens.feed_page(PageRef("f", 0), b"d", ttl_s=10)
    clock.ms += 9_999
    tokens.read_feed_page(token, b"d")
    clock.ms += 1
    with pytest.raises(PageTokenExpiredError):
        tokens.read_feed_page(token, b"d")


@given(after=st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_a_listing_continues(after):
    token = TOKENS.list_page(after, b"d")
    assert TOKENS.read_list_page(token, b"d") == after
    with pytest.raises(InvalidPageTokenError):
        TOKENS.read_list_page(token, b"e")


def page(**over):
    items = tuple(ServedItem(item_id=f"i{n}", row=n, score=1.0, position=n) for n in range(3))
    fields = {"items": items, "request_id": "r", "session_id": "", "serving_config": "home"}
    return ServedPage(**(fields | over))


def test_a_slate_is_named_by_its_token():
    token = TOKENS.attribution(page(exposures=(("a", "b"),), model_version="v1"), None)
    assert TOKENS.read_attribution(token, "f") == SlateRef("r", "home")
    assert TOKENS.read_attribution("", "f") == SlateRef("", "")


@pytest.mark.parametrize("subject", [Subject("ann"), Subject("ann", is_visitor=True)])
def test_a_token_says_whom_its_slate_was_for_and_names_nobody(subject):
    token = TOKENS.attribution(page(), subject)
    slate = TOKENS.read_attribution(token, "f")
    assert slate.is_for_visitor == subject.is_visitor
    assert slate.is_for(subject) and not slate.is_for(Subject("bob"))
    assert not slate.is_for(Subject("ann", is_visitor=not subject.is_visitor))
    assert b"ann" not in base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    other = TOKENS.read_attribution(TOKENS.attribution(page(request_id="r2"), subject), "f")
    assert other.subject_digest != slate.subject_digest


def test_a_shared_slate_is_for_nobody_in_particular():
    token = TOKENS.attribution(page(is_shared=True), Subject("ann"))
    assert TOKENS.read_attribution(token, "f") == SlateRef("r", "home")


def test_one_kind_of_token_is_not_another():
    feed, listing = TOKENS.feed_page(PageRef("f", 0), b"", 10), TOKENS.list_page("f", b"")
    slate = TOKENS.attribution(page(), None)
    for token in (listing, slate):
        with pytest.raises(InvalidPageTokenError):
            TOKENS.read_feed_page(token, b"")
    for token in (feed, slate):
        with pytest.raises(InvalidPageTokenError):
            TOKENS.read_list_page(token, b"")
    for token in (feed, listing, "x"):
        with pytest.raises(InvalidRequestError) as caught:
            TOKENS.read_attribution(token, "event.attribution_token")
        assert caught.value.violations[0].field == "event.attribution_token"


def test_a_slate_of_other_items_or_positions_has_another_digest():
    first = page().items
    moved = tuple(
        ServedItem(item_id=each.item_id, row=0, score=1.0, position=each.position + 1)
        for each in first
    )
    assert len({slate_digest(first), slate_digest(first[::-1]), slate_digest(moved)}) == 3
