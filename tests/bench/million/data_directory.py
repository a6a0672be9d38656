"""A data directory of a million items, made once and kept by the hash of what makes it."""

from __future__ import annotations

import hashlib
import inspect
import os
import shutil
import time
from pathlib import Path

import numpy as np

from server.catalog.item import Attribute, AttributeType, Item
from server.core.event_type import EventType
from server.core.subject import Subject
from server.events.user_event import EventItem, NewEvent, UserEvent
from server.model_registry.adapters.folder_registry import FolderRegistry
from server.profiles.ports import Profile
from server.settings import load_settings
from server.wiring.batch_stores import BatchStores, open_batch_stores
from tests.bench.million import ranker_graph, vectors, version_folder
from tests.bench.million.version_folder import BRANDS, CATEGORIES, COUNTRIES, TAGS

USERS = 1_000
EVENTS_A_USER = 60
_BATCH = 20_000
_DAY_MS = 86_400_000


def cache_root() -> Path:
    """Return the folder that heavy things are kept in between runs."""
    default = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "shortlist"
    return Path(os.environ.get("SHORTLIST_CACHE", default))


async def prepared(items: int, *, seed: int = 3) -> Path:
    """Return the data directory, made if it isn't there yet; prints what it took."""
    sources = (vectors, ranker_graph, version_folder, inspect.getmodule(prepared))
    text = "".join(inspect.getsource(module) for module in sources if module is not None)
    digest = hashlib.sha256(f"{text}{items}{seed}".encode()).hexdigest()[:12]
    folder = cache_root() / f"bench-{items}-{digest}"
    if (folder / "COMPLETE").exists():
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    started = time.perf_counter()
    version_folder.write_version(folder / "models" / "bench", items=items, users=USERS, seed=seed)
    FolderRegistry(folder / "models").set_current("bench")
    async with open_batch_stores(load_settings(None, {"data_dir": folder})) as stores:
        await _fill(stores, items, seed)
    (folder / "users.txt").write_text("\n".join(map(version_folder.user_id, range(USERS))))
    (folder / "COMPLETE").touch()
    print(f"made {items:,} items and their model in {time.perf_counter() - started:.0f} s")
    return folder


async def _fill(stores: BatchStores, items: int, seed: int) -> None:
    await stores.catalog.declare(
        [
            Attribute("category", AttributeType.STRING, is_filterable=True, is_feature=True),
            Attribute("brand", AttributeType.STRING, is_filterable=True, is_feature=True),
            Attribute("tags", AttributeType.STRINGS, is_filterable=True, is_feature=True),
            Attribute("price", AttributeType.NUMBER, is_filterable=True, is_feature=True),
        ],
        [Attribute("country", AttributeType.STRING, is_feature=True)],
    )
    rng = np.random.default_rng(seed)
    now_ms = time.time_ns() // 1_000_000
    for start in range(0, items, _BATCH):
        size = min(_BATCH, items - start)
        await stores.catalog.upsert(_items(rng, start, size))
    profiles = [
        Profile(
            user_id=version_folder.user_id(user),
            attributes={"country": COUNTRIES[user % len(COUNTRIES)]},
        )
        for user in range(USERS)
    ]
    await stores.profiles.upsert(profiles)
    events = [
        _event(rng, user, number, items, now_ms)
        for user in range(USERS)
        for number in range(EVENTS_A_USER)
    ]
    for start in range(0, len(events), _BATCH):
        await stores.log.append(events[start : start + _BATCH])
    await stores.processor.catch_up()


def _items(rng: np.random.Generator, start: int, size: int) -> list[Item]:
    categories = rng.integers(0, CATEGORIES, size).tolist()
    brands = rng.integers(0, BRANDS, size).tolist()
    tags = rng.integers(0, TAGS, (size, 3)).tolist()
    prices = rng.gamma(2.0, 15.0, size).round(2).tolist()
    return [
        Item(
            item_id=version_folder.item_id(start + index),
            title=f"Item {start + index}",
            attributes={
                "category": f"category-{categories[index]}",
                "brand": f"brand-{brands[index]}",
                "tags": tuple(f"tag-{tag}" for tag in set(tags[index])),
                "price": prices[index],
            },
        )
        for index in range(size)
    ]


def _event(rng: np.random.Generator, user: int, number: int, items: int, now_ms: int) -> NewEvent:
    event_id = f"bench-{user}-{number}"
    event = UserEvent(
        event_id=event_id,
        type=EventType.CLICK,
        subject=Subject(version_folder.user_id(user)),
        items=(EventItem(item_id=version_folder.item_id(int(rng.integers(items)))),),
        time_ms=now_ms - int(rng.integers(14 * _DAY_MS)),
    )
    return NewEvent(event=event, digest=hashlib.sha256(event_id.encode()).digest())
