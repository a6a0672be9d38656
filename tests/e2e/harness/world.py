"""A small shop with known tastes, written as the CSV files that a deployment would import.

Everything but the dates is the same in each run: user n likes category n % 6 and brand n % 5, and
clicks mostly on that.
"""

from __future__ import annotations

import csv
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

USERS, ITEMS, DAYS = 250, 300, 14
CATEGORIES = ("books", "games", "garden", "kitchen", "music", "sport")
BRANDS = ("acme", "birch", "comet", "delta", "ember")
TAGS = ("gift", "handmade", "new", "offer", "outdoor", "recycled", "small", "winter")
COUNTRIES = ("DE", "FR", "SE")
NOUNS = {
    "books": ("novel", "atlas", "diary"),
    "games": ("puzzle", "deck", "board"),
    "garden": ("spade", "planter", "lantern"),
    "kitchen": ("kettle", "whisk", "bowl"),
    "music": ("drum", "flute", "record"),
    "sport": ("racket", "ball", "helmet"),
}

MAPPING = """
name = "shop"

[items]
file = "items.csv"
id = "item_id"
title = "title"
created = { column = "created" }

[items.attributes]
category = "category"
brand = "brand"
tags = { column = "tags", type = "strings", separator = "|" }
price = { column = "price", type = "number" }
year = { column = "year", type = "number" }
released = { column = "created", type = "timestamp", feature = false }
warehouse = { column = "warehouse", filterable = false, feature = false }

[users]
file = "users.csv"
id = "user_id"

[users.attributes]
country = "country"

[[events]]
file = "events.csv"
user = "user_id"
item = "item_id"
type = { column = "type" }
time = { column = "time", format = "unix_ms" }
session = "session"
"""


@dataclass(frozen=True)
class ShopItem:
    """One row of items.csv."""

    item_id: str
    title: str
    category: str
    brand: str
    tags: tuple[str, ...]
    price: float
    year: int

    @property
    def number(self) -> int:
        return int(self.item_id[1:])


@dataclass(frozen=True)
class ShopEvent:
    """One row of events.csv."""

    user_id: str
    item_id: str
    type: str
    time_ms: int
    session: str


@dataclass
class World:
    """All rows, and when the last of them happened."""

    end: datetime
    items: list[ShopItem] = field(default_factory=list)
    events: list[ShopEvent] = field(default_factory=list)

    @property
    def users(self) -> list[str]:
        return [user_id(number) for number in range(USERS)]

    def item(self, item_id: str) -> ShopItem:
        return self.items[int(item_id[1:])]

    def ids(self, **values: object) -> set[str]:
        """Return the ids of the items with these values, such as `category="books"`."""
        return {
            item.item_id
            for item in self.items
            if all(getattr(item, name) == value for name, value in values.items())
        }

    def of_user(self, user: str, *types: str) -> set[str]:
        """Return the items of a user's events of some types."""
        return {e.item_id for e in self.events if e.user_id == user and e.type in types}


def user_id(number: int) -> str:
    return f"u{number:03d}"


def favourite(number: int) -> tuple[str, str]:
    """Return the category and the brand that user `number` likes."""
    return CATEGORIES[number % len(CATEGORIES)], BRANDS[number % len(BRANDS)]


def make_world() -> World:
    """Return the world; its last events are about an hour old."""
    end = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=1)
    world = World(end)
    world.items = [_item(number) for number in range(ITEMS)]
    chance = random.Random(7)
    for number in range(USERS):
        world.events += _events_of(number, world, chance)
    world.events.sort(key=lambda event: event.time_ms)
    return world


def _item(number: int) -> ShopItem:
    category = CATEGORIES[number % len(CATEGORIES)]
    brand = BRANDS[number // len(CATEGORIES) % len(BRANDS)]
    first, second = TAGS[number % len(TAGS)], TAGS[(number // 3 + 3) % len(TAGS)]
    noun = NOUNS[category][number // 30 % 3]
    return ShopItem(
        item_id=f"i{number:03d}",
        title=f"{first} {brand} {noun} {number}",
        category=category,
        brand=brand,
        tags=tuple(sorted({first, second})),
        price=float(5 + number * 37 % 95),
        year=2000 + number % 25,
    )


def _events_of(number: int, world: World, chance: random.Random) -> list[ShopEvent]:
    category, brand = favourite(number)
    user, found = user_id(number), []
    for visit in range(chance.randint(5, 9)):
        time = world.end - timedelta(seconds=chance.randint(0, DAYS * 86_400))
        for shown in range(8):
            # Half of what is shown is of the favourite category; low numbers are popular.
            item = world.items[int(chance.random() ** 1.7 * ITEMS)]
            if chance.random() < 0.5:
                item = world.items[item.number - item.number % 6 + number % 6]
            likes = 0.1 + 0.5 * (item.category == category) + 0.2 * (item.brand == brand)
            types = ["impression"]
            if chance.random() < likes:
                types.append("click")
                if chance.random() < 0.25:
                    types.append("purchase")
            for step, kind in enumerate(types):
                moment = time + timedelta(seconds=shown * 30 + step * 5)
                found.append(
                    ShopEvent(
                        user, item.item_id, kind, int(moment.timestamp() * 1000), f"{user}-{visit}"
                    )
                )
    return found


def write_csv(world: World, folder: Path) -> Path:
    """Write items.csv, users.csv, events.csv and the mapping; return the mapping's path."""
    created = (world.end - timedelta(days=60)).isoformat()
    _write(
        folder / "items.csv",
        ("item_id", "title", "category", "brand", "tags", "price", "year", "created", "warehouse"),
        [
            (
                i.item_id,
                i.title,
                i.category,
                i.brand,
                "|".join(i.tags),
                i.price,
                i.year,
                created,
                "w",
            )
            for i in world.items
        ],
    )
    _write(
        folder / "users.csv",
        ("user_id", "country"),
        [(user, COUNTRIES[number % 3]) for number, user in enumerate(world.users)],
    )
    _write(
        folder / "events.csv",
        ("user_id", "item_id", "type", "time", "session"),
        [(e.user_id, e.item_id, e.type, e.time_ms, e.session) for e in world.events],
    )
    mapping = folder / "mapping.toml"
    mapping.write_text(MAPPING)
    return mapping


def _write(path: Path, header: tuple[str, ...], rows: list[tuple]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)
