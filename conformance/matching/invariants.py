"""What holds of every slate, by name; cases name those that they prove.

A slate is the `recommendations` of a reply, of each page (`{pages}`), or of all shelves in turn.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

from conformance.case import JSON
from conformance.matching.compare import number, short
from conformance.matching.slates import Reply, item_ids, listed, slates

Invariant = Callable[[Reply, JSON], list[str]]


class UnprovableError(ValueError):
    """An invariant's argument makes it hold of every reply: the case proves nothing."""


def broken(name: str, reply: Reply, argument: JSON) -> list[str]:
    """Return how a reply breaks an invariant, a line each; empty: it holds."""
    if name not in INVARIANTS:
        return [f"there is no invariant {name}"]
    try:
        return [f"{name}: {line}" for line in INVARIANTS[name](reply, argument)]
    except UnprovableError as error:
        return [f"{name}: {error}"]


def _no_duplicates(reply: Reply, _: JSON) -> list[str]:
    found = item_ids(reply)
    twice = sorted({each for each in found if found.count(each) > 1})
    return [f"{each} is there {found.count(each)} times" for each in twice]


def _positions_contiguous(reply: Reply, argument: JSON) -> list[str]:
    lines = []
    for slate in slates(reply):
        start = int(argument or 0)
        positions = [each["position"] for each in slate]
        if positions != list(range(start, start + len(positions))):
            lines.append(f"positions {short(positions)}, expected to count from {start}")
    return lines


def _positions_rise(reply: Reply, _: JSON) -> list[str]:
    """Gaps are allowed: an item that was hidden meanwhile drops out without moving the rest."""
    positions = [each["position"] for slate in slates(reply) for each in slate]
    holds = all(a < b for a, b in pairwise(positions))
    return [] if holds else [f"positions {short(positions)}"]


def _scores_in_unit_interval(reply: Reply, _: JSON) -> list[str]:
    lines = []
    for slate in slates(reply):
        for each in slate:
            score = number(each["score"])
            if score is None or not math.isfinite(score) or not 0 <= score <= 1:
                lines.append(f"{each['item_id']} has the score {each['score']!r}")
    return lines


def _non_increasing(reply: Reply, _: JSON) -> list[str]:
    lines = []
    for slate in slates(reply):
        scores = [number(each["score"]) or 0.0 for each in slate]
        lines += [
            f"score {after} after {before}"
            for before, after in pairwise(scores)
            if not after <= before + 1e-9
        ]
    return lines


def _excluded_absent(reply: Reply, argument: JSON) -> list[str]:
    excluded = _some_ids(argument)
    return [f"{each} is there" for each in item_ids(reply) if each in excluded]


def _only_from(reply: Reply, argument: JSON) -> list[str]:
    allowed = _ids(argument)
    return [f"{each} is not one of them" for each in item_ids(reply) if each not in allowed]


def _all_of(reply: Reply, argument: JSON) -> list[str]:
    found = item_ids(reply)
    return [f"{each} is missing" for each in _some_ids(argument) if each not in found]


def _in_order_of(reply: Reply, argument: JSON) -> list[str]:
    """What is left of an order, after some dropped out, is in that order; something is left."""
    places = {item: place for place, item in enumerate(_some_ids(argument))}
    found = [places[each] for each in item_ids(reply) if each in places]
    return [] if found and found == sorted(found) else [f"order {short(item_ids(reply))}"]


def _ids(argument: JSON) -> list[str]:
    """Return the ids that an invariant is about; a text is none, though it has elements too."""
    if not isinstance(argument, list):
        raise UnprovableError(f"{short(argument)} is no list of ids")
    return argument


def _some_ids(argument: JSON) -> list[str]:
    """Return the ids, for an invariant that would hold of any reply if there were none."""
    if not _ids(argument):
        raise UnprovableError("it is about no ids")
    return _ids(argument)


def _stable_under_paging(reply: Reply, _: JSON) -> list[str]:
    """Each page, asked for again by its token, has the same items at the same positions."""
    if "again" not in reply:
        return ["the pages were not asked for twice"]
    lines = []
    for place, (first, second) in enumerate(zip(reply["pages"], reply["again"], strict=True)):
        a = [(e.get("item_id", e.get("name")), e.get("position")) for e in listed(first)]
        b = [(e.get("item_id", e.get("name")), e.get("position")) for e in listed(second)]
        if a != b:
            lines.append(f"page {place} was {short(a)}, then {short(b)}")
    return lines


def _degraded(reply: Reply, argument: JSON) -> list[str]:
    parts = [reply, *reply.get("shelves", ()), *reply.get("pages", ())]
    kinds = [each["kind"] for part in parts for each in part.get("degradations", ())]
    return [] if bool(kinds) is bool(argument) else [f"degradations {kinds}"]


INVARIANTS: dict[str, Invariant] = {
    "no_duplicates": _no_duplicates,
    "positions_contiguous": _positions_contiguous,
    "positions_rise": _positions_rise,
    "scores_in_unit_interval": _scores_in_unit_interval,
    "non_increasing": _non_increasing,
    "excluded_absent": _excluded_absent,
    "only_from": _only_from,
    "all_of": _all_of,
    "in_order_of": _in_order_of,
    "stable_under_paging": _stable_under_paging,
    "degraded": _degraded,
    "shelves_disjoint": _no_duplicates,
}
