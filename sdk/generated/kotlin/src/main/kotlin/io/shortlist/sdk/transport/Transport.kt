package io.shortlist.sdk.transport

import com.google.protobuf.ByteString
import com.google.protobuf.MessageLite
import io.grpc.Status
import kotlinx.coroutines.flow.Flow
import kotlin.time.Duration

/** Carries single attempts. Deadlines, retries and credentials are decided above it. */
public interface Transport {
    /**
     * Makes one attempt of a unary call.
     *
     * @param timeout time left; null: no limit.
     * @throws TransportException it failed.
     */
    public suspend fun <Q : MessageLite, R : MessageLite> call(
        method: RpcMethod<Q, R>,
        request: Q,
        headers: Map<String, String>,
        timeout: Duration?,
    ): Reply<R>

    /** Makes a streaming call, begun when the replies are collected; fails as [call] does. */
    public fun <Q : MessageLite, R : MessageLite> stream(
        method: RpcMethod<Q, R>,
        requests: Flow<Q>,
        headers: Map<String, String>,
        timeout: Duration?,
    ): Flow<R>

    /** Lets go of the connection. */
    public fun close() {}
}

/**
 * An answer with what came beside it.
 *
 * @property headers response headers and trailers, names in lower case.
 */
public class Reply<R>(
    public val message: R,
    public val headers: Map<String, String> = emptyMap(),
)

/**
 * An attempt has failed: what the wire said of it.
 *
 * @property status a serialized google.rpc.Status; empty: the server sent none.
 * @property headers response headers and trailers, names in lower case.
 */
public class TransportException(
    public val code: Status.Code,
    message: String,
    public val status: ByteString = ByteString.EMPTY,
    public val headers: Map<String, String> = emptyMap(),
    cause: Throwable? = null,
) : RuntimeException(message, cause)
