package io.shortlist.sdk.suite

import com.google.protobuf.ByteString
import com.google.protobuf.BytesValue
import io.grpc.CallOptions
import io.grpc.Channel
import io.grpc.ClientCall
import io.grpc.InternalMetadata
import io.grpc.Metadata
import io.grpc.MethodDescriptor
import io.grpc.Status
import io.grpc.Status.Code
import io.shortlist.sdk.ShortlistClient
import io.shortlist.sdk.ShortlistException
import io.shortlist.sdk.transport.GrpcTransport
import io.shortlist.v1.createItemRequest
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Timeout
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.time.Duration.Companion.seconds

/** Answers that are none of the contract's. */
@Timeout(30)
class WireTest {
    @Test
    fun aProxysPageIsTheErrorOfItsStatusAtOnce() =
        runBlocking {
            val trailers = metadata(":status", "503", "content-type", "text/html", "retry-after", "7")
            val client = ShortlistClient(GrpcTransport.over(Closing(Status.UNAVAILABLE, trailers)))
            val error =
                assertFailsWith<ShortlistException> {
                    client.catalog.createItem(createItemRequest { itemId = "i1" })
                }
            assertEquals(Code.UNAVAILABLE, error.code)
            assertEquals(7.seconds, error.retryDelay)
            client.close()
        }

    @Test
    fun aReplyThatCannotBeReadIsNoCancellation() =
        runBlocking {
            // As a reply: a first item of one byte, which is no message.
            val garbage = BytesValue.of(ByteString.copyFrom(byteArrayOf(0xff.toByte())))
            FakeServer { garbage }.use { server ->
                val client = ShortlistClient(server.transport)
                val error = assertFailsWith<ShortlistException> { client.recommendations.recommend(REQUEST) }
                assertEquals(Code.INTERNAL, error.code)
                client.close()
            }
        }

    /** As it comes from the wire: pseudo headers too, which have no keys. */
    private fun metadata(vararg namesAndValues: String): Metadata =
        InternalMetadata.newMetadata(*namesAndValues.map { it.toByteArray() }.toTypedArray())

    /** A connection on which each call ends as soon as it begins. */
    private class Closing(
        private val status: Status,
        private val trailers: Metadata,
    ) : Channel() {
        override fun <Q, R> newCall(
            method: MethodDescriptor<Q, R>,
            options: CallOptions,
        ): ClientCall<Q, R> =
            object : ClientCall<Q, R>() {
                override fun start(
                    listener: Listener<R>,
                    headers: Metadata,
                ) {
                    listener.onClose(status, trailers)
                }

                override fun request(count: Int) {}

                override fun cancel(
                    message: String?,
                    cause: Throwable?,
                ) {}

                override fun halfClose() {}

                override fun sendMessage(message: Q) {}
            }

        override fun authority(): String = "proxy"
    }
}
