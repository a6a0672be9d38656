"""The client against the real server: the calls of the quickstart, each looked at."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from shortlist_sdk import (
    ApiKey,
    CallInfo,
    CallOptions,
    Client,
    CredentialsMissingError,
    DeadlineExceededError,
    InvalidFilterError,
    InvalidPageTokenError,
    ItemNotFoundError,
    ScopeInsufficientError,
    ShortlistError,
    SubjectMismatchError,
    v1,
)
from shortlist_sdk.google import FieldMask
from tests.sdk.live_server import LiveServer

SDK = Path(__file__).resolve().parents[3] / "sdk" / "python"


def new_id(prefix: str) -> str:
    return f"{prefix}-{uuid.uuid4().hex[:12]}"


@pytest.mark.feature("recommend")
async def test_recommend_returns_a_slate(client: Client, shop: LiveServer):
    info = CallInfo()
    reply = await client.recommendations.recommend(
        user_id=shop.world.users[0],
        page_size=5,
        read_mask=FieldMask(paths=["title"]),
        include_reasons=True,
        call_options=CallOptions(info=info),
    )

    assert [each.position for each in reply.recommendations] == [0, 1, 2, 3, 4]
    assert all(each.item is not None and each.item.title for each in reply.recommendations)
    assert reply.attribution_token
    assert info.attempts == 1
    assert info.request_id == reply.request_id


@pytest.mark.feature("paging")
async def test_a_pager_goes_through_every_page_once(client: Client, shop: LiveServer):
    pager = client.catalog.list_items_pager(page_size=70)
    sizes = [len(page.items) async for page in pager.pages()]
    assert sizes == [70, 70, 70, 70, 20]

    names = [item.name async for item in client.catalog.list_items_pager(page_size=70)]
    assert sorted(names) == sorted(f"items/{item.item_id}" for item in shop.world.items)


async def test_a_pager_stops_after_the_items_asked_for(client: Client):
    options = CallOptions(max_items=25)
    pager = client.catalog.list_items_pager(page_size=10, call_options=options)
    assert len([item async for item in pager]) == 25


async def test_a_feed_is_resumed_by_its_token(client: Client, shop: LiveServer):
    user = shop.world.users[1]
    first = client.recommendations.recommend_pager(user_id=user, page_size=10)
    async for page in first.pages():
        seen = [each.item_id for each in page.recommendations]
        break
    token = first.next_page_token
    resumed = client.recommendations.recommend_pager(
        user_id=user, page_size=10, page_token=token, call_options=CallOptions(max_items=10)
    )
    later = [each async for each in resumed]
    assert later[0].position == 10
    assert not {each.item_id for each in later} & set(seen)


@pytest.mark.feature("batch_events")
async def test_a_batch_answers_for_each_event(client: Client):
    user = new_id("user")
    good = v1.Event(
        event_id=new_id("e"),
        type=v1.EventType.CLICK,
        user_id=user,
        items=[v1.EventItem(item_id="i001")],
    )
    bad = v1.Event(event_id=new_id("e"), type=v1.EventType.CLICK, user_id=user)
    reply = await client.events.batch_write_events(events=[good, bad])
    assert reply.results[0].accepted is not None
    assert reply.results[1].error is not None

    again = await client.events.batch_write_events(events=[good])
    assert again.results[0].accepted is not None
    assert again.results[0].accepted.duplicate


async def test_a_stream_acknowledges_every_event(client: Client):
    user = new_id("user")

    async def events():
        for number in range(20):
            yield v1.StreamEventsRequest(
                event=v1.Event(
                    event_id=f"{user}-{number}",
                    type=v1.EventType.VIEW,
                    user_id=user,
                    items=[v1.EventItem(item_id="i002")],
                )
            )

    acknowledged = [
        reply.result.event_id
        async for reply in client.events.stream_events(events())
        if reply.result is not None and reply.result.accepted is not None
    ]
    assert sorted(acknowledged) == sorted(f"{user}-{number}" for number in range(20))


@pytest.mark.feature("typed_errors")
async def test_errors_have_the_type_of_their_reason(client: Client):
    with pytest.raises(ItemNotFoundError) as missing:
        await client.catalog.get_item(name="items/no-such-item")
    assert missing.value.code.name == "NOT_FOUND"
    assert missing.value.request_id

    with pytest.raises(InvalidFilterError) as wrong:
        await client.recommendations.recommend(filter="price >")
    assert wrong.value.field_violations

    with pytest.raises(InvalidPageTokenError):
        await client.recommendations.recommend(page_token="no such token")


async def test_credentials_and_scopes_have_errors_of_their_own(shop: LiveServer):
    endpoint = f"http://127.0.0.1:{shop.process.port}"
    async with Client(endpoint) as nobody:
        with pytest.raises(CredentialsMissingError):
            await nobody.catalog.get_catalog()
    async with Client(endpoint, ApiKey(shop.api_keys["client"])) as app:
        reply = await app.recommendations.recommend(user_id=shop.world.users[0])
        assert reply.recommendations
        with pytest.raises(SubjectMismatchError):
            await app.recommendations.recommend(user_id=shop.world.users[1])
        with pytest.raises(ScopeInsufficientError):
            await app.users.export_user(name=f"users/{shop.world.users[0]}")


@pytest.mark.feature("deadline")
async def test_a_call_ends_at_its_deadline(client: Client, shop: LiveServer):
    with pytest.raises(DeadlineExceededError):
        await client.recommendations.recommend(
            user_id=shop.world.users[0], call_options=CallOptions(timeout_s=0.0001)
        )


@pytest.mark.feature("cancellation")
async def test_cancelling_the_task_cancels_the_call(client: Client, shop: LiveServer):
    await client.catalog.get_catalog()
    task = asyncio.ensure_future(
        client.recommendations.recommend(user_id=shop.world.users[0], page_size=200)
    )
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_an_operation_is_waited_for(client: Client, shop: LiveServer):
    operation = await client.users.export_user(name=f"users/{shop.world.users[2]}")
    export = await client.wait(operation, timeout_s=30)
    assert export.event_count == len(
        [event for event in shop.world.events if event.user_id == shop.world.users[2]]
    )
    assert operation.metadata is not None
    assert operation.metadata.user == f"users/{shop.world.users[2]}"

    same = client.operation(operation.name, v1.UserExport, v1.UserOperationMetadata)
    assert (await same.wait()).files == export.files


async def test_an_operation_that_fails_raises_its_error(client: Client):
    operation = await client.catalog.import_items(path="no-such-file.csv")
    with pytest.raises(ShortlistError) as error:
        await operation.wait(timeout_s=30)
    assert error.value.reason == "INVALID_REQUEST"


def test_the_quickstart_runs(shop: LiveServer):
    done = subprocess.run(
        [
            sys.executable,
            SDK / "examples" / "quickstart.py",
            f"http://127.0.0.1:{shop.process.port}",
            shop.api_keys["admin"],
        ],
        env={**os.environ, "PYTHONPATH": str(SDK / "src")},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].startswith("answered after 1 attempt")
    assert "300 items on all pages" in lines
    assert "events sent: True" in lines
    assert any(line.startswith("InvalidPageTokenError: INVALID_PAGE_TOKEN") for line in lines)
    assert lines[-2:] == ["the deadline passed", "cancelled"]
