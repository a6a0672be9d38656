// Generated from the contract. Change the contract or the generator, not this file.
import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { CallOptions } from "../core/call.js";
import type { Channel } from "../core/channel.js";
import type { MethodInfo } from "../core/policy.js";
import type {
  PlayedTrackSchema,
  StreamPlaysRequestSchema,
  StreamPlaysResponse,
  WritePlaysRequestSchema,
  WritePlaysResponse,
} from "../gen/music/v1/play_service_pb.js";
import { PlayKind, PlaySchema, PlayService } from "../gen/music/v1/play_service_pb.js";
import type { ImpressionPolicy } from "../impressions.js";
import { ImpressionTracker, ShownItems } from "../impressions.js";
import { EventQueue } from "../queue/event_queue.js";

const METHODS = {
  writePlays: {
    desc: PlayService.method.writePlays,
    policy: {
      idempotent: true,
      retryableCodes: ["UNAVAILABLE"],
      deadlineMs: 10_000,
    },
  },
  streamPlays: {
    desc: PlayService.method.streamPlays,
    policy: {
      idempotent: true,
      retryableCodes: [],
      deadlineMs: 0,
    },
  },
} as const satisfies Record<string, MethodInfo>;

/** Takes what is played. */
export class PlaysClient {
  readonly #channel: Channel;
  /** Collects events and sends them in batches. */
  readonly queue: EventQueue<typeof PlaySchema>;
  readonly #shown = new ShownItems();

  constructor(channel: Channel) {
    this.#channel = channel;
    this.queue = new EventQueue(channel, {
      event: PlaySchema,
      maxEvents: 100,
      id: (event) => event.playId,
      stamp: (event, id, nowMs) => {
        event.playId ||= id;
        event.playTime ??= timestampFromMs(nowMs);
      },
      send: async (events, nowMs, options) => {
        const request = {
          plays: events,
          clock: timestampFromMs(nowMs),
        };
        const reply = await this.writePlays(request, options);
        return reply.outcomes.map((each) =>
          each.failure ?? null,
        );
      },
    });
  }

  /** Writes plays and answers for each. */
  writePlays(
    request: MessageInitShape<typeof WritePlaysRequestSchema> = {},
    options?: CallOptions,
  ): Promise<WritePlaysResponse> {
    return this.#channel.unary(METHODS.writePlays, request, options);
  }

  /** Writes plays as they come. */
  streamPlays(
    requests: AsyncIterable<MessageInitShape<typeof StreamPlaysRequestSchema>>,
    options?: CallOptions,
  ): AsyncGenerator<StreamPlaysResponse, void, undefined> {
    return this.#channel.stream(METHODS.streamPlays, requests, options);
  }

  /**
   * Return what tells of the items of a slate that were shown, and of what came of it.
   *
   * @param slate - a reply, or a part of one, with an attribution token.
   * @param fields - fields of every event, at least for whom it is.
   */
  impressions(
    slate: { readonly radioToken: string },
    fields: MessageInitShape<typeof PlaySchema>,
  ): SlateTracker {
    const attributionToken = slate.radioToken;
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
  readonly trackId: string;
  readonly place: number;
}

/** Further fields of an event's item. */
export type EventItemFields = Exclude<MessageInitShape<typeof PlayedTrackSchema>, { $typeName: string }>;

/** Tells what becomes of the items of one slate. */
export type SlateTracker = ImpressionTracker<
  typeof PlaySchema,
  SlateItem,
  PlayKind,
  EventItemFields
>;

const IMPRESSIONS: ImpressionPolicy<
  typeof PlaySchema,
  SlateItem,
  PlayKind,
  EventItemFields
> = {
  impression: PlayKind.IMPRESSION,
  click: PlayKind.CLICK,
  itemId: (item) => item.trackId,
  event: (type, token, item, itemFields) => ({
    kind: type,
    radioToken: token,
    tracks: [{ ...itemFields, trackId: item.trackId, place: item.place }],
  }),
};
