package io.shortlist.sdk.suite

import com.google.protobuf.Any
import com.google.protobuf.ByteString
import com.google.protobuf.Duration
import com.google.protobuf.MessageLite
import io.grpc.Context
import io.grpc.Contexts
import io.grpc.HandlerRegistry
import io.grpc.Metadata
import io.grpc.MethodDescriptor
import io.grpc.ServerCallHandler
import io.grpc.ServerMethodDefinition
import io.grpc.Status
import io.grpc.StatusException
import io.grpc.inprocess.InProcessChannelBuilder
import io.grpc.inprocess.InProcessServerBuilder
import io.grpc.stub.ServerCalls
import io.shortlist.google.rpc.ErrorInfo
import io.shortlist.google.rpc.RetryInfo
import io.shortlist.sdk.transport.GrpcTransport
import java.io.InputStream
import java.util.UUID
import java.util.concurrent.CopyOnWriteArrayList
import java.util.concurrent.CountDownLatch
import java.util.concurrent.TimeUnit

/** A gRPC server in this process that answers every unary method with one function, on bytes. */
class FakeServer(
    private val answer: (Attempt) -> MessageLite,
) : AutoCloseable {
    /** One attempt, as it arrived. */
    class Attempt(
        val number: Int,
        val request: ByteArray,
        private val headers: Metadata,
        val timeLeftMillis: Long?,
    ) {
        val cancelled = CountDownLatch(1)

        fun header(name: String): String? = headers.get(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER))
    }

    val attempts = CopyOnWriteArrayList<Attempt>()
    private val name = UUID.randomUUID().toString()
    private val server =
        InProcessServerBuilder
            .forName(name)
            .fallbackHandlerRegistry(Registry(withHeaders(ServerCalls.asyncUnaryCall(::serve))))
            .build()
            .start()
    private val channel = InProcessChannelBuilder.forName(name).build()

    val transport: GrpcTransport get() = GrpcTransport.over(channel)

    override fun close() {
        channel.shutdownNow()
        server.shutdownNow().awaitTermination(5, TimeUnit.SECONDS)
    }

    private fun serve(
        request: ByteArray,
        replies: io.grpc.stub.StreamObserver<ByteArray>,
    ) {
        val left = Context.current().deadline?.timeRemaining(TimeUnit.MILLISECONDS)
        val attempt = Attempt(attempts.size + 1, request, HEADERS.get(), left)
        Context.current().addListener({ attempt.cancelled.countDown() }, Runnable::run)
        attempts += attempt
        try {
            replies.onNext(answer(attempt).toByteArray())
            replies.onCompleted()
        } catch (error: StatusException) {
            replies.onError(error)
        }
    }

    private fun withHeaders(next: ServerCallHandler<ByteArray, ByteArray>) =
        ServerCallHandler<ByteArray, ByteArray> { call, headers ->
            Contexts.interceptCall(Context.current().withValue(HEADERS, headers), call, headers, next)
        }

    private class Registry(
        private val handler: ServerCallHandler<ByteArray, ByteArray>,
    ) : HandlerRegistry() {
        override fun lookupMethod(
            name: String,
            authority: String?,
        ): ServerMethodDefinition<ByteArray, ByteArray> {
            val method =
                MethodDescriptor
                    .newBuilder<ByteArray, ByteArray>()
                    .setType(MethodDescriptor.MethodType.UNARY)
                    .setFullMethodName(name)
                    .setRequestMarshaller(Bytes)
                    .setResponseMarshaller(Bytes)
                    .build()
            return ServerMethodDefinition.create(method, handler)
        }
    }

    private object Bytes : MethodDescriptor.Marshaller<ByteArray> {
        override fun stream(value: ByteArray): InputStream = value.inputStream()

        override fun parse(stream: InputStream): ByteArray = stream.readBytes()
    }

    companion object {
        private val HEADERS: Context.Key<Metadata> = Context.key("headers")
        private val DETAILS = Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER)

        /** An error as the real server sends it. */
        fun error(
            code: Status.Code,
            reason: String,
            retryDelayMillis: Long? = null,
            vararg more: Any,
        ): StatusException {
            val status =
                io.shortlist.google.rpc.Status
                    .newBuilder()
                    .setCode(code.value())
                    .setMessage("no")
            val info = ErrorInfo.newBuilder().setReason(reason).setDomain("shortlist")
            status.addDetails(packed("google.rpc.ErrorInfo", info.putMetadata("key", "value").build()))
            if (retryDelayMillis != null) {
                val delay =
                    Duration
                        .newBuilder()
                        .setSeconds(retryDelayMillis / 1000)
                        .setNanos((retryDelayMillis % 1000).toInt() * 1_000_000)
                val retry = RetryInfo.newBuilder().setRetryDelay(delay).build()
                status.addDetails(packed("google.rpc.RetryInfo", retry))
            }
            more.forEach { status.addDetails(it) }
            val trailers = Metadata()
            trailers.put(DETAILS, status.build().toByteArray())
            return Status.fromCode(code).withDescription("no").asException(trailers)
        }

        fun packed(
            type: String,
            message: MessageLite,
        ): Any =
            Any
                .newBuilder()
                .setTypeUrl("type.googleapis.com/$type")
                .setValue(ByteString.copyFrom(message.toByteArray()))
                .build()
    }
}
