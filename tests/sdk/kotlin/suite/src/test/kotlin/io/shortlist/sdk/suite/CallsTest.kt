package io.shortlist.sdk.suite

import io.grpc.Status
import io.shortlist.google.rpc.BadRequest
import io.shortlist.google.rpc.RequestInfo
import io.shortlist.sdk.CallInfo
import io.shortlist.sdk.CallOptions
import io.shortlist.sdk.ClientOptions
import io.shortlist.sdk.DeadlineExceededException
import io.shortlist.sdk.FieldViolation
import io.shortlist.sdk.RecommendationsClient
import io.shortlist.sdk.ShortlistClient
import io.shortlist.sdk.ShortlistException
import io.shortlist.sdk.errors.DependencyUnavailableException
import io.shortlist.sdk.errors.InvalidFilterException
import io.shortlist.sdk.errors.OverloadedException
import io.shortlist.v1.Item
import io.shortlist.v1.RecommendRequest
import io.shortlist.v1.RecommendResponse
import io.shortlist.v1.createItemRequest
import io.shortlist.v1.recommendRequest
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Timeout
import java.util.UUID
import java.util.concurrent.CountDownLatch
import java.util.concurrent.TimeUnit
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertNotEquals
import kotlin.test.assertTrue
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds

val REQUEST: RecommendRequest = recommendRequest { userId = "u1" }
val REPLY: RecommendResponse = RecommendResponse.newBuilder().setRequestId("r1").build()

@Timeout(30)
class CallsTest {
    private val hooks = FakeHooks()

    private fun client(server: FakeServer) =
        ShortlistClient(server.transport, ClientOptions(isCaching = false, hooks = hooks))

    private fun unavailable() = FakeServer.error(Status.Code.UNAVAILABLE, "DEPENDENCY_UNAVAILABLE")

    private fun failing(
        times: Int,
        error: Exception,
    ) = FakeServer { if (it.number <= times) throw error else REPLY }

    @Test
    fun anIdempotentCallIsRepeatedWithFullJitterAtMostFourTimes() =
        runBlocking {
            failing(99, unavailable()).use { server ->
                assertFailsWith<DependencyUnavailableException> { client(server).recommendations.recommend(REQUEST) }
                assertEquals(4, server.attempts.size)
                assertEquals(listOf(50, 100, 200).map { it.milliseconds }, hooks.sleeps)
            }
        }

    @Test
    fun aTransientFailureIsHealed() =
        runBlocking {
            var info: CallInfo? = null
            failing(2, Status.UNAVAILABLE.asException()).use { server ->
                val options = CallOptions(onInfo = { info = it })
                assertEquals(REPLY, client(server).recommendations.recommend(REQUEST, options))
                assertEquals(3, info?.attempts)
                assertEquals("3", server.attempts[2].header("x-shortlist-attempt"))
            }
        }

    @Test
    fun aCallThatIsNotIdempotentIsNotRepeated() =
        runBlocking {
            failing(99, Status.UNAVAILABLE.asException()).use { server ->
                assertFailsWith<ShortlistException> {
                    client(server).catalog.createItem(createItemRequest { itemId = "i1" })
                }
                assertEquals(1, server.attempts.size)
            }
        }

    @Test
    fun retriesCanBeTurnedOff() =
        runBlocking {
            failing(99, unavailable()).use { server ->
                assertFailsWith<ShortlistException> {
                    client(server).recommendations.recommend(REQUEST, CallOptions(retries = false))
                }
                assertEquals(1, server.attempts.size)
            }
        }

    @Test
    fun retryInfoIsHonouredWhateverTheMethod() =
        runBlocking {
            val overloaded = FakeServer.error(Status.Code.RESOURCE_EXHAUSTED, "OVERLOADED", 700)
            val item = Item.newBuilder().setName("items/i1").build()
            FakeServer { if (it.number == 1) throw overloaded else item }.use { server ->
                val made = client(server).catalog.createItem(createItemRequest { itemId = "i1" })
                assertEquals("items/i1", made.name)
                assertEquals(listOf(750.milliseconds), hooks.sleeps)
            }
        }

    @Test
    fun aDelayBeyondTheDeadlineIsNotWaitedFor() =
        runBlocking {
            val overloaded = FakeServer.error(Status.Code.RESOURCE_EXHAUSTED, "OVERLOADED", 60_000)
            failing(99, overloaded).use { server ->
                val error =
                    assertFailsWith<OverloadedException> { client(server).recommendations.recommend(REQUEST) }
                assertEquals(60.seconds, error.retryDelay)
                assertEquals(1, server.attempts.size)
                assertTrue(hooks.sleeps.isEmpty())
            }
        }

    @Test
    fun theRetryBudgetEndsRetriesOfAClientThatKeepsFailing() =
        runBlocking {
            failing(99, unavailable()).use { server ->
                val client = client(server)
                repeat(6) { assertFailsWith<ShortlistException> { client.recommendations.recommend(REQUEST) } }
                assertEquals(6 + 10, server.attempts.size)
            }
        }

    @Test
    fun successesGiveTheBudgetBack() =
        runBlocking {
            // 10 retries are spent by 4 calls; 10 successes buy one more.
            FakeServer { if (it.number <= 14 || it.number == 25) throw unavailable() else REPLY }.use { server ->
                val client = client(server)
                repeat(4) { assertFailsWith<ShortlistException> { client.recommendations.recommend(REQUEST) } }
                repeat(11) { client.recommendations.recommend(REQUEST) }
                assertEquals(26, server.attempts.size)
            }
        }

