"""Whose slate an event may be credited to."""

import pytest

from server.core.clock import WallClock
from server.core.errors import InvalidRequestError
from server.core.subject import Subject
from server.gateway.attribution import Attribution
from server.gateway.key_ring import KeyRing, SigningKey
from server.gateway.tokens import SlateRef, Tokens
from server.observability.metrics import Metrics
from server.orchestrator.query import ServedPage

TOKENS = Tokens(KeyRing([SigningKey("k", b"s" * 32, 0)]), WallClock())
ANN, BOB = Subject("ann"), Subject("bob")


def visitor(name):
    return Subject(name, is_visitor=True)


OWNERS = {"phone": "ann", "laptop": "ann", "tablet": "bob"}


class Merges:
    """Visitors by `OWNERS`."""

    def owner_of(self, visitor_id):
        return OWNERS.get(visitor_id)

    def visitors_of(self, user_id):
        return [name for name, owner in OWNERS.items() if owner == user_id]


def token_for(subject, **over):
    fields = {"items": (), "request_id": "r", "session_id": "", "serving_config": "home"}
    return TOKENS.attribution(ServedPage(**(fields | over)), subject)


@pytest.mark.parametrize(
    ("served", "acting", "is_credited"),
    [
        (ANN, ANN, True),
        (None, BOB, True),
        (None, visitor("new"), True),
        (visitor("new"), visitor("new"), True),
        # Merged: whoever of them was served, and whoever acts.
        (visitor("phone"), ANN, True),
        (ANN, visitor("phone"), True),
        (visitor("phone"), visitor("laptop"), True),
        # Signed in a moment ago, and merged in a moment.
        (visitor("new"), BOB, True),
        (ANN, BOB, False),
        (ANN, visitor("tablet"), False),
        (ANN, visitor("new"), False),
        (visitor("phone"), visitor("tablet"), False),
        (visitor("phone"), visitor("new"), False),
        (visitor("ann"), visitor("bob"), False),
    ],
)
def test_a_slate_is_credited_to_those_it_was_served_to(served, acting, is_credited):
    metrics = Metrics()
    attribution = Attribution(TOKENS, Merges(), metrics)
    slate = attribution.slate_of(token_for(served), acting, "f")
    assert (slate.request_id, slate.serving_config) == (("r", "home") if is_credited else ("", ""))
    counted = metrics.registry.get_sample_value("shortlist_events_not_attributed_total")
    assert counted == (0 if is_credited else 1)


def test_no_token_is_no_slate_and_a_broken_one_is_an_error():
    metrics = Metrics()
    attribution = Attribution(TOKENS, Merges(), metrics)
    assert attribution.slate_of("", ANN, "f") == SlateRef()
    with pytest.raises(InvalidRequestError):
        attribution.slate_of("nonsense", ANN, "f")
    assert metrics.registry.get_sample_value("shortlist_events_not_attributed_total") == 0
