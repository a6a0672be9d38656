import type { JsonValue } from "@bufbuild/protobuf";
import type { Client, EventQueueOptions } from "@shortlist/sdk";
import { type Event, EventSchema } from "@shortlist/sdk/v1";
import { read } from "./contract.js";
import { errorOf } from "./errors.js";

/** What became of the events of one client. */
export class EventTally {
  readonly #rejected: JsonValue[] = [];
  #dropped = 0;

  /** The callbacks that tell of it. */
  readonly options: EventQueueOptions = {
    onRejected: (event, error) =>
      this.#rejected.push({
        event_id: (event as Event).eventId,
        error: errorOf(error) as unknown as JsonValue,
      }),
    onDropped: (_, total) => {
      this.#dropped = total;
    },
  };

  /** Return what is known after a flush. */
  async outcome(client: Client): Promise<JsonValue> {
    const pending = await client.events.queue.count();
    return { pending, rejected: [...this.#rejected], dropped: this.#dropped };
  }
}

/** Put events into a client's queue. */
export async function enqueue(client: Client, events: JsonValue): Promise<void> {
  for (const each of Array.isArray(events) ? events : [events]) {
    await client.events.queue.enqueue(read(EventSchema, each) as Event);
  }
}

/** Flush a client's queue; what can't be sent goes on waiting. */
export async function flush(client: Client): Promise<void> {
  await settled(client.events.queue.flush());
}

/** Close a client; what can't be sent is left for the next. */
export async function close(client: Client): Promise<void> {
  await settled(client.close());
}

async function settled(work: Promise<void>): Promise<void> {
  await work.catch(() => {
    // The queue says so by how many wait.
  });
}
