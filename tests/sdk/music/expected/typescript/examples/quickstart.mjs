// The first calls: node examples/quickstart.mjs https://api.example.com [API key]
import {
  apiKey,
  CancelledError,
  Client,
  callInfo,
  DeadlineExceededError,
  MusicError,
} from "@music/sdk";
import { PlayKind } from "@music/sdk/v1";

// What fails where it should not is told in one line.
process.on("uncaughtException", (error) => {
  console.error(error instanceof MusicError ? `${error.name}: ${error.message}` : error);
  process.exit(1);
});

const [endpoint = "http://127.0.0.1:8080", key] = process.argv.slice(2);
const client = new Client({
  endpoint,
  ...(key ? { credentials: apiKey(key) } : {}),
  queue: { onRejected: (_event, error) => console.log("refused:", error.reason) },
});

// One page, and what is known of the call.
const request = { whose: { case: "listenerId", value: "u1" } };
const page = await client.radios.nextTracks({ ...request, count: 5 });
console.log("page:", page.picks.map((each) => each.trackId).join(" "));
console.log("attempts:", callInfo(page)?.attempts);

// Page after page, to the end or as far as you like.
const items = await client.radios.nextTracksAll(request, { maxItems: 50 }).toArray();
console.log("listed:", items.length);

// What was shown, and what came of it. Events are sent in batches, and when the page is left.
const tracker = client.impressions(page, { whose: { case: "listenerId", value: "u1" } });
for (const item of page.picks) {
  await tracker.shown(item);
}
const [first] = page.picks;
if (first) {
  await tracker.event(PlayKind.CLICK, first);
}
await client.plays.queue.flush();
console.log("events: sent");

// An error, with its reason.
try {
  await client.radios.nextTracks({ ...request, cursor: "no token" });
} catch (error) {
  if (error instanceof MusicError) {
    console.log("error:", error.name, error.reason || error.code, error.requestId);
  }
}

// A deadline that nothing can meet, and a cancellation.
try {
  await client.radios.nextTracks(request, { deadlineMs: 0.001, cache: "off" });
} catch (error) {
  console.log("deadline:", error instanceof DeadlineExceededError);
}
const controller = new AbortController();
const { signal } = controller;
const cancelled = client.radios.nextTracks(request, { signal, cache: "off" });
controller.abort();
await cancelled.catch((error) => console.log("cancelled:", error instanceof CancelledError));

await client.close();
