// What the browser's tests call: the package, as a page bundles it.
import { Client, callInfo } from "@shortlist/sdk";
import { EventType } from "@shortlist/sdk/v1";

const client = new Client({
  endpoint: location.origin,
  queue: { flushAgeMs: Number(new URLSearchParams(location.search).get("age") ?? 5_000) },
});

const harness = {
  start: () => client.events.queue.start(),
  enqueue: (itemId: string) =>
    client.events.queue.enqueue({
      type: EventType.CLICK,
      subject: { case: "userId", value: "u" },
      items: [{ itemId }],
    }),
  flush: () =>
    client.events.queue.flush().then(
      () => "sent",
      (error: Error) => error.name,
    ),
  async recommend(cache: "default" | "refresh" = "default") {
    const reply = await client.recommendations.recommend({}, { cache, deadlineMs: 3_000 });
    const { fromCache, isStale } = callInfo(reply) ?? {};
    return { requestId: reply.requestId, fromCache, isStale };
  },
};

declare global {
  interface Window {
    harness: typeof harness;
  }
}
window.harness = harness;
