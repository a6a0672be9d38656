"""Calls music in every way there is: `python quickstart.py ENDPOINT [API_KEY]`."""

from __future__ import annotations

import asyncio
import sys

from music_sdk import (
    ApiKey,
    CallInfo,
    CallOptions,
    Client,
    DeadlineExceededError,
    MusicError,
)


async def main(endpoint: str, api_key: str = "") -> None:
    async with Client(endpoint, ApiKey(api_key) if api_key else None) as client:
        info = CallInfo()
        reply = await client.radios.next_tracks(
            listener_id="user-1", call_options=CallOptions(info=info)
        )
        print(f"answered after {info.attempts} attempt, request {info.request_id}")
        print(f"{len(reply.picks)} items on the first page")

        count = 0
        async for _ in client.radios.next_tracks_pager(listener_id="user-1", count=50):
            count += 1
        print(f"{count} items on all pages")

        async with client.event_queue(on_rejected=lambda event, error: print(error)) as queue:
            tracker = client.impressions(queue, reply, listener_id="user-1")
            for item in reply.picks[:3]:
                await tracker.shown(item)
            if reply.picks:
                await tracker.clicked(reply.picks[0])
            print("events sent:", await queue.flush())

        try:
            await client.radios.next_tracks(cursor="no such token")
        except MusicError as error:
            print(f"{type(error).__name__}: {error.reason}, request {error.request_id}")

        try:
            await client.radios.next_tracks(
                listener_id="user-1", call_options=CallOptions(timeout_s=0.0001)
            )
        except DeadlineExceededError:
            print("the deadline passed")

        task = asyncio.ensure_future(client.radios.next_tracks(listener_id="user-1"))
        await asyncio.sleep(0)
        task.cancel()
        try:
            await task
        except asyncio.CancelledError:
            print("cancelled")


if __name__ == "__main__":
    try:
        asyncio.run(main(*sys.argv[1:]))
    except MusicError as error:
        sys.exit(str(error))
