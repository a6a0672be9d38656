"""Which servicer method answers which RPC: the contract's methods, by their names."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from google.protobuf.descriptor import ServiceDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from server.gateway.admission import Lane
from server.gateway.auth.access_policy import AccessPolicy, Group, access_policy
from server.gateway.auth.scope import Scope
from server.gateway.call import Call

# Requests are of the method's own type, which its descriptor says.
UnaryMethod: TypeAlias = Callable[[Any, Call], Awaitable[Message]]
StreamMethod: TypeAlias = Callable[[AsyncIterator[Any], Call], AsyncIterator[Message]]

_WORD_START = re.compile(r"(?<!^)(?=[A-Z])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One RPC and what answers it.

    Attributes:
        path: `/package.Service/Method`.
        policy: who may call it.
        lane: where it waits for admission; None: always admitted.
        has_request_id: whether the request carries its own id.
        accepts_short_deadline: answers even with hardly any time left.
    """

    path: str
    policy: AccessPolicy
    request: type[Message]
    method: Callable[..., Any]
    is_stream: bool
    lane: Lane | None
    has_request_id: bool
    accepts_short_deadline: bool


def routes_of(
    service: ServiceDescriptor,
    servicer: object,
    lane: Lane | None,
    *,
    short_deadlines: frozenset[str] = frozenset(),
    foreign_scope: Scope | None = None,
) -> list[Route]:
    """Return a route for each RPC of a service; `WriteEvent` is answered by `write_event`.

    Args:
        short_deadlines: names of the RPCs that answer however little time is left.
        foreign_scope: what a caller needs for a service that is not ours and so says nothing of it.

    Raises:
        UnusablePolicyError: the contract does not say who may call an RPC, or not so that it can be
            enforced.
        TypeError: the servicer lacks a method: no RPC is in the contract that is not served.
    """
    routes = []
    group: Group = "serving" if lane is not None and lane.name == "serving" else "storage"
    for method in service.methods:
        name = _WORD_START.sub("_", method.name).lower()
        answer = getattr(servicer, name, None)
        if answer is None:
            raise TypeError(f"{type(servicer).__name__} does not answer {method.full_name}")
        routes.append(
            Route(
                path=f"/{service.full_name}/{method.name}",
                policy=access_policy(method, group, foreign_scope),
                request=GetMessageClass(method.input_type),
                method=answer,
                is_stream=method.client_streaming,
                lane=lane,
                has_request_id="request_id" in method.input_type.fields_by_name,
                accepts_short_deadline=method.name in short_deadlines,
            )
        )
    return routes
