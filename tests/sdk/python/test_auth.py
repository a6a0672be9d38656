"""Credentials: what is sent, and how tokens are fetched, shared and refreshed."""

from __future__ import annotations

import asyncio

import pytest

from shortlist_sdk import (
    ApiKey,
    Client,
    ClientOptions,
    Code,
    CredentialsExpiredError,
    CredentialsInvalidError,
    Token,
    TokenCredentials,
    v1,
)
from shortlist_sdk.testing import FakeClock, MockTransport, failure

CATALOG = "/shortlist.v1.CatalogService/GetCatalog"
CREATE_ITEM = "/shortlist.v1.CatalogService/CreateItem"
EXPIRED = failure(Code.UNAUTHENTICATED, "CREDENTIALS_EXPIRED")


class Provider:
    """Issues tokens t1, t2, ...; each takes a moment."""

    def __init__(self, expires_in_s: float | None = None) -> None:
        self.asked: list[bool] = []
        self._expires_in_s = expires_in_s

    async def get(self, force_refresh: bool) -> Token:
        self.asked.append(force_refresh)
        await asyncio.sleep(0.01)
        return Token(f"t{len(self.asked)}", self._expires_in_s)


def client_with(provider: Provider) -> tuple[Client, MockTransport, FakeClock]:
    clock, transport = FakeClock(), MockTransport()
    credentials = TokenCredentials(provider, clock=clock)
    client = Client("mock", credentials, transport=transport, options=ClientOptions(clock=clock))
    return client, transport, clock


def sent(transport: MockTransport) -> list[str]:
    return [call.attempt.metadata["authorization"] for call in transport.calls]


async def test_an_api_key_is_sent_and_never_shown():
    transport = MockTransport()
    transport.reply(CATALOG, v1.Catalog())
    client = Client("mock", ApiKey("secret"), transport=transport)
    await client.catalog.get_catalog()
    assert transport.calls[0].attempt.metadata["x-api-key"] == "secret"
    assert "secret" not in repr(ApiKey("secret")) + repr(Token("secret", 1))


@pytest.mark.feature("auth_refresh")
async def test_an_expired_token_is_refreshed_once_for_any_method():
    provider = Provider()
    client, transport, clock = client_with(provider)
    transport.reply(CREATE_ITEM, EXPIRED, v1.Item(name="items/a"))
    await client.catalog.create_item(item=v1.Item())
    assert sent(transport) == ["Bearer t1", "Bearer t2"]
    assert provider.asked == [False, True]
    assert clock.slept == [0.0]


async def test_a_token_that_stays_refused_is_an_error():
    provider = Provider()
    client, transport, _ = client_with(provider)
    transport.reply(CATALOG, EXPIRED)
    with pytest.raises(CredentialsExpiredError):
        await client.catalog.get_catalog()
    assert len(transport.calls) == 2


async def test_other_refusals_are_not_refreshed():
    provider = Provider()
    client, transport, _ = client_with(provider)
    transport.reply(CATALOG, failure(Code.UNAUTHENTICATED, "CREDENTIALS_INVALID"))
    with pytest.raises(CredentialsInvalidError):
        await client.catalog.get_catalog()
    assert provider.asked == [False]


@pytest.mark.feature("auth_refresh")
async def test_concurrent_calls_share_one_fetch():
    provider = Provider()
    client, transport, _ = client_with(provider)
    transport.reply(CATALOG, v1.Catalog())
    await asyncio.gather(*(client.catalog.get_catalog() for _ in range(10)))
    assert provider.asked == [False]
    assert set(sent(transport)) == {"Bearer t1"}


async def test_a_cancelled_call_leaves_the_fetch_to_the_others():
    provider = Provider()
    client, transport, _ = client_with(provider)
    transport.reply(CATALOG, v1.Catalog())
    first = asyncio.ensure_future(client.catalog.get_catalog())
    second = asyncio.ensure_future(client.catalog.get_catalog())
    await asyncio.sleep(0)
    first.cancel()
    await second
    assert provider.asked == [False]


async def test_a_token_is_renewed_half_a_minute_before_it_expires():
    provider = Provider(expires_in_s=100)
    client, transport, clock = client_with(provider)
    transport.reply(CATALOG, v1.Catalog())
    await client.catalog.get_catalog()
    clock.seconds += 69
    await client.catalog.get_catalog()
    assert provider.asked == [False]
    clock.seconds += 1
    await client.catalog.get_catalog()
    assert provider.asked == [False, False]


async def test_a_provider_that_fails_is_asked_again():
    class Failing(Provider):
        async def get(self, force_refresh: bool) -> Token:
            token = await super().get(force_refresh)
            if len(self.asked) == 1:
                raise ConnectionError("no network")
            return token

    client, transport, _ = client_with(Failing())
    transport.reply(CATALOG, v1.Catalog())
    with pytest.raises(ConnectionError):
        await client.catalog.get_catalog()
    await client.catalog.get_catalog()
    assert sent(transport) == ["Bearer t2"]
