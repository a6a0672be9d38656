package io.music.sdk.transport

import com.google.protobuf.MessageLite
import io.grpc.CallOptions
import io.grpc.Channel
import io.grpc.ClientCall
import io.grpc.ManagedChannel
import io.grpc.Metadata
import io.grpc.Status
import io.grpc.okhttp.OkHttpChannelBuilder
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.suspendCancellableCoroutine
import java.net.URI
import java.util.concurrent.TimeUnit
import kotlin.coroutines.resume
import kotlin.coroutines.resumeWithException
import kotlin.time.Duration

private const val MAX_MESSAGE_BYTES = 16 shl 20
private const val TLS_PORT = 443
private const val PLAIN_PORT = 80

/** gRPC over HTTP/2, by OkHttp's client. */
public class GrpcTransport private constructor(
    private val channel: Channel,
    private val onClose: () -> Unit,
) : Transport {
    override suspend fun <Q : MessageLite, R : MessageLite> call(
        method: RpcMethod<Q, R>,
        request: Q,
        headers: Map<String, String>,
        timeout: Duration?,
    ): Reply<R> =
        suspendCancellableCoroutine { continuation ->
            val call = channel.newCall(method.descriptor, callOptions(timeout))
            continuation.invokeOnCancellation { call.cancel("cancelled by the caller", null) }
            val listener =
                UnaryListener<R>(
                    succeed = { continuation.resume(it) },
                    fail = { continuation.resumeWithException(it) },
                )
            call.start(listener, metadata(headers))
            call.sendMessage(request)
            call.halfClose()
            call.request(2) // A second one would be a fault that gRPC reports.
        }

    override fun <Q : MessageLite, R : MessageLite> stream(
        method: RpcMethod<Q, R>,
        requests: Flow<Q>,
        headers: Map<String, String>,
        timeout: Duration?,
    ): Flow<R> =
        streamingCall(requests, metadata(headers)) {
            channel.newCall(method.descriptor, callOptions(timeout))
        }

    override fun close() {
        onClose()
    }

    public companion object {
        /** Connects with the first call; [endpoint] is `https://host[:port]` or `http://host:port`. */
        internal fun connect(
            endpoint: String,
            userAgent: String,
        ): GrpcTransport {
            val uri = URI.create(if ("://" in endpoint) endpoint else "https://$endpoint")
            val isPlain = uri.scheme == "http"
            require(uri.host != null && (isPlain || uri.scheme == "https")) {
                "$endpoint is no https://host:port or http://host:port"
            }
            val usual = if (isPlain) PLAIN_PORT else TLS_PORT
            val port = if (uri.port >= 0) uri.port else usual
            val builder =
                OkHttpChannelBuilder
                    .forAddress(uri.host, port)
                    .userAgent(userAgent)
                    .maxInboundMessageSize(MAX_MESSAGE_BYTES)
                    .disableRetry() // Retries are decided here, within one budget and one deadline.
            if (isPlain) builder.usePlaintext()
            val channel: ManagedChannel = builder.build()
            return GrpcTransport(channel) { channel.shutdownNow() }
        }

        /** Uses a channel of the caller's, who closes it. */
        public fun over(channel: Channel): GrpcTransport = GrpcTransport(channel) {}
    }
}

private class UnaryListener<R>(
    private val succeed: (Reply<R>) -> Unit,
    private val fail: (TransportException) -> Unit,
) : ClientCall.Listener<R>() {
    private var headers = Metadata()
    private var message: R? = null

    override fun onHeaders(received: Metadata) {
        headers = received
    }

    override fun onMessage(received: R) {
        message = received
    }

    override fun onClose(
        status: Status,
        trailers: Metadata,
    ) {
        val reply = message
        if (status.isOk && reply != null) {
            succeed(Reply(reply, strings(headers) + strings(trailers)))
        } else {
            val failed = if (status.isOk) Status.INTERNAL.withDescription("no reply message") else status
            fail(failure(failed, headers, trailers))
        }
    }
}

private fun callOptions(timeout: Duration?): CallOptions =
    if (timeout == null) {
        CallOptions.DEFAULT
    } else {
        CallOptions.DEFAULT.withDeadlineAfter(timeout.inWholeNanoseconds, TimeUnit.NANOSECONDS)
    }
