"""What happens after the reply: the slate log, and failures that stay there."""

from dataclasses import replace

from server.core.surface import Exploration, Surface
from tests.unit.orchestrator.trained_world import QUERY, ids, parts, world_of


async def test_personal_pages_are_logged_with_features_and_propensities():
    home = Surface(
        name="home",
        sources={"two_tower": 10},
        feed_length=4,
        exploration=Exploration(positions=(1,), rate=0.5, pool_size=2),
    )
    world = world_of(surfaces=[home])
    page = await world.recommender.recommend(QUERY)
    await world.side_effects.close()
    (record,) = world.slates.records
    assert record.item_ids == tuple(ids(page))
    assert record.propensities.tolist() == [item.propensity for item in page.items]
    assert record.propensities[1] in {0.5, 0.25}
    assert record.feature_names == ("row", "ten_rows")
    assert record.features.tolist() == [[item.row, item.row * 10] for item in page.items]
    assert record.session_id == page.session_id


async def test_later_pages_are_logged_with_features_too():
    world = world_of()
    page = await world.recommender.recommend(replace(QUERY, page_size=2))
    later = replace(QUERY, page_size=2, page=page.next_page)
    second = await world.recommender.recommend(later)
    await world.side_effects.close()
    record = world.slates.records[-1]
    assert record.positions.tolist() == [2, 3]
    assert record.features.tolist() == [[item.row, item.row * 10] for item in second.items]


async def test_after_a_swap_no_features_of_another_model_are_logged():
    world = world_of()
    page = await world.recommender.recommend(QUERY)
    await world.side_effects.close()
    world.serving.swap(world.state(parts(version="v2")))
    await world.recommender.recommend(replace(QUERY, page=page.next_page))
    await world.side_effects.close()
    assert world.slates.records[-1].model_version == "v1"
    assert world.slates.records[-1].features is None


async def test_shared_replies_are_not_logged():
    world = world_of()
    await world.recommender.similar("i2", replace(QUERY, serving_config="similar"))
    await world.recommender.recommend(replace(QUERY, subject=None))
    await world.side_effects.close()
    assert world.slates.records == []


async def test_a_side_effect_never_fails_the_reply():
    world = world_of()

    def broken(record):
        raise RuntimeError("broken")

    world.slates.write = broken
    page = await world.recommender.recommend(QUERY)
    await world.side_effects.close()
    assert len(page.items) == 3
    assert world.side_effects.failures == 1


async def test_too_many_side_effects_are_left_out_and_counted():
    world = world_of()
    world.side_effects._most_pending = 0
    await world.recommender.recommend(QUERY)
    assert world.side_effects.pending == 0
    assert world.side_effects.failures == 1
