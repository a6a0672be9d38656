package io.shortlist.sdk.suite

import com.google.protobuf.ByteString
import com.google.protobuf.CodedOutputStream
import com.google.protobuf.StringValue
import com.google.protobuf.timestamp
import io.grpc.Status
import io.shortlist.sdk.CallOptions
import io.shortlist.sdk.ClientOptions
import io.shortlist.sdk.Credentials
import io.shortlist.sdk.Interceptor
import io.shortlist.sdk.RecommendationsClient
import io.shortlist.sdk.ShortlistClient
import io.shortlist.sdk.ShortlistException
import io.shortlist.sdk.Telemetry
import io.shortlist.sdk.Token
import io.shortlist.sdk.errors.CredentialsExpiredException
import io.shortlist.sdk.testing.MockTransport
import io.shortlist.v1.DegradationKind
import io.shortlist.v1.RecommendRequest
import io.shortlist.v1.RecommendResponse
import io.shortlist.v1.WriteEventResponse
import io.shortlist.v1.event
import io.shortlist.v1.getItemRequest
import io.shortlist.v1.recommendation
import io.shortlist.v1.writeEventRequest
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Timeout
import java.io.ByteArrayOutputStream
import java.util.concurrent.CopyOnWriteArrayList
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.time.Duration
import kotlin.time.Duration.Companion.seconds

@Timeout(30)
class AroundCallsTest {
    private val hooks = FakeHooks()

    private fun expired() = FakeServer.error(Status.Code.UNAUTHENTICATED, "CREDENTIALS_EXPIRED")

    private fun failingOnce() = FakeServer { if (it.number == 1) throw Status.UNAVAILABLE.asException() else REPLY }

    private fun client(
        server: FakeServer,
        credentials: Credentials = Credentials.None,
        interceptors: List<Interceptor> = emptyList(),
        telemetry: Telemetry = Telemetry.NONE,
    ) = ShortlistClient(
        server.transport,
        ClientOptions(credentials, interceptors, telemetry, isCaching = false, hooks = hooks),
    )

    @Test
    fun concurrentCallsShareOneRefreshOfExpiredCredentials() =
        runBlocking {
            val forced = CopyOnWriteArrayList<Boolean>()
            val credentials =
                Credentials.Tokens { forceRefresh ->
                    forced += forceRefresh
                    val token = "t${forced.size}"
                    delay(50)
                    Token(token)
                }
            val server = FakeServer { if (it.header("authorization") == "Bearer t1") throw expired() else REPLY }
            server.use {
                val client = client(server, credentials)
                val calls = List(8) { async(Dispatchers.IO) { client.recommendations.recommend(REQUEST) } }
                assertEquals(List(8) { REPLY }, calls.awaitAll())
                assertEquals(listOf(false, true), forced)
                assertEquals(16, server.attempts.size)
            }
        }

    @Test
    fun credentialsThatStayExpiredAreRefreshedOnce() =
        runBlocking {
            var asked = 0
            FakeServer { throw expired() }.use { server ->
                val client = client(server, Credentials.Tokens { Token("t${++asked}") })
                assertFailsWith<CredentialsExpiredException> { client.recommendations.recommend(REQUEST) }
                assertEquals(2, asked)
                assertEquals(2, server.attempts.size)
            }
        }

    @Test
    fun aTokenIsKeptUntilShortlyBeforeItExpires() =
        runBlocking {
            var asked = 0
            val credentials =
                Credentials.Tokens {
                    asked++
                    Token("t", hooks.nowMillis() + 100_000)
                }
            FakeServer { REPLY }.use { server ->
                val client = client(server, credentials)
                client.recommendations.recommend(REQUEST)
                hooks.advance(69.seconds)
                client.recommendations.recommend(REQUEST)
                assertEquals(1, asked)
                hooks.advance(1.seconds)
                client.recommendations.recommend(REQUEST)
                assertEquals(2, asked)
            }
        }

    @Test
    fun anApiKeyIsSent() =
        runBlocking {
            FakeServer { REPLY }.use { server ->
                client(server, Credentials.ApiKey("k1")).recommendations.recommend(REQUEST)
                assertEquals("k1", server.attempts[0].header("x-api-key"))
            }
        }

    @Test
    fun interceptorsStandAroundTheCallInOrder() =
        runBlocking {
            val order = mutableListOf<String>()
            val outer =
                Interceptor { request, context, next ->
                    order += "outer ${context.method}"
                    context.headers["x-extra"] = "1"
                    next(request).also { order += "outer end" }
                }
            val inner =
                Interceptor { request, _, next ->
                    order += "inner"
                    next((request as RecommendRequest).toBuilder().setPageSize(7).build())
                }
            failingOnce().use { server ->
                client(server, interceptors = listOf(outer, inner)).recommendations.recommend(REQUEST)
                // Once a call, not once an attempt.
                assertEquals(
                    listOf("outer shortlist.v1.RecommendationService/Recommend", "inner", "outer end"),
                    order,
                )
                assertEquals(7, RecommendRequest.parseFrom(server.attempts[1].request).pageSize)
                assertEquals("1", server.attempts[1].header("x-extra"))
            }
        }

