"""What holds of the calls that the scripted server received, by name; cases name those they prove.

A received call is `{method, protocol, metadata, request, received_ms, since_previous_ms,
timeout_ms, ended, ended_ms}`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

from conformance.case import JSON
from conformance.matching.compare import short
from conformance.protocols.trace import SECRET

Calls = Sequence[Mapping[str, JSON]]
Invariant = Callable[[Calls, JSON], list[str]]

ATTEMPT = "x-shortlist-attempt"
KEY = "idempotency-key"
# Metadata that says nothing of the SDK's behaviour, left out of traces.
UNTOLD = ("te", "user-agent", "grpc-accept-encoding", "accept-encoding", "accept", "host")
# What a busy machine may add between a client's clock and the server's.
SLACK_MS = 150.0


def broken_by(received: Calls, name: str, argument: JSON) -> list[str]:
    """Return how what was received breaks an invariant, a line each; empty: it holds.

    No invariant holds where nothing was received.
    """
    if name not in RECEIVED_INVARIANTS:
        return [f"there is no invariant {name} of what is received"]
    if not received:
        # Anything holds of no calls.
        return [f"{name}: nothing was received"]
    return [f"{name}: {line}" for line in RECEIVED_INVARIANTS[name](received, argument)]


def trace_of(received: Calls) -> str:
    """Return what was received in readable lines; credentials are not shown."""
    return "\n".join(_line(each) for each in received[-30:])


def _line(call: Mapping[str, JSON]) -> str:
    metadata = call.get("metadata", {}).items()
    shown = {k: "***" if k in SECRET else v for k, v in metadata if k not in UNTOLD}
    timeout = f" timeout {call['timeout_ms']} ms" if call.get("timeout_ms") is not None else ""
    body = short(json.dumps(call.get("request"), ensure_ascii=False), 600)
    end = f"{call.get('ended')} {call.get('ended_ms') or ''}".strip()
    at = f"{call.get('received_ms')} ms"
    return f"> {at} {call.get('protocol')} {call.get('method')}{timeout} {shown} {body} ({end})"


def _values(calls: Calls, key: str) -> list[JSON]:
    return [each["metadata"].get(key) for each in calls]


def _same_metadata(calls: Calls, key: JSON) -> list[str]:
    found = _values(calls, key)
    holds = bool(found) and all(found) and len(set(found)) == 1
    return [] if holds else [f"{key} was {short(found)}"]


def _different_metadata(calls: Calls, key: JSON) -> list[str]:
    found = _values(calls, key)
    holds = bool(found) and all(found) and len(set(found)) == len(found)
    return [] if holds else [f"{key} was {short(found)}"]


def _attempts_counted(calls: Calls, _: JSON) -> list[str]:
    """Each call's attempts are numbered from 1; calls are told apart by their idempotency keys."""
    lines = []
    for key, attempts in _by_key(calls).items():
        found = _values(attempts, ATTEMPT)
        if found != [str(n + 1) for n in range(len(attempts))]:
            lines.append(f"{ATTEMPT} of {key} was {short(found)}")
    return lines


def _by_key(calls: Calls) -> dict[str, list[Mapping[str, JSON]]]:
    groups: dict[str, list[Mapping[str, JSON]]] = {}
    for each in calls:
        groups.setdefault(str(each["metadata"].get(KEY)), []).append(each)
    return groups


def _one_at_a_time(calls: Calls, _: JSON) -> list[str]:
    lines = []
    for before, after in pairwise(calls):
        if before["ended"] == "open" or after["received_ms"] < before["ended_ms"] - 1:
            lines.append(f"a call at {after['received_ms']} ms, while the one before was under way")
    return lines


