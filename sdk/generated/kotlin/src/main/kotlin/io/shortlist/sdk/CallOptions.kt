package io.shortlist.sdk

import kotlin.time.Duration

/**
 * What one call does differently from the defaults.
 *
 * @property timeout total time of the call, with all attempts and waits; of a paged list: of each
 *   page. Null: the method's default.
 * @property idempotencyKey the key by which the server knows a repeated call; null: a new UUID. On a
 *   paged list only the first page has it.
 * @property metadata headers to send with every attempt.
 * @property retries whether failed attempts may be repeated.
 * @property maxItems ends a paged list after so many items.
 * @property onInfo is told how the call went, when it ends, whether it succeeded or not.
 */
public class CallOptions(
    public val timeout: Duration? = null,
    public val idempotencyKey: String? = null,
    public val metadata: Map<String, String> = emptyMap(),
    public val retries: Boolean = true,
    public val maxItems: Long = Long.MAX_VALUE,
    public val onInfo: (CallInfo) -> Unit = {},
) {
    init {
        require(timeout == null || timeout.isPositive()) { "a timeout must be positive" }
        require(maxItems >= 0) { "maxItems must not be negative" }
    }

    internal fun withoutIdempotencyKey(): CallOptions = CallOptions(timeout, null, metadata, retries, maxItems, onInfo)

    public companion object {
        /** The method's own deadline, retries on, a fresh idempotency key. */
        public val DEFAULTS: CallOptions = CallOptions()
    }
}

/**
 * How a call went.
 *
 * @property attempts attempts made; 0 if none reached the transport.
 * @property requestId the id to quote in a report to the operators of the server.
 * @property fromCache the reply was kept from an earlier call.
 * @property isStale the reply is older than it should be, since the server can't be reached.
 */
public class CallInfo(
    public val attempts: Int,
    public val requestId: String,
    public val fromCache: Boolean = false,
    public val isStale: Boolean = false,
)
