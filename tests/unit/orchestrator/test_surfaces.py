"""Surfaces: defaults that hold, and errors that name key and remedy."""

from dataclasses import replace

import pytest

from server.core.errors import InvalidRequestError, UnknownServingConfigError
from server.core.surface import Exploration, Rule, RuleKind, Surface
from server.orchestrator.surface_checks import check_surface
from server.orchestrator.surfaces import DEFAULT_SURFACES, Surfaces
from tests.unit.small_world import FIELDS, World, items_of

FINE = Surface(name="home", sources={"popular": 10})


def test_the_default_surfaces_pass_their_own_checks():
    for surface in DEFAULT_SURFACES:
        check_surface(surface, FIELDS)
    assert len(list(Surfaces())) == len(DEFAULT_SURFACES)
    assert "home" in Surfaces()


def test_an_unknown_surface_is_named():
    with pytest.raises(UnknownServingConfigError) as caught:
        Surfaces().get("nowhere")
    assert caught.value.resource == "nowhere"


def rule(kind, **over):
    return {"rules": (Rule(name="r", kind=kind, **over),)}


@pytest.mark.parametrize(
    ("over", "key", "remedy"),
    [
        ({"sources": {}}, "sources", "name at least one"),
        ({"sources": {"two_towers": 5}}, "sources.two_towers", "use two_tower"),
        ({"sources": {"popular": 0}}, "sources.popular", "choose 1 to 10000"),
        ({"candidates": 0, "shortlist": 0}, "candidates", "choose 1"),
        ({"shortlist": 3000}, "shortlist", "choose 1 to candidates"),
        ({"feed_length": 0}, "feed_length", "choose 1 to 1000"),
        ({"feed_ttl_s": 0}, "feed_ttl_s", "seconds"),
        ({"diversity": 1.5}, "diversity", "choose 0 to 1"),
        ({"diversity_attribute": "colour"}, "diversity_attribute", "declared item attribute"),
        ({"seen_limit": 0}, "seen_limit", "choose 1 or more"),
        ({"seen_half_life_h": 0}, "seen_half_life_h", "more than 0 hours"),
        ({"source_timeout_s": 0}, "source_timeout_s", "seconds"),
        ({"objective": {"click": float("nan")}}, "objective", "finite"),
        ({"exploration": Exploration(rate=2)}, "exploration.rate", "choose 0 to 1"),
        ({"exploration": Exploration(pool_size=0)}, "exploration.pool_size", "1 or more"),
        ({"exploration": Exploration(positions=(-1,))}, "exploration.positions", "from 0"),
        ({"is_shared": True, "exploration": Exploration(rate=0.1)}, "exploration", "rate to 0"),
        (rule(RuleKind.BLOCK), "rules.r.filter", "say what is blocked"),
        (rule(RuleKind.BLOCK, filter="genre ="), "rules.r.filter", "expected a value"),
        (rule(RuleKind.PIN), "rules.r.item_ids", "names the items"),
        (rule(RuleKind.PIN, item_ids=("a",), position=-1), "rules.r.position", "from 0"),
        (rule(RuleKind.CAP, window=0), "rules.r.limit", "window from 1"),
        (rule(RuleKind.CAP, attribute="colour"), "rules.r.attribute", "declared"),
        (rule(RuleKind.BOOST, factor=11), "rules.r.factor", "choose 0 to 10"),
    ],
)
def test_an_error_names_the_key_and_the_remedy(over, key, remedy):
    with pytest.raises(InvalidRequestError) as caught:
        check_surface(replace(FINE, **over), FIELDS)
    violations = {each.field: each.description for each in caught.value.violations}
    assert remedy in violations[f"surfaces.home.{key}"]
    assert f"surfaces.home.{key}" in str(caught.value)


def test_a_wrong_surface_never_serves():
    with pytest.raises(InvalidRequestError):
        World(items_of(1), surfaces=[replace(FINE, diversity=2)])
