"""Lists as iterators: pages are fetched when they are reached."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Generic, TypeVar

from .call_options import DEFAULT, CallOptions
from .caller import Caller
from .method import Method, ReplyT, RequestT

ItemT = TypeVar("ItemT")


class Pager(Generic[RequestT, ReplyT, ItemT]):
    """A list. `async for item in pager` goes through its items, `pager.pages()` through its pages.

    Each page is a call of its own, with its own deadline and retries. A list is resumed elsewhere
    by setting the request's page token to `next_page_token`.
    """

    def __init__(
        self,
        caller: Caller,
        method: Method[RequestT, ReplyT],
        request: RequestT,
        options: CallOptions | None = None,
    ) -> None:
        if method.paging is None:
            raise ValueError(f"{method.name} has no pages")
        self._caller = caller
        self._method = method
        self._fields = method.paging
        # A copy: the caller's own request must not change while pages go by.
        self._request = method.request_type.parse(bytes(request))
        self._options = options or DEFAULT
        self.next_page_token: str = getattr(request, self._fields.page_token)

    def __aiter__(self) -> AsyncIterator[ItemT]:
        return self._items()

    async def pages(self) -> AsyncIterator[ReplyT]:
        """Yield the replies, to the end of the list."""
        while True:
            setattr(self._request, self._fields.page_token, self.next_page_token)
            page = await self._caller.unary(self._method, self._request, self._options)
            self.next_page_token = getattr(page, self._fields.next_page_token)
            yield page
            if not self.next_page_token:
                return

    async def _items(self) -> AsyncIterator[ItemT]:
        left = self._options.max_items
        if left is not None and left <= 0:
            return
        async for page in self.pages():
            for item in getattr(page, self._fields.items):
                yield item
                if left is not None:
                    left -= 1
                    if left == 0:
                        return
