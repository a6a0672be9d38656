"""The simulated world as a catalogue and profiles: what a recommender may know of it."""

from __future__ import annotations

import numpy as np

from server.batch.simulation.words import GENRES, make_creators, make_titles, summary
from server.batch.simulation.world import COUNTRIES, World
from server.catalog.item import Attribute, AttributeType, Item
from server.profiles.ports import Profile

ITEM_ATTRIBUTES = (
    Attribute("genres", AttributeType.STRINGS, is_filterable=True, is_feature=True),
    Attribute("creator", AttributeType.STRING, is_filterable=True, is_feature=True),
    Attribute("length_min", AttributeType.NUMBER, is_filterable=True, is_feature=True),
    Attribute("price", AttributeType.NUMBER, is_filterable=True, is_feature=True),
    Attribute("summary", AttributeType.TEXT, is_filterable=False, is_feature=True),
)
USER_ATTRIBUTES = (Attribute("country", AttributeType.STRING, is_filterable=True, is_feature=True),)
_CREATORS_PER_GENRE = 12


def items_of(world: World) -> list[Item]:
    """Return all items, created and available from their birth in the world."""
    rng = np.random.default_rng([world.seed, 1])
    count = len(world.genre_M)
    titles = make_titles(world.genre_M, world.seed)
    creators = make_creators(len(GENRES) * _CREATORS_PER_GENRE, world.seed)
    of_genre = rng.integers(_CREATORS_PER_GENRE, size=count)
    lengths = rng.integers(20, 180, size=count)
    prices = np.round(rng.gamma(3.0, 3.0, size=count) + 0.99, 2)
    items: list[Item] = []
    for row, item_id in enumerate(world.item_ids):
        genre, second = int(world.genre_M[row]), int(world.second_M[row])
        names = [GENRES[number].name for number in (genre, second) if number >= 0]
        creator = creators[genre * _CREATORS_PER_GENRE + int(of_genre[row])]
        born_ms = int(world.born_ms_M[row])
        items.append(
            Item(
                item_id=item_id,
                title=titles[row],
                attributes={
                    "genres": tuple(names),
                    "creator": creator,
                    "length_min": float(lengths[row]),
                    "price": float(prices[row]),
                    "summary": summary(
                        GENRES[genre], GENRES[second] if second >= 0 else None, creator
                    ),
                },
                available_ms=born_ms,
                create_ms=born_ms,
            )
        )
    return items


def profiles_of(world: World) -> list[Profile]:
    """Return all profiles."""
    return [
        Profile(user_id=user_id, attributes={"country": COUNTRIES[int(world.country_U[row])]})
        for row, user_id in enumerate(world.user_ids)
    ]
