package io.shortlist.sdk

import io.grpc.Status.Code
import io.shortlist.sdk.internal.Caller
import io.shortlist.sdk.transport.CachePolicy
import io.shortlist.sdk.transport.RpcMethod
import io.shortlist.v1.ComposePageRequest
import io.shortlist.v1.ComposePageResponse
import io.shortlist.v1.ListTrendingRequest
import io.shortlist.v1.ListTrendingResponse
import io.shortlist.v1.RankItemsRequest
import io.shortlist.v1.RankItemsResponse
import io.shortlist.v1.RecommendRequest
import io.shortlist.v1.RecommendResponse
import io.shortlist.v1.RecommendSimilarRequest
import io.shortlist.v1.RecommendSimilarResponse
import io.shortlist.v1.Recommendation
import kotlin.time.Duration.Companion.milliseconds

/**
 * Answers with slates: ranked lists of items for a subject, an item or a page.
 *
 * An unknown user, an unknown seed, an empty history and fewer candidates than asked for are not
 * errors. Every method may return the CREDENTIALS reasons, SCOPE_INSUFFICIENT, SUBJECT_MISMATCH,
 * QUOTA_EXHAUSTED, OVERLOADED, DEADLINE_TOO_SHORT, DEPENDENCY_UNAVAILABLE and INTERNAL. A reply may
 * be kept for 5 seconds, so long as an item that was deleted meanwhile may still be in it.
 */
