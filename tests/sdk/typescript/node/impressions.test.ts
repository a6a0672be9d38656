import assert from "node:assert/strict";
import { test } from "node:test";
import type { BatchWriteEventsRequest } from "@shortlist/sdk/v1";
import { EventService, EventType, RecommendationService } from "@shortlist/sdk/v1";
import { accepted } from "../support/events.js";
import { mocked } from "../support/world.js";

test("an item's impression is sent once for a slate, with its attribution token", async () => {
  const { mock, client } = mocked();
  mock.on(EventService.method.batchWriteEvents, accepted);
  mock.on(RecommendationService.method.recommend, {
    attributionToken: "token",
    recommendations: [
      { itemId: "a", position: 0 },
      { itemId: "b", position: 1 },
    ],
  });
  const subject = { case: "userId", value: "u" } as const;
  const reply = await client.recommendations.recommend({ subject });
  const [first, second] = reply.recommendations;
  assert.ok(first && second);
  const tracker = client.impressions(reply, { subject, sessionId: "s" });
  await tracker.shown(first);
  await tracker.shown(first);
  await client.impressions(reply, { subject }).shown(first);
  await tracker.shown(second);
  await tracker.clicked(second);
  await tracker.event(EventType.RATE, second, { rating: 4 });
  await client.close();

  const sent = mock.callsOf(EventService.method.batchWriteEvents)[0]?.request;
  const { events } = sent as BatchWriteEventsRequest;
  assert.deepEqual(
    events.map(({ type, items }) => [type, items[0]?.itemId, items[0]?.position]),
    [
      [EventType.IMPRESSION, "a", 0],
      [EventType.IMPRESSION, "b", 1],
      [EventType.CLICK, "b", 1],
      [EventType.RATE, "b", 1],
    ],
  );
  for (const event of events) {
    assert.equal(event.attributionToken, "token");
    assert.equal(event.sessionId, "s");
    assert.deepEqual(event.subject, subject);
  }
  assert.equal(events[3]?.items[0]?.rating, 4);
});