def _timeouts_shrink(calls: Calls, argument: JSON) -> list[str]:
    """All attempts end at one moment: each is told what is left, `{total: ms}` in the beginning."""
    lines, total = [], float(argument["total"])
    for number, call in enumerate(calls):
        told = call.get("timeout_ms")
        if told is None:
            lines.append(f"attempt {number + 1} was told no deadline")
            continue
        gone = call["received_ms"] - calls[0]["received_ms"]
        if told > total - gone + SLACK_MS:
            lines.append(
                f"attempt {number + 1} has {told} ms left of {total:g}, {gone:.0f} ms later"
            )
        # It may be told less than is left, though not by much: the server would give up early.
        if number == 0 and told < total * 0.5:
            lines.append(f"the first attempt has {told} ms of {total:g}")
    return lines


def _jittered(calls: Calls, argument: JSON) -> list[str]:
    """Waits before second attempts are spread over [0, `{cap: ms}`], not all at its end."""
    cap = float(argument["cap"])
    groups = [each for each in _by_key(calls).values() if len(each) > 1]
    waits = [b["received_ms"] - a["ended_ms"] for a, b, *_ in groups]
    if len(waits) < 5:
        return [f"only {len(waits)} calls were repeated"]
    lines = []
    if min(waits) > 0.6 * cap:
        lines.append(f"the shortest of {len(waits)} waits was {min(waits):.0f} ms")
    if max(waits) - min(waits) < 0.25 * cap:
        lines.append(f"all waits lie between {min(waits):.0f} and {max(waits):.0f} ms")
    return lines


def _same_request(calls: Calls, argument: JSON) -> list[str]:
    """All requests are the same, apart from some fields."""
    apart = set(argument or ())
    found = [{k: v for k, v in (c["request"] or {}).items() if k not in apart} for c in calls]
    return [f"{short(b)} after {short(a)}" for a, b in pairwise(found) if a != b]


def _events(calls: Calls) -> list[Mapping[str, JSON]]:
    """Return all events that were sent, those sent again too."""
    return [e for call in calls for e in (call["request"] or {}).get("events", ())]


def _events_are_identified(calls: Calls, _: JSON) -> list[str]:
    lines = []
    for event in _events(calls):
        lines += [f"no {n}: {short(event)}" for n in ("event_id", "event_time") if not event.get(n)]
    return lines


def _distinct_events(calls: Calls, argument: JSON) -> list[str]:
    """So many events were sent, each known by its id and the same whenever it was sent."""
    known: dict[str, Mapping[str, JSON]] = {}
    lines = [
        f"{event['event_id']} was sent with another content"
        for event in _events(calls)
        if known.setdefault(event["event_id"], event) != event
    ]
    if len(known) != int(argument):
        lines.append(f"{len(known)} events were sent, expected {argument}")
    return lines


def _no_event_twice(calls: Calls, _: JSON) -> list[str]:
    counted = Counter(event["event_id"] for event in _events(calls))
    return [f"{key} was sent {count} times" for key, count in counted.items() if count > 1]


def _all_ended(calls: Calls, argument: JSON) -> list[str]:
    return [f"a call {c['ended']}, expected {argument}" for c in calls if c["ended"] != argument]


def _at_least_apart(calls: Calls, argument: JSON) -> list[str]:
    """Between a call's end and the next one's beginning there are at least so many ms."""
    waits = [after["received_ms"] - before["ended_ms"] for before, after in pairwise(calls)]
    # Clocks are read at both ends: a few ms less is the same.
    return [f"{w:.0f} ms between two calls" for w in waits if w < float(argument) - 5]


RECEIVED_INVARIANTS: dict[str, Invariant] = {
    "same_metadata": _same_metadata,
    "different_metadata": _different_metadata,
    "attempts_counted": _attempts_counted,
    "one_at_a_time": _one_at_a_time,
    "timeouts_shrink": _timeouts_shrink,
    "jittered": _jittered,
    "same_request": _same_request,
    "events_are_identified": _events_are_identified,
    "distinct_events": _distinct_events,
    "no_event_twice": _no_event_twice,
    "all_ended": _all_ended,
    "at_least_apart": _at_least_apart,
}
