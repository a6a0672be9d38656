import type { MessageInitShape } from "@bufbuild/protobuf";
import { create, toBinary } from "@bufbuild/protobuf";
import type { EventStore, StoredEvent } from "@shortlist/sdk";
import { ErrorInfoSchema } from "@shortlist/sdk/google/rpc";
import type { MockTransport } from "@shortlist/sdk/testing";
import type { BatchWriteEventsRequest, Event, EventSchema } from "@shortlist/sdk/v1";
import { type BatchWriteEventsResponseSchema, EventType } from "@shortlist/sdk/v1";

export type ApiEvent = Event;

/** A click of a user on an item. */
export function click(itemId: string): MessageInitShape<typeof EventSchema> {
  return { type: EventType.CLICK, subject: { case: "userId", value: "u" }, items: [{ itemId }] };
}

type Reply = MessageInitShape<typeof BatchWriteEventsResponseSchema>;

/** Accept every event. */
export function accepted(request: BatchWriteEventsRequest): Reply {
  return acceptedBut(request, {});
}

/** Accept every event but those that are refused for a reason. */
export function acceptedBut(
  request: BatchWriteEventsRequest,
  refused: Readonly<Record<string, string>>,
): Reply {
  return {
    results: request.events.map(({ eventId }) => {
      const reason = refused[eventId];
      if (!reason) {
        return { eventId, outcome: { case: "accepted", value: {} } } as const;
      }
      const value = toBinary(ErrorInfoSchema, create(ErrorInfoSchema, { reason }));
      const detail = { typeUrl: "type.googleapis.com/google.rpc.ErrorInfo", value };
      const error = { code: 6, message: reason, details: [detail] };
      return { eventId, outcome: { case: "error", value: error } } as const;
    }),
  };
}

/** Return how many events each batch had. */
export function sentIn(mock: MockTransport): number[] {
  return mock.calls.map((each) => (each.request as BatchWriteEventsRequest).events.length);
}

/** A store that outlives its queue. */
export class StoreInMemory implements EventStore {
  readonly events = new Map<string, StoredEvent>();

  async open(): Promise<StoredEvent[]> {
    return [...this.events.values()];
  }

  async add(event: StoredEvent): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.events.set(event.id, event);
  }

  async remove(ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      this.events.delete(id);
    }
  }

  async close(): Promise<void> {}
}