    @Test
    fun theDeadlineIsOneForAllAttempts() =
        runBlocking {
            val server =
                FakeServer {
                    hooks.advance(600.milliseconds)
                    throw unavailable()
                }
            server.use {
                assertFailsWith<ShortlistException> {
                    client(server).recommendations.recommend(REQUEST, CallOptions(timeout = 1500.milliseconds))
                }
                val left = server.attempts.map { it.timeLeftMillis ?: Long.MAX_VALUE }
                // 1500; 1500 - 600 - 50; 850 - 600 - 100.
                assertEquals(3, left.size)
                assertTrue(left[0] in 1001..1500, "$left")
                assertTrue(left[1] in 501..850, "$left")
                assertTrue(left[2] <= 150, "$left")
            }
        }

    @Test
    fun pastTheDeadlineItIsDeadlineExceeded() =
        runBlocking<Unit> {
            val never = CountDownLatch(1)
            val server =
                FakeServer {
                    never.await(5, TimeUnit.SECONDS)
                    REPLY
                }
            server.use {
                assertFailsWith<DeadlineExceededException> {
                    client(server).recommendations.recommend(REQUEST, CallOptions(timeout = 100.milliseconds))
                }
                never.countDown()
            }
        }

    @Test
    fun theDefaultDeadlineIsThatOfTheContract() =
        runBlocking {
            FakeServer { REPLY }.use { server ->
                client(server).recommendations.recommend(REQUEST)
                val expected = RecommendationsClient.RECOMMEND.defaultDeadline.inWholeMilliseconds
                assertTrue(server.attempts[0].timeLeftMillis in expected - 999..expected)
            }
        }

    @Test
    fun cancellingTheCoroutineCancelsTheCallAtTheServer() =
        runBlocking {
            val arrived = CountDownLatch(1)
            val server =
                FakeServer {
                    arrived.countDown()
                    it.cancelled.await(10, TimeUnit.SECONDS)
                    REPLY
                }
            server.use {
                // So that it is not the deadline that ends the call.
                val long = CallOptions(timeout = 60.seconds)
                val call = launch(Dispatchers.IO) { client(server).recommendations.recommend(REQUEST, long) }
                assertTrue(arrived.await(5, TimeUnit.SECONDS))
                call.cancelAndJoin()
                assertTrue(server.attempts[0].cancelled.await(5, TimeUnit.SECONDS))
            }
        }

    @Test
    fun theIdempotencyKeyIsTheSameOnAllAttemptsOfACall() =
        runBlocking {
            failing(2, unavailable()).use { server ->
                val client = client(server)
                client.recommendations.recommend(REQUEST)
                client.recommendations.recommend(REQUEST)
                val keys = server.attempts.map { it.header("idempotency-key") }
                assertEquals(keys[0], keys[1])
                assertEquals(keys[0], keys[2])
                assertNotEquals(keys[0], keys[3])
                assertEquals(4, UUID.fromString(keys[0]).version())
                assertEquals(keys[0], server.attempts[0].header("x-request-id"))
                client.recommendations.recommend(REQUEST, CallOptions(idempotencyKey = "mine"))
                assertEquals("mine", server.attempts[4].header("idempotency-key"))
            }
        }

    @Test
    fun everyCallSaysWhichSdkMakesIt() =
        runBlocking {
            FakeServer { REPLY }.use { server ->
                client(server).recommendations.recommend(REQUEST)
                val header = server.attempts[0].header("x-shortlist-client").orEmpty()
                val expected = Regex("sdk/kotlin/\\d+\\.\\d+\\.\\d+; lang/kotlin[\\d.]+; platform/[a-z0-9-]+")
                assertTrue(expected.matches(header), header)
                assertEquals("1", server.attempts[0].header("x-shortlist-attempt"))
            }
        }

    @Test
    fun anErrorHasItsTypeDetailsAndRequestId() =
        runBlocking {
            val violation =
                BadRequest.FieldViolation
                    .newBuilder()
                    .setField("filter")
                    .setDescription("at 7")
            val bad = BadRequest.newBuilder().addFieldViolations(violation).build()
            val info = RequestInfo.newBuilder().setRequestId("r9").build()
            val sent =
                FakeServer.error(
                    Status.Code.INVALID_ARGUMENT,
                    "INVALID_FILTER",
                    null,
                    FakeServer.packed("google.rpc.BadRequest", bad),
                    FakeServer.packed("google.rpc.RequestInfo", info),
                )
            failing(99, sent).use { server ->
                val error =
                    assertFailsWith<InvalidFilterException> { client(server).recommendations.recommend(REQUEST) }
                assertEquals(Status.Code.INVALID_ARGUMENT, error.code)
                assertEquals("INVALID_FILTER", error.reason)
                assertEquals("value", error.metadata["key"])
                assertEquals(listOf(FieldViolation("filter", "at 7")), error.fieldViolations)
                assertEquals("r9", error.requestId)
                assertEquals(3, error.details.size)
                assertEquals(1, server.attempts.size)
            }
        }

    @Test
    fun aReasonThatIsNewerThanTheSdkHasTheCommonType() =
        runBlocking {
            failing(99, FakeServer.error(Status.Code.ABORTED, "MOON_IN_THE_WRONG_PHASE")).use { server ->
                val error = assertFailsWith<ShortlistException> { client(server).recommendations.recommend(REQUEST) }
                assertEquals(ShortlistException::class, error::class)
                assertEquals("MOON_IN_THE_WRONG_PHASE", error.reason)
                assertEquals(server.attempts[0].header("x-request-id"), error.requestId)
            }
        }
}
