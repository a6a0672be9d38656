"""One call that is being answered, and what all protocols do alike in it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message import Message

from conformance.clients.scripted.calls import ReceivedCall
from conformance.clients.scripted.cors import cors_headers
from conformance.clients.scripted.errors import Status, status_of
from conformance.clients.scripted.exchange import Exchange
from conformance.clients.scripted.replies import Replies
from conformance.clients.scripted.scripting import Behaviour, Fault
from conformance.contract import Contract

_HTML = "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Turn:
    """A call, and what is to be done with it."""

    contract: Contract
    exchange: Exchange
    method: MethodDescriptor
    behaviour: Behaviour
    received: ReceivedCall
    replies: Replies

    def note(self, message: Message) -> None:
        """Record a message of the request."""
        shown = self.contract.to_json(message)
        if self.method.client_streaming:
            self.received.request = [*(self.received.request or ()), shown]
        else:
            self.received.request = shown

    @property
    def error(self) -> Status | None:
        """The error that the script says, if it says one."""
        error = self.behaviour.error
        return None if error is None else self._status(error)

    def unreadable(self, why: Exception) -> Status:
        """Return the error of a request that is no message."""
        text = f"the request can't be read: {why}"
        return self._status(
            {"code": "INVALID_ARGUMENT", "reason": "INVALID_REQUEST", "message": text}
        )

    def fields(
        self, content_type: str, own: Iterable[tuple[str, str]] = ()
    ) -> list[tuple[str, str]]:
        """Return an answer's headers: the protocol's own, then the script's in their place."""
        behaviour = self.behaviour
        if behaviour.fault is Fault.WRONG_CONTENT_TYPE:
            content_type = behaviour.content_type or _HTML
        return self._readable({"content-type": content_type, **dict(own), **behaviour.headers})

    def _readable(self, fields: Mapping[str, str]) -> list[tuple[str, str]]:
        return [*fields.items(), *cors_headers(self.exchange.request, fields)]

    def _status(self, error: Mapping[str, object]) -> Status:
        domain = self.method.full_name.partition(".")[0]
        request_id = self.exchange.request.headers.get("x-request-id", "")
        return status_of(self.contract, error, domain, request_id)

    async def is_over_early(self) -> bool:
        """Wait before the headers; answer without any of the protocol if the script says so."""
        await asyncio.sleep(self.behaviour.header_delay_s)
        if self.behaviour.http_status:
            await self._answer_as_proxy()
            return True
        # A delay after the headers means that these are sent.
        return not self.behaviour.delay_s and await self._breaks_off()

    async def is_over_after_headers(self) -> bool:
        """Wait between the headers and what follows them."""
        await asyncio.sleep(self.behaviour.delay_s)
        return await self._breaks_off()

    async def _breaks_off(self) -> bool:
        if self.behaviour.fault is Fault.RESET:
            self.exchange.reset()
            return True
        if self.behaviour.fault is Fault.SILENCE:
            # Until the client goes away, which cancels this.
            await asyncio.Event().wait()
        return False

    async def _answer_as_proxy(self) -> None:
        behaviour = self.behaviour
        body = f"<html><body><h1>{behaviour.http_status}</h1></body></html>\n".encode()
        own = {
            "content-type": behaviour.content_type or _HTML,
            "content-length": str(len(body)),
            **behaviour.headers,
        }
        await self.exchange.send_headers(behaviour.http_status, self._readable(own))
        await asyncio.sleep(behaviour.delay_s)
        await self.exchange.send(body)
        await self.exchange.end()
