package io.music.sdk.testing

import com.google.protobuf.MessageLite
import io.grpc.Status.Code
import io.music.sdk.transport.Reply
import io.music.sdk.transport.RpcMethod
import io.music.sdk.transport.Transport
import io.music.sdk.transport.TransportException
import kotlinx.coroutines.flow.Flow
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.CopyOnWriteArrayList
import kotlin.time.Duration

/**
 * Answers calls in your tests without a server, and records them. Serves unary methods; the last
 * answer given for a method counts.
 */
public class MockTransport : Transport {
    private val answers = ConcurrentHashMap<String, suspend (MessageLite) -> MessageLite>()
    private val recorded = CopyOnWriteArrayList<Call>()

    /** Every attempt so far, oldest first. */
    public val calls: List<Call> get() = recorded.toList()

    /** Always answers with this. */
    public fun <R : MessageLite> reply(
        method: RpcMethod<*, R>,
        reply: R,
    ): MockTransport = apply { answers[method.name] = { reply } }

    /** Answers by the request; may throw what [error] takes. */
    public fun <Q : MessageLite, R : MessageLite> answer(
        method: RpcMethod<Q, R>,
        function: suspend (Q) -> R,
    ): MockTransport =
        apply {
            @Suppress("UNCHECKED_CAST") // A method is only ever called with its own request.
            answers[method.name] = { function(it as Q) }
        }

    /** Always fails, with a typed error as it is or with a [TransportException]. */
    public fun error(
        method: RpcMethod<*, *>,
        error: RuntimeException,
    ): MockTransport = apply { answers[method.name] = { throw error } }

    override suspend fun <Q : MessageLite, R : MessageLite> call(
        method: RpcMethod<Q, R>,
        request: Q,
        headers: Map<String, String>,
        timeout: Duration?,
    ): Reply<R> {
        recorded += Call(method.name, request, headers.toMap(), timeout)
        val answer =
            answers[method.name]
                ?: throw TransportException(
                    Code.UNIMPLEMENTED,
                    "the mock transport has no answer for ${method.name}",
                )
        @Suppress("UNCHECKED_CAST") // Registered with the method's own reply.
        return Reply(answer(request) as R)
    }

    override fun <Q : MessageLite, R : MessageLite> stream(
        method: RpcMethod<Q, R>,
        requests: Flow<Q>,
        headers: Map<String, String>,
        timeout: Duration?,
    ): Flow<R> = throw UnsupportedOperationException("the mock transport serves unary methods only")

    /**
     * One attempt.
     *
     * @property method full name, `package.Service/Method`.
     * @property timeout time that was left; null: no limit.
     */
    public class Call(
        public val method: String,
        public val request: MessageLite,
        public val headers: Map<String, String>,
        public val timeout: Duration?,
    )
}
