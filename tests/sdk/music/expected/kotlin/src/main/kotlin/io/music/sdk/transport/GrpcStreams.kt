package io.music.sdk.transport

import com.google.protobuf.ByteString
import io.grpc.ClientCall
import io.grpc.Metadata
import io.grpc.Status
import io.grpc.StatusRuntimeException
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.launch

private val DETAILS: Metadata.Key<ByteArray> =
    Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER)

/** Sends one flow and returns another; each side goes on only as fast as the other takes it. */
internal fun <Q, R> streamingCall(
    requests: Flow<Q>,
    headers: Metadata,
    open: () -> ClientCall<Q, R>,
): Flow<R> =
    flow {
        coroutineScope {
            val call = open()
            val replies = Channel<R>(capacity = 1) // One is asked for at a time.
            val ready = Channel<Unit>(Channel.CONFLATED)
            call.start(StreamListener(replies, ready), headers)
            val sender =
                launch {
                    requests.collect { request ->
                        while (!call.isReady) ready.receive()
                        call.sendMessage(request)
                    }
                    call.halfClose()
                }
            try {
                call.request(1)
                for (reply in replies) {
                    emit(reply)
                    call.request(1)
                }
            } finally {
                sender.cancel()
                call.cancel("the flow has ended", null) // No effect on a call that is over.
            }
        }
    }

private class StreamListener<R>(
    private val replies: Channel<R>,
    private val ready: Channel<Unit>,
) : ClientCall.Listener<R>() {
    private var headers = Metadata()

    override fun onHeaders(received: Metadata) {
        headers = received
    }

    override fun onMessage(message: R) {
        replies.trySend(message)
    }

    override fun onReady() {
        ready.trySend(Unit)
    }

    override fun onClose(
        status: Status,
        trailers: Metadata,
    ) {
        replies.close(if (status.isOk) null else failure(status, headers, trailers))
    }
}

/** What gRPC says of a failure, in the terms of this package. */
internal fun failure(
    closed: Status,
    headers: Metadata,
    trailers: Metadata,
): TransportException {
    val status = causeOf(closed)
    return TransportException(
        code = status.code,
        message = status.description.orEmpty(),
        status = trailers.get(DETAILS)?.let { ByteString.copyFrom(it) } ?: ByteString.EMPTY,
        headers = strings(headers) + strings(trailers),
        cause = status.cause,
    )
}

/** A message that can't be read ends a call as cancelled by gRPC itself: the reader says why. */
private fun causeOf(closed: Status): Status {
    val cause = closed.cause
    return if (closed.code == Status.Code.CANCELLED && cause is StatusRuntimeException) cause.status else closed
}

internal fun metadata(headers: Map<String, String>): Metadata {
    val metadata = Metadata()
    for ((name, value) in headers) metadata.put(key(name), value)
    return metadata
}

internal fun strings(metadata: Metadata): Map<String, String> =
    metadata
        .keys()
        // What a proxy answers has its HTTP status in `:status`, which is no key of metadata.
        .filterNot { it.endsWith(Metadata.BINARY_HEADER_SUFFIX) || it.startsWith(":") }
        .associateWith { metadata.get(key(it)).orEmpty() }

private fun key(name: String): Metadata.Key<String> = Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER)
