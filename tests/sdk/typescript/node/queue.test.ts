import assert from "node:assert/strict";
import { test } from "node:test";
import type { EventQueueOptions } from "@shortlist/sdk";
import { EventIdConflictError } from "@shortlist/sdk";
import { mockError } from "@shortlist/sdk/testing";
import { EventService } from "@shortlist/sdk/v1";
import type { ApiEvent } from "../support/events.js";
import { accepted, acceptedBut, click, StoreInMemory, sentIn } from "../support/events.js";
import { mocked, settle } from "../support/world.js";

const { batchWriteEvents } = EventService.method;

function queued(queue: EventQueueOptions = {}) {
  const world = mocked({ queue });
  world.mock.on(batchWriteEvents, accepted);
  return { ...world, queue: world.client.events.queue };
}

test("events are sent when fifty wait", async () => {
  const { mock, queue } = queued();
  for (let each = 0; each < 49; each += 1) {
    await queue.enqueue(click("i"));
  }
  await settle();
  assert.equal(mock.calls.length, 0);
  await queue.enqueue(click("i"));
  await settle();
  assert.deepEqual(sentIn(mock), [50]);
});

test("the queue says how many events wait", async () => {
  const { world, mock, queue } = queued();
  assert.equal(await queue.count(), 0);
  await queue.enqueue(click("i"));
  await queue.enqueue(click("j"));
  assert.equal(await queue.count(), 2);
  mock.on(batchWriteEvents, mockError({ code: "UNAVAILABLE" }));
  await world.until(queue.flush()).catch(() => {});
  assert.equal(await queue.count(), 2);
  mock.on(batchWriteEvents, accepted);
  await queue.flush();
  assert.equal(await queue.count(), 0);
});

test("a backlog is sent in batches of the count that is set", async () => {
  const { world, mock, queue } = queued({ flushCount: 4 });
  mock.on(batchWriteEvents, mockError({ code: "UNAVAILABLE" }));
  for (let each = 0; each < 10; each += 1) {
    await queue.enqueue(click("i"));
  }
  await world.until(queue.flush()).catch(() => {});
  mock.calls.length = 0;
  mock.on(batchWriteEvents, accepted);
  await world.until(queue.flush());
  assert.deepEqual(sentIn(mock), [4, 4, 2]);
});

test("events are sent when they weigh enough", async () => {
  const { mock, queue } = queued({ flushBytes: 1_000 });
  await queue.enqueue(click("i".repeat(400)));
  await settle();
  assert.equal(mock.calls.length, 0);
  await queue.enqueue(click("i".repeat(600)));
  await settle();
  assert.deepEqual(sentIn(mock), [2]);
});

test("events are sent when the oldest has waited five seconds", async () => {
  const { world, mock, queue } = queued();
  const id = await queue.enqueue(click("i"));
  await world.pass(4_999);
  assert.equal(mock.calls.length, 0);
  await world.pass(1);
  assert.deepEqual(sentIn(mock), [1]);
  const request = mock.calls[0]?.request as unknown as { events: ApiEvent[]; sentTime: object };
  assert.equal(request.events[0]?.eventId, id);
  // The event keeps the time of its making; the batch has that of its sending.
  assert.equal(request.events[0]?.eventTime?.seconds, 1_700_000_000n);
  assert.deepEqual(request.sentTime, { ...request.sentTime, seconds: 1_700_000_005n });
});

test("one batch is under way at a time", async () => {
  const { world, mock, queue } = queued({ flushCount: 2 });
  let answer = () => {};
  const slow = new Promise<void>((resolve) => {
    answer = resolve;
  });
  mock.on(batchWriteEvents, async (request) => {
    await slow;
    return accepted(request);
  });
  for (const each of ["a", "b", "c", "d", "e"]) {
    await queue.enqueue(click(each));
  }
  await world.pass(1);
  assert.deepEqual(sentIn(mock), [2]);
  answer();
  await world.pass(5_000);
  assert.deepEqual(sentIn(mock), [2, 2, 1]);
});

test("an event that is refused is told of and not sent again", async () => {
  const refused: [string, unknown][] = [];
  const { world, mock, queue } = queued({
    onRejected: (event, error) => refused.push([(event as ApiEvent).eventId, error]),
  });
  mock.on(batchWriteEvents, (request) => acceptedBut(request, { bad: "EVENT_ID_CONFLICT" }));
  await queue.enqueue({ ...click("i"), eventId: "bad" });
  await queue.enqueue({ ...click("i"), eventId: "good" });
  await queue.flush();
  const [[id, error] = []] = refused;
  assert.equal(id, "bad");
  assert.ok(error instanceof EventIdConflictError);
  await world.pass(600_000);
  assert.deepEqual(sentIn(mock), [2]);
});

test("events wait for a server that is away, longer each time", async () => {
  const waits: number[] = [];
  const { world, mock, queue } = queued({ onRetry: (_, delayMs) => waits.push(delayMs) });
  mock.on(batchWriteEvents, mockError({ code: "UNAVAILABLE" }));
  await queue.enqueue(click("i"));
  await world.pass(300_000);
  assert.deepEqual(waits.slice(0, 7), [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000]);
  assert.equal(Math.max(...waits), 30_000);
  mock.calls.length = 0;
  mock.on(batchWriteEvents, accepted);
  await world.pass(60_000);
  assert.deepEqual(sentIn(mock), [1]);
});

test("one event that spoils its batch is found", async () => {
  const refused: string[] = [];
  const { world, mock, queue } = queued({
    onRejected: (event) => refused.push((event as ApiEvent).eventId),
  });
  mock.on(batchWriteEvents, (request) => {
    if (request.events.some((each) => each.eventId === "bad")) {
      throw mockError({ code: "PERMISSION_DENIED", reason: "SUBJECT_MISMATCH" });
    }
    return accepted(request);
  });
  for (const eventId of ["a", "b", "bad", "c", "d"]) {
    await queue.enqueue({ ...click("i"), eventId });
  }
  await world.until(queue.flush());
  assert.deepEqual(refused, ["bad"]);
});

test("the oldest events make room and are counted", async () => {
  const dropped: [string[], number][] = [];
  const store = new StoreInMemory();
  const { mock, queue } = queued({
    store,
    maxEvents: 3,
    onDropped: (events, total) =>
      dropped.push([events.map((each) => (each as ApiEvent).eventId), total]),
  });
  for (const eventId of ["a", "b", "c", "d", "e"]) {
    await queue.enqueue({ ...click("i"), eventId });
  }
  assert.deepEqual(dropped, [
    [["a"], 1],
    [["b"], 2],
  ]);
  assert.deepEqual([...store.events.keys()], ["c", "d", "e"]);
  await queue.flush();
  assert.deepEqual(sentIn(mock), [3]);
  assert.equal(store.events.size, 0);
});

test("events are kept before enqueue returns, and sent by the next run with the same id", async () => {
  const store = new StoreInMemory();
  const first = queued({ store });
  const id = await first.queue.enqueue(click("i"));
  assert.deepEqual([...store.events.keys()], [id]);
  const second = queued({ store });
  await second.queue.start();
  await second.world.pass(1);
  const [call] = second.mock.calls;
  const [event] = (call?.request as unknown as { events: ApiEvent[] }).events;
  assert.equal(event?.eventId, id);
  assert.equal(store.events.size, 0);
});

test("closing sends what waits", async () => {
  const { mock, client, queue } = queued();
  await queue.enqueue(click("i"));
  await client.close();
  assert.deepEqual(sentIn(mock), [1]);
});
