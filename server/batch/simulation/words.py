"""Names of the simulated catalogue: titles and summaries that tell what an item is like."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Genre:
    """One genre and the words its titles are made of."""

    name: str
    adjectives: tuple[str, ...]
    nouns: tuple[str, ...]
    places: tuple[str, ...]


def _genre(name: str, adjectives: str, nouns: str, places: str) -> Genre:
    return Genre(name, tuple(adjectives.split()), tuple(nouns.split()), tuple(places.split()))


GENRES = (
    _genre(
        "mystery",
        "Silent Missing Hidden Crooked Last Sealed Seventh Careful Forgotten Borrowed",
        "Witness Alibi Letter Key Shadow Detective Clue Verdict Stranger Ledger Motive",
        "Harbor Lane Manor Station Archive Bridge Wharf",
    ),
    _genre(
        "romance",
        "Tender Second Unwritten Summer Impossible Sweet Late Restless Golden Quiet",
        "Promise Heart Kiss Wedding Dance Letter Waltz Garden Confession Reunion Vow",
        "Paris Riverside Verona Orchard Seaside Terrace Venice",
    ),
    _genre(
        "fantasy",
        "Enchanted Iron Shattered Ancient Crimson Winter Exiled Moonlit Cursed Eternal",
        "Dragon Crown Sword Sorcerer Oath Throne Prophecy Rune Kingdom Wyrm Spell",
        "Eldergate Highmoor Thornwood Stormhold Valemire Ashfall Greywater",
    ),
    _genre(
        "science fiction",
        "Orbital Quantum Distant Synthetic Zero Infinite Drifting Solar Broken Binary",
        "Signal Colony Android Horizon Voyage Paradox Engine Starship Machine Eclipse Nova",
        "Titan Europa Andromeda Callisto Kepler Orion Ganymede",
    ),
    _genre(
        "horror",
        "Haunted Rotting Whispering Hollow Blood Sleepless Buried Pale Screaming Nameless",
        "House Cellar Mirror Ritual Doll Grave Curse Scream Thing Asylum Night",
        "Blackwell Ravenhill Graymouth Hollowbrook Dreadmoor Crowfield Widowsend",
    ),
    _genre(
        "comedy",
        "Awkward Accidental Terrible Lucky Unlikely Clumsy Loud Hungry Spectacular Average",
        "Neighbor Holiday Wedding Mistake Family Roommate Boss Duck Diet Reunion Barbecue",
        "Cleveland Mallorca Suburbia Vegas Basement Bakery Campsite",
    ),
    _genre(
        "history",
        "Fallen Forgotten Imperial Lost First Golden Divided Northern Royal Revolutionary",
        "Empire Siege Treaty Legion Queen Republic Crossing Dynasty Rebellion Armada General",
        "Carthage Vienna Byzantium Waterloo Alexandria Persepolis Lisbon",
    ),
    _genre(
        "nature",
        "Wild Frozen Hidden Roaring Secret Living Blue Untamed Migrating Fragile",
        "Ocean Forest Wolves Reef Glacier Savanna Whales River Mountain Birds Desert",
        "Serengeti Patagonia Borneo Arctic Galapagos Yellowstone Kamchatka",
    ),
    _genre(
        "cooking",
        "Slow Rustic Spicy Midnight Homemade Smoky Sweet Seasonal Simple Festive",
        "Kitchen Table Bread Feast Noodles Harvest Spice Grill Pastry Supper Broth",
        "Tuscany Oaxaca Lyon Kyoto Kerala Marrakesh Provence",
    ),
    _genre(
        "sports",
        "Final Undefeated Fast Relentless Broken Rising Golden Double Underdog Extra",
        "Season Sprint Champion Goal Ring Coach Comeback Marathon League Penalty Race",
        "Wembley Maracana Olympia Monza Fenway Roubaix Wimbledon",
    ),
    _genre(
        "music",
        "Electric Velvet Midnight Broken Analog Blue Wandering Loud Acoustic Unplugged",
        "Guitar Encore Rhythm Jukebox Record Chorus Tour Piano Groove Anthem Vinyl",
        "Nashville Harlem Memphis Detroit Havana Liverpool Bristol",
    ),
    _genre(
        "crime",
        "Dirty Cold Double Stolen Ruthless Concrete Crooked Final Marked Brass",
        "Heist Syndicate Bullet Informant Getaway Kingpin Score Badge Racket Hitman Debt",
        "Chicago Naples Marseille Boston Odessa Tijuana Glasgow",
    ),
)

_PATTERNS = (
    "The {adjective} {noun}",
    "{adjective} {noun}",
    "{noun} of {place}",
    "The {noun} in {place}",
    "{adjective} {noun} of {place}",
)
_FIRST = ("Ada", "Bruno", "Carla", "Dario", "Edith", "Felix", "Greta", "Hugo", "Ines", "Jonas")
_LAST = (
    *("Abel", "Brandt", "Castel", "Dorn", "Ekberg", "Fontaine", "Gallo", "Hartmann", "Ivarsson"),
    *("Jansen", "Keller", "Lindqvist", "Moreau", "Novak", "Okafor", "Petrov", "Quist", "Rossi"),
    *("Santos", "Tanaka", "Ueda", "Varga", "Weiss", "Yilmaz", "Zeller"),
)


def make_titles(genres: NDArray[np.int64], seed: int) -> list[str]:
    """Return a title for each item by its genre's number; no two are the same."""
    rng = np.random.default_rng(seed)
    taken: set[str] = set()
    titles: list[str] = []
    for genre in genres:
        title = _title(rng, GENRES[genre])
        for _ in range(20):
            if title not in taken:
                break
            title = _title(rng, GENRES[genre])
        part = 2
        while title in taken:
            title = f"{title.split(': Part')[0]}: Part {part}"
            part += 1
        taken.add(title)
        titles.append(title)
    return titles


def _title(rng: np.random.Generator, genre: Genre) -> str:
    pattern = _PATTERNS[rng.integers(len(_PATTERNS))]
    return pattern.format(
        adjective=genre.adjectives[rng.integers(len(genre.adjectives))],
        noun=genre.nouns[rng.integers(len(genre.nouns))],
        place=genre.places[rng.integers(len(genre.places))],
    )


def make_creators(count: int, seed: int) -> list[str]:
    """Return names of creators, different up to the number of combinations."""
    rng = np.random.default_rng(seed)
    names = [f"{first} {last}" for first in _FIRST for last in _LAST]
    order = rng.permutation(len(names))
    return [
        names[order[at % len(names)]] + ("" if at < len(names) else f" {at // len(names) + 1}")
        for at in range(count)
    ]


def summary(genre: Genre, second: Genre | None, creator: str) -> str:
    """Return one sentence on an item."""
    kind = genre.name if second is None else f"{genre.name} with a touch of {second.name}"
    article = "An" if kind[0] in "aeiou" else "A"
    return f"{article} {kind} story by {creator}"
