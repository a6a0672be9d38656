// Against the real server through the edge.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { promisify } from "node:util";
import type { TransportFactory } from "@shortlist/sdk";
import {
  CancelledError,
  Client,
  connectTransport,
  DeadlineExceededError,
  grpcWebTransport,
  InvalidPageTokenError,
  InvalidRequestError,
  ItemNotFoundError,
} from "@shortlist/sdk";
import { nodeTransport } from "@shortlist/sdk/node";
import type { ApiEvent } from "../support/events.js";
import { click } from "../support/events.js";
import { rejection } from "../support/world.js";

interface Live {
  readonly url: string;
  readonly users: string[];
  readonly items: string[];
}

const file = process.env.SHORTLIST_LIVE ?? "";
const live: Live = file
  ? JSON.parse(readFileSync(file, "utf8"))
  : { url: "", users: [], items: [] };
const skip = file ? false : "SHORTLIST_LIVE names no server";
const user = () => live.users[0] ?? assert.fail("no users");

const transports: Record<string, () => TransportFactory> = {
  Connect: () => connectTransport(),
  "gRPC-Web": () => grpcWebTransport(),
  "gRPC on Node's HTTP": () => nodeTransport({ protocol: "grpc" }),
};

for (const [name, transport] of Object.entries(transports)) {
  const client = () =>
    new Client({ endpoint: live.url, transport: transport(), deadlineMs: 20_000 });
  const subject = () => ({ subject: { case: "userId", value: user() } }) as const;

  test(`live, ${name}: recommend`, { skip }, async () => {
    const reply = await client().recommendations.recommend({ ...subject(), includeReasons: true });
    assert.ok(reply.recommendations.length > 0);
    assert.notEqual(reply.attributionToken, "");
    assert.ok(reply.recommendations.every((each) => each.score >= 0 && each.score <= 1));
  });

  test(`live, ${name}: a feed is read to its end and repeats nothing`, { skip }, async () => {
    const feed = client().recommendations.recommendAll({ ...subject(), pageSize: 10 });
    const ids = (await feed.toArray()).map((each) => each.itemId);
    assert.ok(ids.length > 20, `${ids.length} items`);
    assert.equal(new Set(ids).size, ids.length);
    assert.equal(feed.nextPageToken, "");
  });

  test(`live, ${name}: a batch of events is answered for each`, { skip }, async () => {
    const { events } = client();
    const eventId = crypto.randomUUID();
    const batch = { events: [{ ...click(live.items[0] ?? ""), eventId }, { eventId: "bad" }] };
    const { results } = await events.batchWriteEvents(batch);
    assert.deepEqual(
      results.map((each) => each.outcome.case),
      ["accepted", "error"],
    );
  });

  test(`live, ${name}: errors have their reasons`, { skip }, async () => {
    const { catalog, recommendations } = client();
    const missing = await rejection(catalog.getItem({ name: "items/there-is-none" }));
    assert.ok(missing instanceof ItemNotFoundError);
    const token = await rejection(recommendations.recommend({ pageToken: "made up" }));
    assert.ok(token instanceof InvalidPageTokenError);
    const size = await rejection(recommendations.recommend({ pageSize: 10_000 }));
    assert.ok(size instanceof InvalidRequestError);
    assert.equal(size.fieldViolations[0]?.field, "page_size");
    assert.notEqual(size.requestId, "");
  });

  test(`live, ${name}: a deadline and a cancellation`, { skip }, async () => {
    const { recommendations } = client();
    const late = await rejection(recommendations.recommend(subject(), { deadlineMs: 0.01 }));
    assert.ok(late instanceof DeadlineExceededError, String(late));
    const controller = new AbortController();
    const call = recommendations.recommend(subject(), { signal: controller.signal, cache: "off" });
    controller.abort();
    assert.ok((await rejection(call)) instanceof CancelledError);
  });
}

test("live: the event queue sends its events, and each counts once", { skip }, async () => {
  const refused: string[] = [];
  const client = new Client({
    endpoint: live.url,
    queue: { onRejected: (event) => refused.push((event as ApiEvent).eventId) },
  });
  const ids = await Promise.all(
    [...Array(60).keys()].map(() => client.events.queue.enqueue(click(live.items[1] ?? ""))),
  );
  await client.close();
  assert.deepEqual(refused, []);
  const again = { event: { ...click(live.items[1] ?? ""), eventId: ids[0] ?? "" } };
  // The same id with another payload: the server has seen it.
  const error = await rejection(client.events.writeEvent(again));
  assert.match(String(error), /EventIdConflict/);
});

test("live: the quickstart runs", { skip }, async () => {
  const quickstart = process.env.SHORTLIST_QUICKSTART ?? assert.fail("SHORTLIST_QUICKSTART");
  const { stdout } = await promisify(execFile)(process.execPath, [quickstart, live.url]);
  for (const line of [
    /page: \S+/,
    /listed: [1-9]/,
    /events: sent/,
    /error: InvalidPageTokenError INVALID_PAGE_TOKEN \S+/,
    /deadline: true/,
    /cancelled: true/,
  ]) {
    assert.match(stdout, line);
  }
});
