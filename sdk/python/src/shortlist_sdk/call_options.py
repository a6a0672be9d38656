"""What a caller may say of one call, and what it is told about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass
class CallInfo:
    """How a call went; give one to `CallOptions(info=...)` and read it afterwards.

    Attributes:
        from_cache: the reply was kept from an earlier call.
        is_stale: it is older than it may be, and stands in for a server that can't be reached.
        attempts: how often the server was asked; 0 for a reply from the cache.
        request_id: by which the server's operators find the call.
    """

    from_cache: bool = False
    is_stale: bool = False
    attempts: int = 0
    request_id: str = ""


@dataclass(frozen=True)
class CallOptions:
    """Options of one call.

    Attributes:
        timeout_s: total time, all attempts and waits included; None: the method's own.
        idempotency_key: the same for all attempts; empty: a new one.
        metadata: more headers.
        retry: False: one attempt only.
        max_items: of a pager: end after so many; None: at the end of the list.
        use_cache: False: don't answer from the cache.
        info: is filled in while the call runs.
    """

    timeout_s: float | None = None
    idempotency_key: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)
    retry: bool = True
    max_items: int | None = None
    use_cache: bool = True
    info: CallInfo | None = None


DEFAULT = CallOptions()
