// Generated from the contract. Change the contract or the generator, not this file.
import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { CallOptions } from "../core/call.js";
import type { Channel } from "../core/channel.js";
import type { MethodInfo } from "../core/policy.js";
import type { Operation } from "../gen/google/longrunning/operations_pb.js";
import type { EventItemSchema } from "../gen/shortlist/v1/event_pb.js";
import { EventSchema, EventType } from "../gen/shortlist/v1/event_pb.js";
import type {
  BatchWriteEventsRequestSchema,
  BatchWriteEventsResponse,
  ImportEventsRequestSchema,
  StreamEventsRequestSchema,
  StreamEventsResponse,
  WriteEventRequestSchema,
  WriteEventResponse,
} from "../gen/shortlist/v1/event_service_pb.js";
import { EventService } from "../gen/shortlist/v1/event_service_pb.js";
import type { ImpressionPolicy } from "../impressions.js";
import { ImpressionTracker, ShownItems } from "../impressions.js";
import { EventQueue } from "../queue/event_queue.js";

const METHODS = {
  writeEvent: {
    desc: EventService.method.writeEvent,
    policy: {
      idempotent: true,
      retryableCodes: ["UNAVAILABLE"],
      deadlineMs: 5_000,
    },
  },
  batchWriteEvents: {
    desc: EventService.method.batchWriteEvents,
    policy: {
      idempotent: true,
      retryableCodes: ["UNAVAILABLE"],
      deadlineMs: 10_000,
    },
  },
  streamEvents: {
    desc: EventService.method.streamEvents,
    policy: {
      idempotent: true,
      retryableCodes: ["UNAVAILABLE"],
      deadlineMs: 0,
    },
  },
  importEvents: {
    desc: EventService.method.importEvents,
    policy: {
      idempotent: false,
      retryableCodes: [],
      deadlineMs: 30_000,
    },
  },
} as const satisfies Record<string, MethodInfo>;

/**
 * Takes what users do. A reply means that the event is durable; a replay is harmless.
 *
 * Every method may return the CREDENTIALS reasons, SCOPE_INSUFFICIENT, QUOTA_EXHAUSTED,
 * SUBJECT_MISMATCH, OVERLOADED, STORAGE_FULL, DEADLINE_TOO_SHORT and INTERNAL.
 */
export class EventsClient {
  readonly #channel: Channel;
  /** Collects events and sends them in batches. */
  readonly queue: EventQueue<typeof EventSchema>;
  readonly #shown = new ShownItems();

  constructor(channel: Channel) {
    this.#channel = channel;
    this.queue = new EventQueue(channel, {
      event: EventSchema,
      maxEvents: 500,
      id: (event) => event.eventId,
      stamp: (event, id, nowMs) => {
        event.eventId ||= id;
        event.eventTime ??= timestampFromMs(nowMs);
      },
      send: async (events, nowMs, options) => {
        const request = {
          events: events,
          sentTime: timestampFromMs(nowMs),
        };
        const reply = await this.batchWriteEvents(request, options);
        return reply.results.map((each) =>
          (each.outcome.case === "error" ? each.outcome.value : null),
        );
      },
    });
  }

  /**
   * Writes one event. Errors: INVALID_REQUEST, EVENT_TOO_OLD, EVENT_FROM_FUTURE, EVENT_ID_CONFLICT.
   */
  writeEvent(
    request: MessageInitShape<typeof WriteEventRequestSchema>,
    options?: CallOptions,
  ): Promise<WriteEventResponse> {
    return this.#channel.unary(METHODS.writeEvent, request, options);
  }

  /**
   * Writes up to 500 events and answers for each: one bad event does not fail the others. Errors of
   * the whole batch: INVALID_REQUEST, BATCH_TOO_LARGE.
   */
  batchWriteEvents(
    request: MessageInitShape<typeof BatchWriteEventsRequestSchema>,
    options?: CallOptions,
  ): Promise<BatchWriteEventsResponse> {
    return this.#channel.unary(METHODS.batchWriteEvents, request, options);
  }

  /** Writes events as they come and acknowledges each, in any order. */
  streamEvents(
    requests: AsyncIterable<MessageInitShape<typeof StreamEventsRequestSchema>>,
    options?: CallOptions,
  ): AsyncGenerator<StreamEventsResponse, void, undefined> {
    return this.#channel.stream(METHODS.streamEvents, requests, options);
  }

  /**
   * Imports a file of events that lies in the deployment's import folder. Errors: INVALID_REQUEST.
   * The operation's response is ImportEventsResponse, its metadata ImportEventsMetadata.
   */
  importEvents(
    request: MessageInitShape<typeof ImportEventsRequestSchema>,
    options?: CallOptions,
  ): Promise<Operation> {
    return this.#channel.unary(METHODS.importEvents, request, options);
  }

  /**
   * Return what tells of the items of a slate that were shown, and of what came of it.
   *
   * @param slate - a reply, or a part of one, with an attribution token.
   * @param fields - fields of every event, at least for whom it is.
   */
  impressions(
    slate: { readonly attributionToken: string },
    fields: MessageInitShape<typeof EventSchema>,
  ): SlateTracker {
    const attributionToken = slate.attributionToken;
    return new ImpressionTracker({
      queue: this.queue,
      policy: IMPRESSIONS,
      attributionToken,
      fields,
      shown: this.#shown.of(attributionToken),
    });
  }
}

/** An item of a slate. */
export interface SlateItem {
  readonly itemId: string;
  readonly position: number;
}

/** Further fields of an event's item. */
export type EventItemFields = Exclude<MessageInitShape<typeof EventItemSchema>, { $typeName: string }>;

/** Tells what becomes of the items of one slate. */
export type SlateTracker = ImpressionTracker<
  typeof EventSchema,
  SlateItem,
  EventType,
  EventItemFields
>;

const IMPRESSIONS: ImpressionPolicy<
  typeof EventSchema,
  SlateItem,
  EventType,
  EventItemFields
> = {
  impression: EventType.IMPRESSION,
  click: EventType.CLICK,
  itemId: (item) => item.itemId,
  event: (type, token, item, itemFields) => ({
    type: type,
    attributionToken: token,
    items: [{ ...itemFields, itemId: item.itemId, position: item.position }],
  }),
};
