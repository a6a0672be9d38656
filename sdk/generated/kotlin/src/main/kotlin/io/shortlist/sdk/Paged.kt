package io.shortlist.sdk

import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow

/**
 * A paged list, fetched page by page as it is collected; each collection starts anew.
 *
 * To go on later, keep the token of the page that comes next and set it in a new request.
 *
 * @param P a page, the method's reply.
 * @param T an item.
 */
public class Paged<P, T> internal constructor(
    private val firstToken: String,
    private val options: CallOptions,
    private val fetch: suspend (String, CallOptions) -> P,
    private val items: (P) -> List<T>,
    private val nextToken: (P) -> String,
) {
    /** The pages, as the server sends them. */
    public fun pages(): Flow<P> =
        flow {
            var token = firstToken
            var pageOptions = options
            do {
                val page = fetch(token, pageOptions)
                emit(page)
                token = nextToken(page)
                pageOptions = options.withoutIdempotencyKey()
            } while (token.isNotEmpty())
        }

    /** The items; a page is fetched when its first item is wanted. */
    public fun items(): Flow<T> =
        flow {
            var left = options.maxItems
            var token = firstToken
            var pageOptions = options
            while (left > 0) {
                val page = fetch(token, pageOptions)
                for (item in items(page)) {
                    emit(item)
                    if (--left == 0L) return@flow
                }
                token = nextToken(page)
                if (token.isEmpty()) return@flow
                pageOptions = options.withoutIdempotencyKey()
            }
        }
}
