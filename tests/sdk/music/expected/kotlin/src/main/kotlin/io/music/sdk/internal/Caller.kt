package io.music.sdk.internal

import com.google.protobuf.MessageLite
import io.grpc.Status.Code
import io.music.sdk.CallContext
import io.music.sdk.CallInfo
import io.music.sdk.CallOptions
import io.music.sdk.Credentials
import io.music.sdk.Hooks
import io.music.sdk.Interceptor
import io.music.sdk.MusicException
import io.music.sdk.Telemetry
import io.music.sdk.transport.RpcMethod
import io.music.sdk.transport.Transport
import io.music.sdk.transport.TransportException
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.catch
import kotlinx.coroutines.flow.emitAll
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.withTimeoutOrNull
import java.util.UUID
import kotlin.time.Duration

/** What the calls of one client share; every service goes through it. */
internal class Caller(
    val transport: Transport,
    private val credentials: Credentials,
    private val interceptors: List<Interceptor>,
    private val telemetry: Telemetry,
    val cache: ReplyCache?,
    val hooks: Hooks,
    scope: CoroutineScope,
) {
    val budget = RetryBudget()
    private val tokens = (credentials as? Credentials.Tokens)?.let { TokenSource(it.provider, hooks, scope) }

    val canRefresh: Boolean get() = tokens != null

    /** Makes a unary call: interceptors around it, attempts inside, one deadline over all. */
    suspend fun <Q : MessageLite, R : MessageLite> call(
        method: RpcMethod<Q, R>,
        request: Q,
        options: CallOptions,
    ): R {
        val context = CallContext(method.name, options, headers(options))
        val deadline = Deadline(hooks, timeout(method, options))
        val told = telemetry.onCallStart(method.name)
        val attempts = Attempts(this, method, context, deadline, told)
        var code = Code.UNKNOWN
        try {
            val reply =
                // An interceptor or a token provider that hangs must not outlast the deadline either.
                within(deadline.left) { proceed(0, request, attempts, context) }
                    ?: throw attempts.deadlineExceeded()
            code = Code.OK
            @Suppress("UNCHECKED_CAST") // Interceptors answer for answering with the method's reply.
            return reply as R
        } catch (error: CancellationException) {
            code = Code.CANCELLED
            throw error
        } catch (error: MusicException) {
            code = error.code
            throw error
        } finally {
            told.onCallEnd(attempts.count, code, deadline.elapsed)
            options.onInfo(
                CallInfo(attempts.count, attempts.requestId, attempts.isFromCache, attempts.isStale),
            )
        }
    }

    private suspend fun <Q : MessageLite> proceed(
        index: Int,
        request: MessageLite,
        attempts: Attempts<Q, *>,
        context: CallContext,
    ): MessageLite {
        if (index < interceptors.size) {
            return interceptors[index].intercept(request, context) { changed ->
                proceed(index + 1, changed, attempts, context)
            }
        }
        @Suppress("UNCHECKED_CAST") // Interceptors answer for handing on what the method takes.
        return attempts.run(request as Q)
    }

    /** Makes a streaming call; it is never repeated, since what was sent can't be sent again. */
    fun <Q : MessageLite, R : MessageLite> stream(
        method: RpcMethod<Q, R>,
        requests: Flow<Q>,
        options: CallOptions,
    ): Flow<R> =
        flow {
            val headers = headers(options)
            headers[Sdk.ATTEMPT_HEADER] = "1"
            token(null)?.let { headers["authorization"] = "Bearer $it" }
            emitAll(
                transport.stream(method, requests, headers, timeout(method, options)).catch { error ->
                    val id = headers.getValue(REQUEST_ID)
                    throw if (error is TransportException) ErrorParser.parse(error, id) else error
                },
            )
        }

    /** The token to send; null: the credentials are none or a key. */
    suspend fun token(refused: String?): String? = tokens?.get(refused)?.value

    /** What all attempts of a call send, but for the token, which may change between them. */
    private fun headers(options: CallOptions): MutableMap<String, String> {
        val headers = sortedMapOf<String, String>(String.CASE_INSENSITIVE_ORDER)
        val key = options.idempotencyKey ?: UUID.randomUUID().toString()
        headers["idempotency-key"] = key
        headers[REQUEST_ID] = key
        headers[Sdk.CLIENT_HEADER] = Sdk.CLIENT
        if (credentials is Credentials.ApiKey) headers["x-api-key"] = credentials.key
        headers.putAll(options.metadata)
        return headers
    }

    private fun timeout(
        method: RpcMethod<*, *>,
        options: CallOptions,
    ): Duration? = options.timeout ?: method.defaultDeadline.takeIf { it > Duration.ZERO }

    private suspend fun <T> within(
        timeout: Duration?,
        block: suspend () -> T,
    ): T? = if (timeout == null) block() else withTimeoutOrNull(timeout) { block() }

    companion object {
        const val REQUEST_ID = "x-request-id"
    }
}
