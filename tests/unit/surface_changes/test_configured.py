"""What operators write lies over the settings file, and can be taken off again."""

from dataclasses import replace

from server.core.surface import Rule, RuleKind, Surface
from server.orchestrator.surface_changes.codec import rule_etag, surface_etag
from server.orchestrator.surface_changes.configured import Origin, configured
from server.orchestrator.surface_changes.live_surfaces import LiveSurfaces
from server.orchestrator.surface_changes.stored import StoredRule, StoredSurface, SurfaceChanges
from server.orchestrator.surfaces import Surfaces
from tests.unit.small_world import FixedClock

BLOCK = Rule(name="recalled", kind=RuleKind.BLOCK, item_ids=("i1",))
BOOST = Rule(name="summer", kind=RuleKind.BOOST, factor=2.0)
HOME = Surface(name="home", sources={"popular": 10}, rules=(BLOCK, BOOST))
BASE = Surfaces([HOME])


def stored(surface):
    return StoredSurface(surface=surface, create_ms=1, update_ms=2)


def stored_rule(rule, order=1, *, surface="home", name=""):
    name = name or rule.name
    return StoredRule(surface=surface, name=name, rule=rule, order=order, create_ms=1, update_ms=2)


def names(found):
    return [each.rule.name for each in found.rules]


def test_without_changes_it_is_what_the_settings_say():
    found = configured(BASE, SurfaceChanges())["home"]
    assert found.origin is Origin.BUILT_IN
    assert found.surface == HOME
    assert (found.create_ms, found.rules[0].update_ms) == (None, None)


def test_a_changed_surface_keeps_the_rules_of_the_settings():
    changes = SurfaceChanges().with_surface(stored(replace(HOME, diversity=0.5, rules=())))
    found = configured(BASE, changes)["home"]
    assert found.origin is Origin.CHANGED
    assert found.surface == replace(HOME, diversity=0.5)


def test_a_created_surface_has_no_rules_until_some_are_written():
    changes = SurfaceChanges().with_surface(stored(Surface(name="gifts")))
    assert configured(BASE, changes)["gifts"].origin is Origin.CREATED
    changes = changes.with_rule(stored_rule(BOOST, surface="gifts"))
    assert names(configured(BASE, changes)["gifts"]) == ["summer"]


def test_rules_apply_in_the_order_of_the_settings_then_as_they_were_created():
    changes = SurfaceChanges()
    for order, name in ((2, "a"), (1, "z")):
        changes = changes.with_rule(stored_rule(replace(BOOST, name=name), order))
    changes = changes.with_rule(stored_rule(replace(BLOCK, item_ids=("i2",)), 3))
    found = configured(BASE, changes)["home"]
    assert names(found) == ["recalled", "summer", "z", "a"]
    assert found.rules[0].rule.item_ids == ("i2",)


def test_a_deleted_rule_of_the_settings_stays_away_until_the_surface_is_reset():
    changes = SurfaceChanges().with_rule(stored_rule(None, name="recalled"))
    assert names(configured(BASE, changes)["home"]) == ["summer"]
    assert names(configured(BASE, changes.without_surface("home"))["home"]) == [
        "recalled",
        "summer",
    ]


def test_rules_of_a_surface_that_is_gone_have_no_effect():
    changes = SurfaceChanges().with_rule(stored_rule(BOOST, surface="gone"))
    assert list(configured(BASE, changes)) == ["home"]


def test_etags_are_about_the_values_alone():
    other = replace(HOME, sources={"popular": 10, "fresh": 5})
    assert surface_etag(HOME) == surface_etag(replace(HOME, rules=()))
    assert surface_etag(HOME) != surface_etag(other)
    assert surface_etag(other) == surface_etag(replace(HOME, sources={"fresh": 5, "popular": 10}))
    assert rule_etag(BOOST) != rule_etag(replace(BOOST, end_ms=5))


def test_only_the_rules_that_hold_now_are_served():
    soon = replace(BLOCK, start_ms=1000, end_ms=2000)
    clock = FixedClock(999)
    live = LiveSurfaces(Surfaces([replace(HOME, rules=(soon, BOOST))]), clock)

    def now(ms):
        clock.ms = ms
        return [rule.name for rule in live.current().get("home").rules]

    assert now(999) == ["summer"]
    assert now(1000) == now(1999) == ["recalled", "summer"]
    assert now(2000) == ["summer"]
    assert live.borders_ms() == [1000, 2000]
    assert [rule.name for rule in live.configured["home"].surface.rules] == ["recalled", "summer"]


def test_the_version_differs_whenever_other_rules_may_hold():
    clock = FixedClock(999)
    soon = replace(BLOCK, start_ms=1000)
    live = LiveSurfaces(Surfaces([replace(HOME, rules=(soon,))]), clock)
    first = live.version
    assert live.version == first
    clock.ms = 1000
    second = live.version
    live.replace(SurfaceChanges())
    assert len({first, second, live.version}) == 3
