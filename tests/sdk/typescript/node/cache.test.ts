import assert from "node:assert/strict";
import { test } from "node:test";
import type { Interceptor } from "@shortlist/sdk";
import { callInfo, DependencyUnavailableError } from "@shortlist/sdk";
import { mockError } from "@shortlist/sdk/testing";
import type { RecommendRequest } from "@shortlist/sdk/v1";
import { RecommendationService } from "@shortlist/sdk/v1";
import { mocked, rejection } from "../support/world.js";

const { recommend } = RecommendationService.method;
const away = mockError({ code: "UNAVAILABLE", reason: "DEPENDENCY_UNAVAILABLE" });

function counting() {
  // How long replies serve is the contract's to say: it is read off the calls.
  const ages = { maxAgeMs: 0, staleIfErrorMs: 0 };
  const interceptor: Interceptor = (request, { method }, next) => {
    Object.assign(ages, method.policy.cache);
    return next(request);
  };
  const world = mocked({ deadlineMs: 60_000, interceptors: [interceptor] });
  let replies = 0;
  world.mock.on(recommend, () => {
    replies += 1;
    return { requestId: `r${replies}` };
  });
  return { ...world, ages };
}

test("a fresh reply serves again, for the same request only", async () => {
  const { world, client, mock, ages } = counting();
  const { recommendations } = client;
  const subject = { case: "userId", value: "u" } as const;
  const first = await recommendations.recommend({ subject, requestId: "one" });
  first.requestId = "changed by its caller";
  await world.pass(ages.maxAgeMs);
  const again = await recommendations.recommend({ subject, requestId: "two" });
  assert.equal(again.requestId, "r1");
  assert.equal(callInfo(again)?.fromCache, true);
  assert.equal(callInfo(again)?.isStale, false);
  assert.equal(callInfo(again)?.attempts, 0);
  assert.equal((await recommendations.recommend({ subject, pageToken: "p" })).requestId, "r2");
  await world.pass(1);
  assert.equal((await recommendations.recommend({ subject })).requestId, "r3");
  assert.equal(mock.calls.length, 3);
});

test("an old reply stands in when the server is away, and says so", async () => {
  const { world, client, mock, ages } = counting();
  await client.recommendations.recommend({});
  mock.on(recommend, away);
  await world.pass(ages.maxAgeMs + 1);
  const stale = await world.until(client.recommendations.recommend({}));
  assert.equal(stale.requestId, "r1");
  assert.equal(callInfo(stale)?.isStale, true);
  assert.equal(callInfo(stale)?.attempts, 4);
  await world.pass(ages.staleIfErrorMs);
  const error = await world.until(rejection(client.recommendations.recommend({})));
  assert.ok(error instanceof DependencyUnavailableError);
});

test("an error of the request is never covered by an old reply", async () => {
  const { world, client, mock, ages } = counting();
  await client.recommendations.recommend({});
  await world.pass(ages.maxAgeMs + 1);
  mock.on(recommend, mockError({ code: "INVALID_ARGUMENT", reason: "INVALID_FILTER" }));
  await rejection(client.recommendations.recommend({}));
});

test("a call may ask anew, or leave the kept replies alone", async () => {
  const { client, mock } = counting();
  const { recommendations } = client;
  await recommendations.recommend({});
  assert.equal((await recommendations.recommend({}, { cache: "off" })).requestId, "r2");
  assert.equal((await recommendations.recommend({})).requestId, "r1");
  assert.equal((await recommendations.recommend({}, { cache: "refresh" })).requestId, "r3");
  assert.equal((await recommendations.recommend({})).requestId, "r3");
  client.channel.clearCache();
  assert.equal((await recommendations.recommend({})).requestId, "r4");
  assert.equal(mock.calls.length, 4);
});

test("the reply that was not used for longest makes room", async () => {
  const { mock, client } = mocked({ cache: { maxEntries: 2 } });
  mock.on(recommend, (request: RecommendRequest) => ({ requestId: String(request.pageSize) }));
  for (const pageSize of [1, 2, 1, 3, 1, 2]) {
    await client.recommendations.recommend({ pageSize });
  }
  const asked = mock.calls.map((each) => (each.request as RecommendRequest).pageSize);
  assert.deepEqual(asked, [1, 2, 3, 2]);
});
