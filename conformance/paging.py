"""Follows the pages of a list method from the first to the last."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from conformance.answer import Answer
from conformance.case import JSON
from conformance.matching.slates import listed
from conformance.protocols.call import Call

MAX_PAGES = 100


class EndlessPagesError(Exception):
    """There are more pages than any case has."""


def all_pages(
    ask: Callable[[Call], Answer], call: Call, *, most: int = 0, twice: bool = False
) -> Answer:
    """Ask for page after page and return `{pages, items}` as one reply, or the first error.

    Args:
        most: stop after so many pages; 0: at the last.
        twice: ask for each page a second time; these are `again` of the reply.

    Raises:
        EndlessPagesError: there is no last one.
    """
    body, started = dict(call.body or {}), time.monotonic()
    pages: list[JSON] = []
    again: list[JSON] = []
    while True:
        # The first page of a feed begins a new one each time: only its token names it.
        is_named = "page_token" in body
        for kept in (pages, again) if twice and is_named else (pages,):
            answer = ask(replace(call, body=dict(body)))
            if answer.error is not None:
                return answer
            kept.append(answer.reply)
        if twice and not is_named:
            again.append(pages[-1])
        body["page_token"] = pages[-1]["next_page_token"]
        if not body["page_token"] or (most and len(pages) >= most):
            break
        if len(pages) >= MAX_PAGES:
            raise EndlessPagesError(f"no end after {MAX_PAGES} pages")
    reply = {"pages": pages, "items": [each for page in pages for each in listed(page)]}
    if twice:
        reply["again"] = again
    return Answer(reply=reply, elapsed_ms=(time.monotonic() - started) * 1000)
