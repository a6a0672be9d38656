"""Every write is compared, checked, stored and only then served."""

import asyncio
from dataclasses import replace

import pytest

from server.core.errors import (
    EtagMismatchError,
    InvalidRequestError,
    RuleAlreadyExistsError,
    RuleNotFoundError,
    ServingConfigAlreadyExistsError,
    StorageFullError,
    UnknownServingConfigError,
)
from server.core.surface import Rule, RuleKind, Surface
from server.orchestrator.surface_changes import editor as editor_module

GIFTS = Surface(name="gifts", sources={"popular": 10})
BOOST = Rule(name="summer", kind=RuleKind.BOOST, filter='genre = "a"', factor=2.0)


def diverse(current):
    return replace(current, diversity=0.9)


async def test_a_created_surface_is_stored_and_served(edit):
    it = edit()
    created = await it.editor.create_surface(GIFTS)
    assert it.served("gifts") == GIFTS
    assert (await it.store.load()).surfaces["gifts"].surface == GIFTS
    assert created.create_ms == created.update_ms == it.clock.ms
    with pytest.raises(ServingConfigAlreadyExistsError):
        await it.editor.create_surface(GIFTS)
    with pytest.raises(ServingConfigAlreadyExistsError):
        await it.editor.create_surface(replace(GIFTS, name="home"))


async def test_requests_under_way_keep_the_state_they_began_with(edit):
    it = edit()
    before = it.states.current
    await it.editor.update_surface("home", diverse)
    assert before.surfaces.get("home").diversity == 0.2
    assert it.served().diversity == 0.9


async def test_deleting_resets_what_the_settings_have_and_removes_the_rest(edit):
    it = edit()
    await it.editor.update_surface("home", diverse)
    await it.editor.create_rule("home", BOOST)
    await it.editor.create_surface(GIFTS)
    for name in ("home", "gifts"):
        await it.editor.delete_surface(name)
    assert it.served() == it.live.base.get("home")
    assert "gifts" not in it.states.current.surfaces
    assert (await it.store.load()).surfaces == {}
    with pytest.raises(UnknownServingConfigError):
        await it.editor.delete_surface("gifts")


@pytest.mark.parametrize(
    ("over", "key"),
    [
        ({"sources": {"two_towers": 1}}, "sources.two_towers"),
        ({"shortlist": 5000}, "shortlist"),
        ({"diversity_attribute": "colour"}, "diversity_attribute"),
    ],
)
async def test_a_wrong_surface_is_refused_and_nothing_changes(edit, over, key):
    it = edit()
    with pytest.raises(InvalidRequestError) as caught:
        await it.editor.create_surface(replace(GIFTS, **over))
    assert [each.field for each in caught.value.violations] == [key]
    assert (it.refreshes, it.written) == (0, [])
    assert (await it.store.load()).surfaces == {}


@pytest.mark.parametrize(
    ("over", "key"),
    [
        ({"filter": "genre ="}, "filter"),
        ({"filter": 'colour = "red"'}, "filter"),
        ({"filter": "cost = 1"}, "filter"),
        ({"factor": 11.0}, "factor"),
        ({"kind": RuleKind.CAP, "attribute": "colour"}, "attribute"),
        ({"kind": RuleKind.PIN, "filter": "", "item_ids": ()}, "item_ids"),
        ({"kind": RuleKind.PIN, "item_ids": ("i1",)}, "filter"),
        ({"kind": RuleKind.BLOCK, "filter": ""}, "filter"),
        ({"start_ms": 2, "end_ms": 2}, "end_time"),
    ],
)
async def test_a_wrong_rule_is_refused_by_its_own_keys(edit, over, key):
    it = edit()
    with pytest.raises(InvalidRequestError) as caught:
        await it.editor.create_rule("home", replace(BOOST, **over))
    assert [each.field for each in caught.value.violations] == [key]
    assert it.refreshes == 0


async def test_validate_only_answers_what_would_be_and_changes_nothing(edit):
    it = edit()
    would = await it.editor.create_surface(GIFTS, validate_only=True)
    assert would.surface == GIFTS
    would = await it.editor.update_surface("home", diverse, validate_only=True)
    assert would.surface.diversity == 0.9
    would = await it.editor.create_rule("home", BOOST, validate_only=True)
    assert would.rule == BOOST
    await it.editor.delete_surface("home", validate_only=True)
    assert (it.refreshes, it.written) == (0, [])
    assert it.served() == it.live.base.get("home")
    assert (await it.store.load()).rules == {}


