package io.shortlist.sdk.internal

import com.google.protobuf.MessageLite
import io.grpc.Status.Code
import io.shortlist.sdk.CallContext
import io.shortlist.sdk.ShortlistException
import io.shortlist.sdk.Telemetry
import io.shortlist.sdk.errors.Retry
import io.shortlist.sdk.errors.retryOf
import io.shortlist.sdk.transport.Reply
import io.shortlist.sdk.transport.RpcMethod
import io.shortlist.sdk.transport.TransportException
import kotlinx.coroutines.CancellationException
import kotlin.time.Duration
import kotlin.time.Duration.Companion.nanoseconds

private const val MAX_ATTEMPTS = 4

/**
 * The attempts of one call: at most four, within its deadline and the client's retry budget; none if
 * a kept reply serves.
 */
internal class Attempts<Q : MessageLite, R : MessageLite>(
    private val caller: Caller,
    private val method: RpcMethod<Q, R>,
    private val context: CallContext,
    private val deadline: Deadline,
    private val telemetry: Telemetry.Call,
) {
    private val hooks = caller.hooks
    private var sentToken: String? = null
    private var refusedToken: String? = null

    var count = 0
        private set

    /** As the server answered it, else as it was sent. */
    var requestId: String = context.headers.getValue(Caller.REQUEST_ID)
        private set

    var isFromCache = false
        private set

    var isStale = false
        private set

    suspend fun run(request: Q): MessageLite {
        val cache = caller.cache
        val policy = method.cache
        val key = if (cache == null) null else cache.key(method, request)
        if (cache == null || policy == null || key == null) return attempt(request)
        cache.get(key, policy.maxAge)?.let { kept ->
            isFromCache = true
            return kept
        }
        return try {
            attempt(request).also { cache.put(key, it) }
        } catch (error: ShortlistException) {
            if (error.code != Code.UNAVAILABLE) throw error
            val stale = cache.get(key, policy.maxAge + policy.staleIfError) ?: throw error
            isFromCache = true
            isStale = true
            stale
        }
    }

    fun deadlineExceeded(): ShortlistException =
        ErrorParser.local(
            Code.DEADLINE_EXCEEDED,
            "no answer within the call's time, after $count attempts",
            requestId,
        )

    private suspend fun attempt(request: Q): R {
        while (true) {
            if (deadline.isOver) throw deadlineExceeded()
            sentToken = token()
            if (deadline.isOver) throw deadlineExceeded()
            try {
                return send(request)
            } catch (failure: ShortlistException) {
                requestId = failure.requestId
                val wait = waitAfter(failure)
                if (wait == null || !deadline.allows(wait) || !caller.budget.tryTake()) throw failure
                hooks.sleep(wait)
            }
        }
    }

    private suspend fun send(request: Q): R {
        count++
        val headers = context.headers.toMutableMap()
        headers[Sdk.ATTEMPT_HEADER] = count.toString()
        sentToken?.let { headers["authorization"] = "Bearer $it" }
        val begunNanos = hooks.nanoTime()
        var code = Code.CANCELLED
        try {
            val reply: Reply<R> = caller.transport.call(method, request, headers, deadline.left)
            code = Code.OK
            requestId = reply.headers[Caller.REQUEST_ID] ?: requestId
            caller.budget.refill()
            return reply.message
        } catch (error: CancellationException) {
            throw error
        } catch (error: Exception) {
            throw typed(error).also { code = it.code }
        } finally {
            telemetry.onAttempt(count, code, (hooks.nanoTime() - begunNanos).nanoseconds)
        }
    }

    /** How long to wait for another attempt; null: there is none. */
    private fun waitAfter(failure: ShortlistException): Duration? {
        if (!context.options.retries || count >= MAX_ATTEMPTS) return null
        val retry = retryOf(failure.reason)
        if (retry == Retry.AFTER_REFRESH) return refresh()
        val delay = failure.retryDelay
        val isPromised = retry == Retry.AFTER_DELAY && delay != null
        if (!isPromised && !method.isRepeatableAfter(failure.code)) return null
        return delay?.let { Backoff.CALLS.afterServerDelay(it, hooks) }
            ?: Backoff.CALLS.afterFailure(count - 1, hooks)
    }

    private fun refresh(): Duration? {
        if (!caller.canRefresh || refusedToken != null) return null
        refusedToken = sentToken
        return Duration.ZERO
    }

    private suspend fun token(): String? =
        try {
            caller.token(refusedToken)
        } catch (error: CancellationException) {
            throw error
        } catch (error: ShortlistException) {
            throw error
        } catch (error: Exception) {
            val message = "the token provider failed: ${error.message}"
            throw ErrorParser.local(Code.UNAUTHENTICATED, message, requestId, error)
        }

    private fun typed(error: Exception): ShortlistException =
        when (error) {
            is TransportException -> ErrorParser.parse(error, requestId)
            is ShortlistException -> error // A mock transport's function may throw it.
            else -> ErrorParser.local(Code.UNKNOWN, error.message.orEmpty(), requestId, error)
        }
}