    @Test
    fun telemetryIsToldOfCallsAndAttempts() =
        runBlocking {
            val told = mutableListOf<String>()
            val telemetry =
                Telemetry { method ->
                    told += "start $method"
                    object : Telemetry.Call {
                        override fun onAttempt(
                            attempt: Int,
                            code: Status.Code,
                            duration: Duration,
                        ) {
                            told += "attempt $attempt $code"
                        }

                        override fun onCallEnd(
                            attempts: Int,
                            code: Status.Code,
                            duration: Duration,
                        ) {
                            told += "end $attempts $code $duration"
                        }
                    }
                }
            failingOnce().use { server ->
                client(server, telemetry = telemetry).recommendations.recommend(REQUEST)
                assertEquals(
                    listOf(
                        "start shortlist.v1.RecommendationService/Recommend",
                        "attempt 1 UNAVAILABLE",
                        "attempt 2 OK",
                        "end 2 OK 50ms",
                    ),
                    told,
                )
            }
        }

    @Test
    fun theMockTransportAnswersAndRecords() =
        runBlocking<Unit> {
            val mock = MockTransport()
            val client = ShortlistClient(mock, ClientOptions(isCaching = false))
            mock.answer(RecommendationsClient.RECOMMEND) {
                RecommendResponse.newBuilder().setRequestId(it.userId).build()
            }
            assertEquals("u1", client.recommendations.recommend(REQUEST).requestId)
            assertEquals(REQUEST, mock.calls[0].request)
            assertEquals("1", mock.calls[0].headers["x-shortlist-attempt"])
            mock.reply(RecommendationsClient.RECOMMEND, REPLY)
            assertEquals(REPLY, client.recommendations.recommend(REQUEST))
            mock.error(RecommendationsClient.RECOMMEND, IllegalStateException("broken"))
            val error = assertFailsWith<ShortlistException> { client.recommendations.recommend(REQUEST) }
            assertEquals("broken", error.cause?.message)
            assertFailsWith<ShortlistException> { client.catalog.getItem(getItemRequest { name = "items/i1" }) }
        }

    @Test
    fun pagesAreFetchedAsTheyAreCollected() =
        runBlocking {
            val mock = MockTransport()
            val client = ShortlistClient(mock)
            mock.answer(RecommendationsClient.RECOMMEND) { request ->
                val page = request.pageToken.toIntOrNull() ?: 0
                val reply = RecommendResponse.newBuilder()
                // An empty page is not the end.
                if (page != 1) reply.addRecommendations(recommendation { itemId = "i$page" })
                reply.setNextPageToken(if (page == 3) "" else "${page + 1}").build()
            }
            val paged = client.recommendations.recommendPaged(REQUEST)
            assertEquals("i0", paged.items().first().itemId)
            assertEquals(1, mock.calls.size)
            assertEquals(listOf("i0", "i2", "i3"), paged.items().toList().map { it.itemId })
            assertEquals(4, paged.pages().toList().size)
            val limited = client.recommendations.recommendPaged(REQUEST, CallOptions(maxItems = 2))
            assertEquals(2, limited.items().toList().size)
            val later = client.recommendations.recommendPaged(REQUEST.toBuilder().setPageToken("3").build())
            assertEquals(1, later.items().toList().size)
        }

    @Test
    fun fieldsAndValuesOfANewerServerDoNoHarm() =
        runBlocking {
            val bytes = ByteArrayOutputStream()
            val out = CodedOutputStream.newInstance(bytes)
            out.writeString(4000, "from the future")
            out.writeByteArray(RecommendResponse.DEGRADATIONS_FIELD_NUMBER, byteArrayOf(0x08, 0x63)) // kind: 99
            out.flush()
            // Any message keeps fields that it does not know, and sends them on.
            val future = StringValue.parseFrom(bytes.toByteArray())
            FakeServer { future }.use { server ->
                val reply = client(server).recommendations.recommend(REQUEST)
                assertEquals(DegradationKind.UNRECOGNIZED, reply.getDegradations(0).kind)
                assertEquals(99, reply.getDegradations(0).kindValue)
                assertEquals(bytes.size(), reply.serializedSize)
            }
        }

    @Test
    fun longsAndTimesArriveExactly() =
        runBlocking {
            val large = 9_007_199_254_740_993 // Not a double.
            val server = FakeServer { WriteEventResponse.newBuilder().setOffset(large).build() }
            server.use {
                val time =
                    timestamp {
                        seconds = 1_700_000_000
                        nanos = 123_456_789
                    }
                val request = writeEventRequest { event = event { eventTime = time } }
                assertEquals(large, client(server).events.writeEvent(request).offset)
                assertEquals(request.toByteString(), ByteString.copyFrom(server.attempts[0].request))
            }
        }
}