public class RecommendationsClient internal constructor(
    private val caller: Caller,
) {
    /**
     * Returns one page of a personal feed. Errors: INVALID_REQUEST, INVALID_FILTER,
     * UNKNOWN_ATTRIBUTE, INVALID_PAGE_TOKEN, PAGE_TOKEN_EXPIRED, UNKNOWN_SERVING_CONFIG.
     */
    public suspend fun recommend(
        request: RecommendRequest,
        options: CallOptions = CallOptions.DEFAULTS,
    ): RecommendResponse = caller.call(RECOMMEND, request, options)

    /** The whole list of [recommend], page after page as it is collected. */
    public fun recommendPaged(
        request: RecommendRequest,
        options: CallOptions = CallOptions.DEFAULTS,
    ): Paged<RecommendResponse, Recommendation> =
        Paged(
            firstToken = request.getPageToken(),
            options = options,
            fetch = { token, each ->
                val page = request.toBuilder().setPageToken(token).build()
                caller.call(RECOMMEND, page, each)
            },
            items = { it.getRecommendationsList() },
            nextToken = { it.getNextPageToken() },
        )

    /**
     * Returns items similar to one item, without a subject; an unknown item gets popular items.
     * Errors: INVALID_REQUEST, INVALID_FILTER, UNKNOWN_ATTRIBUTE, UNKNOWN_SERVING_CONFIG.
     */
    public suspend fun recommendSimilar(
        request: RecommendSimilarRequest,
        options: CallOptions = CallOptions.DEFAULTS,
    ): RecommendSimilarResponse = caller.call(RECOMMEND_SIMILAR, request, options)

    /**
     * Returns the items that are engaged with unusually often right now, without a subject. Errors:
     * INVALID_REQUEST, INVALID_FILTER, UNKNOWN_ATTRIBUTE, UNKNOWN_SERVING_CONFIG.
     */
    public suspend fun listTrending(
        request: ListTrendingRequest,
        options: CallOptions = CallOptions.DEFAULTS,
    ): ListTrendingResponse = caller.call(LIST_TRENDING, request, options)

    /**
     * Ranks the given items for a subject. Items that are unknown, deleted or unavailable are
     * listed in `skipped_item_ids`. Errors: INVALID_REQUEST, UNKNOWN_SERVING_CONFIG.
     */
    public suspend fun rankItems(
        request: RankItemsRequest,
        options: CallOptions = CallOptions.DEFAULTS,
    ): RankItemsResponse = caller.call(RANK_ITEMS, request, options)

    /**
     * Composes a page of several shelves; no item appears twice on the page. Errors:
     * INVALID_REQUEST, INVALID_FILTER, UNKNOWN_ATTRIBUTE, UNKNOWN_SERVING_CONFIG.
     */
    public suspend fun composePage(
        request: ComposePageRequest,
        options: CallOptions = CallOptions.DEFAULTS,
    ): ComposePageResponse = caller.call(COMPOSE_PAGE, request, options)

    /** The methods, for transports and mocks. */
    public companion object {
        /** Recommend. */
        public val RECOMMEND: RpcMethod<RecommendRequest, RecommendResponse> =
            RpcMethod(
                name = "shortlist.v1.RecommendationService/Recommend",
                request = RecommendRequest.getDefaultInstance(),
                reply = RecommendResponse.getDefaultInstance(),
                defaultDeadline = 2000.milliseconds,
                isIdempotent = true,
                retryableCodes = setOf(Code.UNAVAILABLE),
                cache =
                    CachePolicy(
                        maxAge = 5000.milliseconds,
                        staleIfError = 86400000.milliseconds,
                        key = { it.toBuilder().clearRequestId().build() },
                    ),
            )

        /** RecommendSimilar. */
        public val RECOMMEND_SIMILAR: RpcMethod<RecommendSimilarRequest, RecommendSimilarResponse> =
            RpcMethod(
                name = "shortlist.v1.RecommendationService/RecommendSimilar",
                request = RecommendSimilarRequest.getDefaultInstance(),
                reply = RecommendSimilarResponse.getDefaultInstance(),
                defaultDeadline = 2000.milliseconds,
                isIdempotent = true,
                retryableCodes = setOf(Code.UNAVAILABLE),
                cache =
                    CachePolicy(
                        maxAge = 5000.milliseconds,
                        staleIfError = 86400000.milliseconds,
                        key = { it.toBuilder().clearRequestId().build() },
                    ),
            )

        /** ListTrending. */
        public val LIST_TRENDING: RpcMethod<ListTrendingRequest, ListTrendingResponse> =
            RpcMethod(
                name = "shortlist.v1.RecommendationService/ListTrending",
                request = ListTrendingRequest.getDefaultInstance(),
                reply = ListTrendingResponse.getDefaultInstance(),
                defaultDeadline = 2000.milliseconds,
                isIdempotent = true,
                retryableCodes = setOf(Code.UNAVAILABLE),
                cache =
                    CachePolicy(
                        maxAge = 5000.milliseconds,
                        staleIfError = 86400000.milliseconds,
                        key = { it.toBuilder().clearRequestId().build() },
                    ),
            )

        /** RankItems. */
        public val RANK_ITEMS: RpcMethod<RankItemsRequest, RankItemsResponse> =
            RpcMethod(
                name = "shortlist.v1.RecommendationService/RankItems",
                request = RankItemsRequest.getDefaultInstance(),
                reply = RankItemsResponse.getDefaultInstance(),
                defaultDeadline = 2000.milliseconds,
                isIdempotent = true,
                retryableCodes = setOf(Code.UNAVAILABLE),
            )

        /** ComposePage. */
        public val COMPOSE_PAGE: RpcMethod<ComposePageRequest, ComposePageResponse> =
            RpcMethod(
                name = "shortlist.v1.RecommendationService/ComposePage",
                request = ComposePageRequest.getDefaultInstance(),
                reply = ComposePageResponse.getDefaultInstance(),
                defaultDeadline = 3000.milliseconds,
                isIdempotent = true,
                retryableCodes = setOf(Code.UNAVAILABLE),
                cache =
                    CachePolicy(
                        maxAge = 5000.milliseconds,
                        staleIfError = 86400000.milliseconds,
                        key = { it.toBuilder().clearRequestId().build() },
                    ),
            )
    }
}
