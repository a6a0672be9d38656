// Generated from the contract. Change the contract or the generator, not this file.
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { CallOptions, PagingOptions } from "../core/call.js";
import type { Channel } from "../core/channel.js";
import type { Paged } from "../core/paging.js";
import type { MethodInfo } from "../core/policy.js";
import type {
  NextTracksRequestSchema,
  NextTracksResponse,
  WatchStationRequestSchema,
  WatchStationResponse,
} from "../gen/music/v1/radio_service_pb.js";
import { RadioService } from "../gen/music/v1/radio_service_pb.js";

const METHODS = {
  nextTracks: {
    desc: RadioService.method.nextTracks,
    policy: {
      idempotent: true,
      retryableCodes: ["UNAVAILABLE"],
      deadlineMs: 2_000,
      cache: { maxAgeMs: 10_000, staleIfErrorMs: 600_000 },
      paging: { items: "picks", pageToken: "cursor", nextPageToken: "nextCursor" },
      requestIdField: "requestId",
    },
  },
  watchStation: {
    desc: RadioService.method.watchStation,
    policy: {
      idempotent: true,
      retryableCodes: [],
      deadlineMs: 0,
    },
  },
} as const satisfies Record<string, MethodInfo>;

/** Plays without end. */
export class RadiosClient {
  readonly #channel: Channel;

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  /** Returns the next tracks of a station. */
  nextTracks(
    request: MessageInitShape<typeof NextTracksRequestSchema> = {},
    options?: CallOptions,
  ): Promise<NextTracksResponse> {
    return this.#channel.unary(METHODS.nextTracks, request, options);
  }

  /** As nextTracks, over all pages: yields what is listed, or whole `pages()`. */
  nextTracksAll(
    request: MessageInitShape<typeof NextTracksRequestSchema> = {},
    options?: PagingOptions,
  ): Paged<NextTracksResponse, NextTracksResponse["picks"][number]> {
    return this.#channel.paged(METHODS.nextTracks, request, options);
  }

  /** Tells what a station plays, until the caller has heard enough. */
  watchStation(
    request: MessageInitShape<typeof WatchStationRequestSchema> = {},
    options?: CallOptions,
  ): AsyncGenerator<WatchStationResponse, void, undefined> {
    return this.#channel.stream(METHODS.watchStation, [request], options);
  }
}
