import assert from "node:assert/strict";
import { test } from "node:test";
import { DependencyUnavailableError, OverloadedError, StorageFullError } from "@shortlist/sdk";
import { mockError } from "@shortlist/sdk/testing";
import { CatalogService, EventService, RecommendationService } from "@shortlist/sdk/v1";
import { mocked, rejection } from "../support/world.js";

const { recommend } = RecommendationService.method;
const { createItem } = CatalogService.method;
const unavailable = mockError({ code: "UNAVAILABLE", reason: "DEPENDENCY_UNAVAILABLE" });

test("an idempotent call is repeated with full jitter", async () => {
  const { world, mock, client } = mocked({ deadlineMs: 60_000 });
  mock.on(recommend, unavailable, unavailable, unavailable, { requestId: "r" });
  const reply = await world.until(client.recommendations.recommend({}));
  assert.equal(reply.requestId, "r");
  assert.equal(mock.calls.length, 4);
  // Half of 100, 200 and 400 ms; the first timer is the deadline's.
  assert.deepEqual(world.delays, [60_000, 50, 100, 200]);
  assert.deepEqual(
    mock.calls.map((each) => each.metadata.get("x-shortlist-attempt")),
    ["1", "2", "3", "4"],
  );
});

test("a fifth attempt is never made", async () => {
  const { world, mock, client } = mocked({ deadlineMs: 60_000 });
  mock.on(recommend, unavailable);
  const error = await world.until(rejection(client.recommendations.recommend({})));
  assert.ok(error instanceof DependencyUnavailableError);
  assert.equal(mock.calls.length, 4);
});

test("a call that is not idempotent is not repeated", async () => {
  const { world, mock, client } = mocked();
  mock.on(createItem, unavailable);
  await world.until(rejection(client.catalog.createItem({ item: { name: "items/i" } })));
  assert.equal(mock.calls.length, 1);
});

test("retries can be switched off", async () => {
  const { world, mock, client } = mocked();
  mock.on(recommend, unavailable);
  await world.until(rejection(client.recommendations.recommend({}, { retry: false })));
  assert.equal(mock.calls.length, 1);
});

test("any method waits as long as RetryInfo says", async () => {
  const { world, mock, client } = mocked();
  const overloaded = mockError({
    code: "RESOURCE_EXHAUSTED",
    reason: "OVERLOADED",
    retryDelayMs: 1_500,
  });
  mock.on(createItem, overloaded, { name: "items/i" });
  await world.until(client.catalog.createItem({ item: { name: "items/i" } }));
  assert.deepEqual(world.delays.slice(1), [1_550]);
});

test("Retry-After counts like RetryInfo", async () => {
  const { world, mock, client } = mocked();
  const headers = { "retry-after": "3" };
  const error = mockError({ code: "RESOURCE_EXHAUSTED", reason: "QUOTA_EXHAUSTED", headers });
  mock.on(createItem, error, {});
  await world.until(client.catalog.createItem({ item: { name: "items/i" } }));
  assert.deepEqual(world.delays.slice(1), [3_050]);
});

test("an error that would come again is not repeated, whatever its delay", async () => {
  const { world, mock, client } = mocked();
  const code = "RESOURCE_EXHAUSTED";
  mock.on(recommend, mockError({ code, reason: "STORAGE_FULL", retryDelayMs: 10 }));
  const error = await world.until(rejection(client.recommendations.recommend({})));
  assert.ok(error instanceof StorageFullError);
  assert.equal(mock.calls.length, 1);
});

test("no wait begins that would end after the deadline", async () => {
  const { world, mock, client } = mocked();
  const code = "RESOURCE_EXHAUSTED";
  mock.on(recommend, mockError({ code, reason: "OVERLOADED", retryDelayMs: 2_000 }));
  const started = world.time;
  const error = await world.until(rejection(client.recommendations.recommend({})));
  assert.ok(error instanceof OverloadedError);
  assert.equal(error.retryDelayMs, 2_000);
  assert.equal(world.time, started);
});

test("a network that is gone is tried twice more", async () => {
  const { world, mock, client } = mocked();
  mock.on(recommend, mockError({ code: "UNAVAILABLE", isTransport: true }));
  await world.until(rejection(client.recommendations.recommend({})));
  assert.equal(mock.calls.length, 3);
});

test("retries stop when the budget is used up, and successes earn it back", async () => {
  const { world, mock, client } = mocked({ deadlineMs: 60_000, cache: false });
  mock.on(recommend, unavailable);
  for (let call = 0; call < 4; call += 1) {
    await world.until(rejection(client.recommendations.recommend({})));
  }
  // Three retries for each of three calls, and the tenth for the fourth.
  assert.equal(mock.calls.length, 4 + 4 + 4 + 2);
  mock.on(recommend, {});
  for (let call = 0; call < 10; call += 1) {
    await client.recommendations.recommend({});
  }
  mock.calls.length = 0;
  mock.on(recommend, unavailable);
  await world.until(rejection(client.recommendations.recommend({})));
  assert.equal(mock.calls.length, 2);
});

test("other methods of the contract keep their own policy", async () => {
  const { world, mock, client } = mocked();
  mock.on(EventService.method.writeEvent, unavailable, {});
  await world.until(client.events.writeEvent({ event: { eventId: "e" } }));
  assert.equal(mock.calls.length, 2);
});