async def test_an_etag_lets_only_one_of_two_writers_win(edit):
    it = edit()
    etag = it.editor.surface("home").etag
    first = await it.editor.update_surface("home", diverse, etag=etag)
    assert first.etag != etag
    with pytest.raises(EtagMismatchError) as caught:
        await it.editor.update_surface("home", lambda s: replace(s, diversity=0.1), etag=etag)
    assert caught.value.resource == "home"
    assert it.served().diversity == 0.9
    with pytest.raises(EtagMismatchError):
        await it.editor.delete_surface("home", etag=etag)
    await it.editor.delete_surface("home", etag=first.etag)


async def test_writers_at_once_come_one_after_the_other(edit):
    it = edit()

    def more(surface):
        return replace(surface, seen_limit=surface.seen_limit + 1)

    await asyncio.gather(*(it.editor.update_surface("home", more) for _ in range(20)))
    assert it.served().seen_limit == 25


async def test_rules_are_created_changed_and_deleted(edit):
    it = edit()
    created = await it.editor.create_rule("home", BOOST)
    assert it.served().rules == (BOOST,)
    with pytest.raises(RuleAlreadyExistsError):
        await it.editor.create_rule("home", BOOST)
    it.clock.ms += 5
    changed = await it.editor.update_rule(
        "home", "summer", lambda rule: replace(rule, factor=3.0), etag=created.etag
    )
    assert (changed.order, changed.create_ms) == (created.order, created.create_ms)
    assert changed.update_ms == created.update_ms + 5
    with pytest.raises(EtagMismatchError):
        await it.editor.delete_rule("home", "summer", etag=created.etag)
    await it.editor.delete_rule("home", "summer", etag=changed.etag)
    assert it.served().rules == ()
    assert (await it.store.load()).rules == {}
    with pytest.raises(RuleNotFoundError):
        it.editor.rule("home", "summer")
    with pytest.raises(UnknownServingConfigError):
        it.editor.rule("nowhere", "summer")


async def test_a_rule_of_the_settings_can_be_deleted_and_written_again(edit):
    it = edit(Surface(name="home", sources={"popular": 10}, rules=(BOOST,)))
    await it.editor.delete_rule("home", "summer")
    assert it.served().rules == ()
    assert it.editor.surface("home").origin == "changed"
    again = await it.editor.create_rule("home", replace(BOOST, factor=0.5))
    assert it.served().rules == (again.rule,)
    await it.editor.delete_surface("home")
    assert it.served().rules == (BOOST,)


async def test_what_cannot_be_stored_is_not_served(edit):
    it = edit()

    async def full(stored):
        raise StorageFullError("no space")

    it.store.put_rule = full
    with pytest.raises(StorageFullError):
        await it.editor.create_rule("home", BOOST)
    assert (it.served().rules, it.written, it.refreshes) == ((), [], 0)


async def test_a_caller_that_goes_away_leaves_no_half_of_a_write(edit):
    it = edit()
    stored, go_on = it.store.put_rule, asyncio.Event()

    async def slow(rule):
        await stored(rule)
        await go_on.wait()

    it.store.put_rule = slow
    call = asyncio.create_task(it.editor.create_rule("home", BOOST))
    await asyncio.sleep(0.01)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    go_on.set()
    await asyncio.sleep(0.01)
    assert it.served().rules == (BOOST,)


async def test_every_write_is_told(edit):
    it = edit()
    created = await it.editor.create_rule("home", BOOST)
    await it.editor.delete_rule("home", "summer")
    before = it.editor.surface("home").etag
    after = (await it.editor.update_surface("home", diverse)).etag
    assert [(each.action, each.resource) for each in it.written] == [
        ("create", "home/rules/summer"),
        ("delete", "home/rules/summer"),
        ("update", "home"),
    ]
    assert it.written[0].etag_after == it.written[1].etag_before == created.etag
    assert (it.written[2].etag_before, it.written[2].etag_after) == (before, after)


async def test_there_is_a_limit_to_what_is_kept(edit, monkeypatch):
    it = edit()
    monkeypatch.setattr(editor_module, "MOST_RULES", 1)
    monkeypatch.setattr(editor_module, "MOST_SURFACES", 7)
    await it.editor.create_rule("home", BOOST)
    with pytest.raises(InvalidRequestError, match="1 rules"):
        await it.editor.create_rule("home", replace(BOOST, name="more"))
    await it.editor.update_rule("home", "summer", lambda rule: replace(rule, factor=3.0))
    with pytest.raises(InvalidRequestError, match="7 serving configs"):
        await it.editor.create_surface(GIFTS)
