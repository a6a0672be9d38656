"""What servers can do wrong."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import grpc
from google.protobuf.unknown_fields import UnknownFieldSet

from conformance.contract import shipped_contract
from tests.conformance.faulty_proxy import Exchange

Change = Callable[[Exchange], None]


def _nothing(_: Exchange) -> None:
    """Leave an exchange as it is."""


@dataclass
class Seeded:
    """One fault: what it changes, and which cases must fail by it.

    Attributes:
        caught_by: cases, and words of the reason for which each must fail.
        methods: calls that it changes; empty: all.
    """

    name: str
    caught_by: Mapping[str, str]
    request: Change = _nothing
    reply: Change = _nothing
    stream: Callable[[Iterator[Any]], Iterator[Any]] | None = None
    methods: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.name

    def on_request(self, exchange: Exchange) -> None:
        if not self.methods or exchange.method in self.methods:
            self.request(exchange)

    def on_reply(self, exchange: Exchange) -> None:
        if not self.methods or exchange.method in self.methods:
            self.reply(exchange)

    def on_stream(self, method: str, replies: Iterator[Any]) -> Iterator[Any]:
        if self.stream is not None and method in self.methods:
            return self.stream(replies)
        return replies


def clears(field: str) -> Change:
    """Forget a field of the request."""
    return lambda exchange: exchange.request.ClearField(field)


def pardons(reason: str) -> Change:
    """Answer with an empty reply where the server refused for a reason."""

    def change(exchange: Exchange) -> None:
        if exchange.reason == reason:
            method = shipped_contract().method(exchange.method)
            exchange.succeed(shipped_contract().decode(method.output_type, b""))

    return change


def sets_score(value: float) -> Change:
    """Give the first recommendation a score."""

    def change(exchange: Exchange) -> None:
        if exchange.reply is not None and exchange.reply.recommendations:
            exchange.reply.recommendations[0].score = value

    return change


class Repeats:
    """Puts the first item of a feed on its second page again."""

    def __init__(self) -> None:
        self._first = ""

    def __call__(self, exchange: Exchange) -> None:
        if exchange.reply is None or not exchange.reply.recommendations:
            return
        if exchange.request.page_token:
            exchange.reply.recommendations[-1].item_id = self._first
        else:
            self._first = exchange.reply.recommendations[0].item_id


class Unstable:
    """Swaps two items of every second page that is asked for by its token."""

    def __init__(self) -> None:
        self._count = 0

    def __call__(self, exchange: Exchange) -> None:
        if exchange.reply is None or not exchange.request.page_token:
            return
        self._count += 1
        shown = exchange.reply.recommendations
        if self._count % 2 and len(shown) > 1:
            shown[0].item_id, shown[1].item_id = shown[1].item_id, shown[0].item_id


class Forgetful:
    """Says that the last event of the first batch is written, without writing it."""

    def __init__(self) -> None:
        self._batch: Exchange | None = None
        self._event_id = ""

    def request(self, exchange: Exchange) -> None:
        if self._batch is None:
            self._batch, self._event_id = exchange, exchange.request.events.pop().event_id

    def reply(self, exchange: Exchange) -> None:
        if exchange is self._batch and exchange.reply is not None:
            exchange.reply.results.add(event_id=self._event_id).accepted.offset = 1


class Undead:
    """Goes on giving items that were deleted."""

    def __init__(self) -> None:
        self._items: dict[str, Any] = {}

    def __call__(self, exchange: Exchange) -> None:
        if exchange.method == "CreateItem" and exchange.reply is not None:
            self._items[exchange.reply.name] = exchange.reply
        if exchange.method == "GetItem" and exchange.request.name in self._items:
            exchange.succeed(self._items[exchange.request.name])


def wrong_code(exchange: Exchange) -> None:
    if exchange.code is grpc.StatusCode.NOT_FOUND:
        exchange.code = grpc.StatusCode.UNKNOWN
        assert exchange.status is not None
        exchange.status.code = 2


def leaks(exchange: Exchange) -> None:
    if exchange.status is not None:
        exchange.status.message += ' File "/srv/app/handler.py", line 7, in serve'


def late(exchange: Exchange) -> None:
    time.sleep(3.0)


def silent_about_requests(exchange: Exchange) -> None:
    exchange.trailers = [each for each in exchange.trailers if each[0] != "x-request-id"]
    if exchange.reply is not None:
        exchange.reply.request_id = ""


def gives_whole_items(exchange: Exchange) -> None:
    if not exchange.request.read_mask.paths:
        exchange.request.read_mask.paths.append("*")


def takes_any_token(exchange: Exchange) -> None:
    if exchange.reason == "INVALID_PAGE_TOKEN":
        exchange.request.page_token = ""
        exchange.again()


def never_a_duplicate(exchange: Exchange) -> None:
    if exchange.reply is not None:
        exchange.reply.duplicate = False


def reverses_results(exchange: Exchange) -> None:
    if exchange.reply is not None:
        results = list(exchange.reply.results)[::-1]
        del exchange.reply.results[:]
        exchange.reply.results.extend(results)


def counts_each_page_anew(exchange: Exchange) -> None:
    if exchange.reply is not None:
        for place, each in enumerate(exchange.reply.recommendations):
            each.position = place


def without(kind: str, reason: str = "") -> Change:
    """Leave a detail of errors out."""

    def change(exchange: Exchange) -> None:
        if exchange.status is not None and (not reason or exchange.reason == reason):
            exchange.replace_detail(kind, None)

    return change


def foreign_domain(exchange: Exchange) -> None:
    for info in exchange.details("ErrorInfo"):
        info.domain = "example.com"
        exchange.replace_detail("ErrorInfo", info)


def wrong_reason(exchange: Exchange) -> None:
    for info in exchange.details("ErrorInfo"):
        if info.reason == "UNKNOWN_ATTRIBUTE":
            info.reason = "INVALID_FILTER"
            exchange.replace_detail("ErrorInfo", info)


def repeats_across_shelves(exchange: Exchange) -> None:
    if exchange.reply is not None and len(exchange.reply.shelves) > 1:
        first, second = exchange.reply.shelves[0], exchange.reply.shelves[1]
        if first.recommendations and second.recommendations:
            second.recommendations[0].item_id = first.recommendations[0].item_id


def refuses_what_it_does_not_know(exchange: Exchange) -> None:
    if len(UnknownFieldSet(exchange.request)):
        exchange.reply, exchange.code = None, grpc.StatusCode.INVALID_ARGUMENT


def loses_the_third(replies: Iterator[Any]) -> Iterator[Any]:
    return (reply for place, reply in enumerate(replies) if place != 2)


def rises(exchange: Exchange) -> None:
    if exchange.reply is not None and len(exchange.reply.recommendations) > 2:
        exchange.reply.recommendations[-1].score = 1.0
