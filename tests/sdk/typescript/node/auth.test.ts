import assert from "node:assert/strict";
import { test } from "node:test";
import { apiKey, bearer, CredentialsExpiredError, ShortlistError } from "@shortlist/sdk";
import { mockError } from "@shortlist/sdk/testing";
import { RecommendationService } from "@shortlist/sdk/v1";
import { mocked, rejection } from "../support/world.js";

const { recommend } = RecommendationService.method;
const expired = mockError({ code: "UNAUTHENTICATED", reason: "CREDENTIALS_EXPIRED" });

test("an API key goes with every call", async () => {
  const { mock, client } = mocked({ credentials: apiKey("k") });
  mock.on(recommend, {});
  await client.recommendations.recommend({});
  assert.equal(mock.calls[0]?.metadata.get("x-api-key"), "k");
});

test("calls at the same time share one refresh", async () => {
  const asked: boolean[] = [];
  let tokens = 0;
  const credentials = bearer(async (forceRefresh) => {
    asked.push(forceRefresh);
    await Promise.resolve();
    tokens += 1;
    return `t${tokens}`;
  });
  const { world, mock, client } = mocked({ credentials, cache: false });
  mock.on(recommend, (_, { metadata }) => {
    if (metadata.get("authorization") !== "Bearer t2") {
      throw expired;
    }
    return {};
  });
  const calls = [1, 2, 3].map((pageSize) => client.recommendations.recommend({ pageSize }));
  await world.until(Promise.all(calls));
  assert.deepEqual(asked, [false, true]);
  assert.equal(mock.calls.length, 6);
});

test("a refresh is tried once", async () => {
  const { world, mock, client } = mocked({ credentials: bearer(async () => "t") });
  mock.on(recommend, expired);
  const error = await world.until(rejection(client.recommendations.recommend({})));
  assert.ok(error instanceof CredentialsExpiredError);
  assert.equal(mock.calls.length, 2);
});

test("a token is replaced half a minute before it expires", async () => {
  let asked = 0;
  const { world, mock, client } = mocked({
    cache: false,
    credentials: bearer(async () => {
      asked += 1;
      return { token: `t${asked}`, expiresAt: new Date(world.time + 60_000) };
    }),
  });
  mock.on(recommend, {});
  await client.recommendations.recommend({});
  await world.pass(29_000);
  await client.recommendations.recommend({});
  assert.equal(asked, 1);
  await world.pass(2_000);
  await client.recommendations.recommend({});
  assert.equal(asked, 2);
});

test("a provider that fails ends the call with its message", async () => {
  const credentials = bearer(() => Promise.reject(new Error("no network")));
  const { mock, client } = mocked({ credentials });
  const error = await rejection(client.recommendations.recommend({}));
  assert.ok(error instanceof ShortlistError);
  assert.equal(error.code, "UNAUTHENTICATED");
  assert.match(error.message, /no network/);
  assert.equal(mock.calls.length, 0);
});
