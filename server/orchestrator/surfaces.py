"""The surfaces that this server serves, by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from server.core.errors import UnknownServingConfigError
from server.core.surface import Exploration, SeenPolicy, Surface

SOURCES = (
    *("two_tower", "content", "co_engaged", "trending", "popular", "fresh", "explore"),
    "engaged_before",
)

_PERSONAL = {
    "two_tower": 1000,
    "content": 300,
    "co_engaged": 600,
    "trending": 100,
    "popular": 200,
    "fresh": 50,
    "explore": 30,
}
_PLAIN = {"two_tower": 1000, "content": 300, "co_engaged": 600, "popular": 200}

HOME = Surface(
    name="home",
    sources=_PERSONAL,
    diversity=0.2,
    excludes_engaged=True,
    exploration=Exploration(positions=(5, 11, 17), rate=0.1),
)
# The score alone decides: for measuring models.
HOME_PLAIN = Surface(name="home_plain", sources=_PLAIN, excludes_engaged=True, seen=SeenPolicy.KEEP)
TWO_TOWER = Surface(
    name="two_tower",
    sources={"two_tower": 1000, "popular": 200},
    excludes_engaged=True,
    seen=SeenPolicy.KEEP,
    is_by_source=True,
)
BUY_AGAIN = Surface(
    name="buy_again", sources={"engaged_before": 200, **_PLAIN}, seen=SeenPolicy.KEEP
)
EXPLORE = Surface(
    name="explore",
    sources={"fresh": 300, "explore": 500, "trending": 200, "content": 300},
    diversity=0.5,
    excludes_engaged=True,
    exploration=Exploration(positions=tuple(range(1, 20, 2)), rate=0.5, pool_size=100),
)
SIMILAR = Surface(
    name="similar",
    sources={"content": 300, "co_engaged": 300, "two_tower": 300},
    seen=SeenPolicy.KEEP,
    is_shared=True,
)
TRENDING = Surface(
    name="trending",
    sources={"trending": 1000, "popular": 300},
    seen=SeenPolicy.KEEP,
    is_shared=True,
)
DEFAULT_SURFACES = (HOME, HOME_PLAIN, TWO_TOWER, BUY_AGAIN, EXPLORE, SIMILAR, TRENDING)


class Surfaces:
    """An immutable registry."""

    def __init__(self, surfaces: Iterable[Surface] = DEFAULT_SURFACES) -> None:
        self._by_name = {surface.name: surface for surface in surfaces}

    def get(self, name: str) -> Surface:
        """Return the surface.

        Raises:
            UnknownServingConfigError: there is none of that name.
        """
        surface = self._by_name.get(name)
        if surface is None:
            raise UnknownServingConfigError(name)
        return surface

    def __iter__(self) -> Iterator[Surface]:
        return iter(self._by_name.values())

    def __contains__(self, name: str) -> bool:
        return name in self._by_name
