"""Behaviour every surface store shares; runs against each adapter."""

import inspect
from dataclasses import replace

import apsw
import pytest

from server.core.errors import ArtifactError, UnavailableError
from server.core.surface import Exploration, Rule, RuleKind, SeenPolicy, Surface
from server.orchestrator.adapters.embedded_surfaces import EmbeddedSurfaces
from server.orchestrator.surface_changes.stored import StoredRule, StoredSurface, SurfaceChanges
from tests.memory_surfaces import MemorySurfaces

FULL = Surface(
    name="gifts",
    sources={"popular": 20, "fresh": 5},
    candidates=100,
    shortlist=50,
    feed_length=30,
    feed_ttl_s=60,
    diversity=0.25,
    diversity_attribute="genre",
    seen=SeenPolicy.EXCLUDE,
    seen_limit=3,
    seen_half_life_h=1.5,
    excludes_engaged=True,
    excludes_purchased=True,
    exploration=Exploration(positions=(1, 5), rate=0.5, pool_size=7),
    objective={"click": 1.0, "purchase": 2.5},
    source_timeout_s=0.25,
    is_by_source=True,
)
RULE = Rule(
    name="summer",
    kind=RuleKind.CAP,
    filter='genre = "ü"',
    item_ids=("a", "b"),
    attribute="genre",
    position=3,
    limit=2,
    window=5,
    factor=1.5,
    start_ms=1,
    end_ms=2**50,
)


@pytest.fixture(params=["memory", "embedded"])
async def store(request, tmp_path):
    if request.param == "memory":
        yield MemorySurfaces()
        return
    opened = EmbeddedSurfaces(tmp_path / "surfaces.db")
    yield opened
    await opened.close()


def stored(surface=FULL, **over):
    return StoredSurface(**({"surface": surface, "create_ms": 1, "update_ms": 2} | over))


def stored_rule(name="summer", surface="gifts", rule=RULE, **over):
    fields = {"order": 1, "create_ms": 3, "update_ms": 4}
    return StoredRule(
        surface=surface, name=name, rule=rule and replace(rule, name=name), **(fields | over)
    )


async def test_a_new_store_is_empty(store):
    assert await store.load() == SurfaceChanges()


async def test_a_surface_and_its_rules_come_back_whole(store):
    await store.put_surface(stored())
    await store.put_rule(stored_rule())
    await store.put_rule(stored_rule("gone", rule=None, order=2))
    found = await store.load()
    assert found.surfaces == {"gifts": stored()}
    assert found.rules == {
        ("gifts", "summer"): stored_rule(),
        ("gifts", "gone"): stored_rule("gone", rule=None, order=2),
    }
    assert found.next_order == 3


async def test_a_write_replaces_what_was_there(store):
    await store.put_surface(stored())
    changed = stored(replace(FULL, diversity=0.5), update_ms=9)
    await store.put_surface(changed)
    await store.put_rule(stored_rule())
    other = stored_rule(rule=replace(RULE, limit=7), update_ms=9)
    await store.put_rule(other)
    found = await store.load()
    assert (found.surfaces["gifts"], found.rules["gifts", "summer"]) == (changed, other)


async def test_a_rule_is_deleted_alone(store):
    for surface in ("gifts", "home"):
        await store.put_rule(stored_rule(surface=surface))
    await store.delete_rule("gifts", "summer")
    await store.delete_rule("gifts", "never")
    assert list((await store.load()).rules) == [("home", "summer")]


async def test_a_surface_is_deleted_with_its_rules(store):
    await store.put_surface(stored())
    await store.put_surface(stored(replace(FULL, name="home")))
    for surface in ("gifts", "home"):
        await store.put_rule(stored_rule(surface=surface))
    await store.delete_surface("gifts")
    await store.delete_surface("never")
    found = await store.load()
    assert list(found.surfaces) == ["home"]
    assert list(found.rules) == [("home", "summer")]


async def test_the_embedded_store_survives_a_restart(tmp_path):
    path = tmp_path / "surfaces.db"
    store = EmbeddedSurfaces(path)
    await store.put_surface(stored())
    await store.close()
    with pytest.raises(UnavailableError):
        await store.put_surface(stored())
    store = EmbeddedSurfaces(path)
    assert (await store.load()).surfaces == {"gifts": stored()}
    await store.close()


async def test_keys_that_another_version_has_or_lacks_do_no_harm(tmp_path):
    path = tmp_path / "surfaces.db"
    store = EmbeddedSurfaces(path)
    await store.put_surface(stored())
    await store.close()
    with apsw.Connection(str(path)) as connection:
        data = '{"name": "gifts", "sources": {"popular": 1}, "colour": "red"}'
        connection.execute("UPDATE surfaces SET data = ?", (data,))
    connection.close()
    store = EmbeddedSurfaces(path)
    found = (await store.load()).surfaces["gifts"].surface
    assert found == Surface(name="gifts", sources={"popular": 1})
    await store.close()


async def test_what_is_no_surface_stops_the_start_with_the_file(tmp_path):
    path = tmp_path / "surfaces.db"
    store = EmbeddedSurfaces(path)
    await store.put_rule(stored_rule())
    await store.close()
    with apsw.Connection(str(path)) as connection:
        connection.execute("""UPDATE rules SET data = '{"name": "x", "kind": "sing"}'""")
    connection.close()
    store = EmbeddedSurfaces(path)
    with pytest.raises(ArtifactError, match=r"surfaces\.db .*restore"):
        await store.load()
    await store.close()


def test_the_adapters_have_the_same_methods():
    for name, method in inspect.getmembers(MemorySurfaces, inspect.iscoroutinefunction):
        theirs = getattr(EmbeddedSurfaces, name)
        assert list(inspect.signature(method).parameters) == list(
            inspect.signature(theirs).parameters
        )
