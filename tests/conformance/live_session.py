"""What an application does with the Python SDK, of this release or of the one before.

`python -m tests.conformance.live_session ADDRESS KEY` with the SDK on the path; prints what came
of it.
"""

from __future__ import annotations

import asyncio
import json
import sys
import uuid
from typing import Any

from shortlist_sdk import ApiKey, Client, InvalidRequestError, v1

PAGE, ITEMS, EVENTS = 5, 12, 3


async def session(address: str, key: str) -> dict[str, Any]:
    """Ask for a slate, page on, write events, make a mistake; return what came of each."""
    user = f"cf-session-{uuid.uuid4().hex[:8]}"
    async with Client(f"http://{address}", ApiKey(key)) as client:
        request = v1.RecommendRequest(user_id=user, page_size=PAGE)
        slate = await client.recommendations.recommend(request)
        paged = []
        async for item in client.recommendations.recommend_pager(request):
            paged.append(item.item_id)
            if len(paged) == ITEMS:
                break
        queue = client.event_queue()
        for item in slate.recommendations[:EVENTS]:
            await queue.enqueue(
                v1.Event(
                    type=v1.EventType.CLICK,
                    user_id=user,
                    items=[v1.EventItem(item_id=item.item_id)],
                    attribution_token=slate.attribution_token,
                )
            )
        await queue.flush()
        pending = queue.count()
        await queue.close()
        try:
            await client.recommendations.recommend(v1.RecommendRequest(user_id=user, page_size=-1))
            error = ""
        except InvalidRequestError as refused:
            error = refused.reason
    return {
        "slate": len(slate.recommendations),
        "token": bool(slate.attribution_token),
        "paged": len(set(paged)),
        "pending": pending,
        "error": error,
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(session(*sys.argv[1:]))))
