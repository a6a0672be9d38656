// Generated from the contract. Change the contract or the generator, not this file.
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { CallOptions, PagingOptions } from "../core/call.js";
import type { Channel } from "../core/channel.js";
import type { Paged } from "../core/paging.js";
import type { MethodInfo } from "../core/policy.js";
import type {
  ComposePageRequestSchema,
  ComposePageResponse,
  ListTrendingRequestSchema,
  ListTrendingResponse,
  RankItemsRequestSchema,
  RankItemsResponse,
  RecommendRequestSchema,
  RecommendResponse,
  RecommendSimilarRequestSchema,
  RecommendSimilarResponse,
} from "../gen/shortlist/v1/recommendation_service_pb.js";
import { RecommendationService } from "../gen/shortlist/v1/recommendation_service_pb.js";

const METHODS = {
  recommend: {
    desc: RecommendationService.method.recommend,
    policy: {
      idempotent: true,
      retryableCodes: ["UNAVAILABLE"],
      deadlineMs: 2_000,
      cache: { maxAgeMs: 5_000, staleIfErrorMs: 86_400_000 },
      paging: { items: "recommendations", pageToken: "pageToken", nextPageToken: "nextPageToken" },
      requestIdField: "requestId",
    },
  },
  recommendSimilar: {
    desc: RecommendationService.method.recommendSimilar,
    policy: {
      idempotent: true,
      retryableCodes: ["UNAVAILABLE"],
      deadlineMs: 2_000,
      cache: { maxAgeMs: 5_000, staleIfErrorMs: 86_400_000 },
      requestIdField: "requestId",
    },
  },
  listTrending: {
    desc: RecommendationService.method.listTrending,
    policy: {
      idempotent: true,
      retryableCodes: ["UNAVAILABLE"],
      deadlineMs: 2_000,
      cache: { maxAgeMs: 5_000, staleIfErrorMs: 86_400_000 },
      requestIdField: "requestId",
    },
  },
  rankItems: {
    desc: RecommendationService.method.rankItems,
    policy: {
      idempotent: true,
      retryableCodes: ["UNAVAILABLE"],
      deadlineMs: 2_000,
      requestIdField: "requestId",
    },
  },
  composePage: {
    desc: RecommendationService.method.composePage,
    policy: {
      idempotent: true,
      retryableCodes: ["UNAVAILABLE"],
      deadlineMs: 3_000,
      cache: { maxAgeMs: 5_000, staleIfErrorMs: 86_400_000 },
      requestIdField: "requestId",
    },
  },
} as const satisfies Record<string, MethodInfo>;

/**
 * Answers with slates: ranked lists of items for a subject, an item or a page.
 *
 * An unknown user, an unknown seed, an empty history and fewer candidates than asked for are not
 * errors. Every method may return the CREDENTIALS reasons, SCOPE_INSUFFICIENT, SUBJECT_MISMATCH,
 * QUOTA_EXHAUSTED, OVERLOADED, DEADLINE_TOO_SHORT, DEPENDENCY_UNAVAILABLE and INTERNAL. A reply may
 * be kept for 5 seconds, so long as an item that was deleted meanwhile may still be in it.
 */
export class RecommendationsClient {
  readonly #channel: Channel;

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  /**
   * Returns one page of a personal feed. Errors: INVALID_REQUEST, INVALID_FILTER,
   * UNKNOWN_ATTRIBUTE, INVALID_PAGE_TOKEN, PAGE_TOKEN_EXPIRED, UNKNOWN_SERVING_CONFIG.
   */
  recommend(
    request: MessageInitShape<typeof RecommendRequestSchema> = {},
    options?: CallOptions,
  ): Promise<RecommendResponse> {
    return this.#channel.unary(METHODS.recommend, request, options);
  }

  /** As recommend, over all pages: yields what is listed, or whole `pages()`. */
  recommendAll(
    request: MessageInitShape<typeof RecommendRequestSchema> = {},
    options?: PagingOptions,
  ): Paged<RecommendResponse, RecommendResponse["recommendations"][number]> {
    return this.#channel.paged(METHODS.recommend, request, options);
  }

  /**
   * Returns items similar to one item, without a subject; an unknown item gets popular items.
   * Errors: INVALID_REQUEST, INVALID_FILTER, UNKNOWN_ATTRIBUTE, UNKNOWN_SERVING_CONFIG.
   */
  recommendSimilar(
    request: MessageInitShape<typeof RecommendSimilarRequestSchema>,
    options?: CallOptions,
  ): Promise<RecommendSimilarResponse> {
    return this.#channel.unary(METHODS.recommendSimilar, request, options);
  }

  /**
   * Returns the items that are engaged with unusually often right now, without a subject. Errors:
   * INVALID_REQUEST, INVALID_FILTER, UNKNOWN_ATTRIBUTE, UNKNOWN_SERVING_CONFIG.
   */
  listTrending(
    request: MessageInitShape<typeof ListTrendingRequestSchema> = {},
    options?: CallOptions,
  ): Promise<ListTrendingResponse> {
    return this.#channel.unary(METHODS.listTrending, request, options);
  }

  /**
   * Ranks the given items for a subject. Items that are unknown, deleted or unavailable are listed
   * in `skipped_item_ids`. Errors: INVALID_REQUEST, UNKNOWN_SERVING_CONFIG.
   */
  rankItems(
    request: MessageInitShape<typeof RankItemsRequestSchema>,
    options?: CallOptions,
  ): Promise<RankItemsResponse> {
    return this.#channel.unary(METHODS.rankItems, request, options);
  }

  /**
   * Composes a page of several shelves; no item appears twice on the page. Errors: INVALID_REQUEST,
   * INVALID_FILTER, UNKNOWN_ATTRIBUTE, UNKNOWN_SERVING_CONFIG.
   */
  composePage(
    request: MessageInitShape<typeof ComposePageRequestSchema>,
    options?: CallOptions,
  ): Promise<ComposePageResponse> {
    return this.#channel.unary(METHODS.composePage, request, options);
  }
}
