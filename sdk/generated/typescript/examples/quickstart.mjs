// The first calls: node examples/quickstart.mjs https://api.example.com [API key]
import {
  apiKey,
  CancelledError,
  Client,
  callInfo,
  DeadlineExceededError,
  ShortlistError,
} from "@shortlist/sdk";
import { EventType } from "@shortlist/sdk/v1";

// What fails where it should not is told in one line.
process.on("uncaughtException", (error) => {
  console.error(error instanceof ShortlistError ? `${error.name}: ${error.message}` : error);
  process.exit(1);
});

const [endpoint = "http://127.0.0.1:8080", key] = process.argv.slice(2);
const client = new Client({
  endpoint,
  ...(key ? { credentials: apiKey(key) } : {}),
  queue: { onRejected: (_event, error) => console.log("refused:", error.reason) },
});

// One page, and what is known of the call.
const request = { subject: { case: "userId", value: "u1" } };
const page = await client.recommendations.recommend({ ...request, pageSize: 5 });
console.log("page:", page.recommendations.map((each) => each.itemId).join(" "));
console.log("attempts:", callInfo(page)?.attempts);

// Page after page, to the end or as far as you like.
const items = await client.recommendations.recommendAll(request, { maxItems: 50 }).toArray();
console.log("listed:", items.length);

// What was shown, and what came of it. Events are sent in batches, and when the page is left.
const tracker = client.impressions(page, { subject: { case: "userId", value: "u1" } });
for (const item of page.recommendations) {
  await tracker.shown(item);
}
const [first] = page.recommendations;
if (first) {
  await tracker.event(EventType.CLICK, first);
}
await client.events.queue.flush();
console.log("events: sent");

// An error, with its reason.
try {
  await client.recommendations.recommend({ ...request, pageToken: "no token" });
} catch (error) {
  if (error instanceof ShortlistError) {
    console.log("error:", error.name, error.reason || error.code, error.requestId);
  }
}

// A deadline that nothing can meet, and a cancellation.
try {
  await client.recommendations.recommend(request, { deadlineMs: 0.001, cache: "off" });
} catch (error) {
  console.log("deadline:", error instanceof DeadlineExceededError);
}
const controller = new AbortController();
const { signal } = controller;
const cancelled = client.recommendations.recommend(request, { signal, cache: "off" });
controller.abort();
await cancelled.catch((error) => console.log("cancelled:", error instanceof CancelledError));

await client.close();
