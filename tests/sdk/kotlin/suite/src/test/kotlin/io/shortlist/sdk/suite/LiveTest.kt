package io.shortlist.sdk.suite

import io.shortlist.sdk.CallOptions
import io.shortlist.sdk.ClientOptions
import io.shortlist.sdk.DeadlineExceededException
import io.shortlist.sdk.EventQueueOptions
import io.shortlist.sdk.FileEventStore
import io.shortlist.sdk.Interceptor
import io.shortlist.sdk.ShortlistClient
import io.shortlist.sdk.errors.InvalidFilterException
import io.shortlist.sdk.errors.UnknownServingConfigException
import io.shortlist.v1.BatchWriteEventsResponse
import io.shortlist.v1.Event
import io.shortlist.v1.RecommendRequest
import io.shortlist.v1.batchWriteEventsRequest
import io.shortlist.v1.recommendRequest
import io.shortlist.v1.streamEventsRequest
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.flow.flowOf
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.yield
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.Timeout
import org.junit.jupiter.api.io.TempDir
import java.io.File
import java.util.UUID
import java.util.concurrent.CopyOnWriteArrayList
import kotlin.test.Test
import kotlin.test.assertContains
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertTrue
import kotlin.time.Duration.Companion.nanoseconds
import kotlin.time.Duration.Companion.seconds

/** Against the real server, whose address is given as properties. */
@Timeout(90)
class LiveTest {
    @TempDir
    lateinit var folder: File

    private val endpoint = "http://" + checkNotNull(System.getProperty("live.endpoint")) { "live.endpoint" }
    private val user: String = checkNotNull(System.getProperty("live.user")) { "live.user" }
    private val patient = CallOptions(timeout = 20.seconds)
    private val rejected = CopyOnWriteArrayList<String>()
    private val client =
        ShortlistClient(
            endpoint,
            ClientOptions(eventQueue = EventQueueOptions(onRejected = { _, error -> rejected += "$error" })),
        )

    @AfterEach
    fun close() = runBlocking { client.close() }

    private fun request(change: (RecommendRequest.Builder) -> Unit = {}): RecommendRequest {
        val request = RecommendRequest.newBuilder().setUserId(user).setPageSize(10)
        change(request)
        return request.build()
    }

    private fun event(id: String = "") = click("i001", id).toBuilder().setUserId(user).build()

    @Test
    fun aUserGetsASlate() =
        runBlocking {
            val slate =
                client.recommendations.recommend(
                    recommendRequest {
                        userId = user
                        pageSize = 10
                    },
                    patient,
                )
            assertEquals(10, slate.recommendationsCount)
            assertTrue(slate.attributionToken.isNotEmpty())
            assertTrue(slate.requestId.isNotEmpty())
        }

    @Test
    fun aFeedIsPagedToItsEndWithoutRepeatingAnItem() =
        runBlocking {
            val items =
                client.recommendations
                    .recommendPaged(request { it.setPageSize(50) }, patient)
                    .items()
                    .toList()
            assertTrue(items.size > 50, "more than a page: ${items.size}")
            assertEquals(items.indices.toList(), items.map { it.position })
            assertEquals(items.size, items.map { it.itemId }.toSet().size)
        }

    @Test
    fun aBatchOfEventsIsAcceptedOnce() =
        runBlocking {
            val sent = List(20) { client.eventQueue.enqueue(event()) }
            client.eventQueue.flush()
            assertEquals(0, client.eventQueue.size())
            assertEquals(emptyList(), rejected)
            assertTrue(resend(sent).all { it.accepted.duplicate })
        }

    private suspend fun resend(sent: List<Event>) =
        client.events
            .batchWriteEvents(batchWriteEventsRequest { events += sent })
            .resultsList
            .also { assertEquals(sent.size, it.size) }

    @Test
    fun anErrorHasTheTypeOfItsReason() =
        runBlocking<Unit> {
            val error =
                assertFailsWith<InvalidFilterException> {
                    client.recommendations.recommend(request { it.setFilter("(((") }, patient)
                }
            assertTrue(error.requestId.isNotEmpty())
            assertFailsWith<UnknownServingConfigException> {
                client.recommendations.recommend(request { it.setServingConfig("nowhere") }, patient)
            }
        }

    @Test
    fun aDeadlineEndsTheCall() =
        runBlocking<Unit> {
            assertFailsWith<DeadlineExceededException> {
                client.recommendations.recommend(request(), CallOptions(timeout = 1000.nanoseconds))
            }
        }

    @Test
    fun aCancelledCallIsOver() =
        runBlocking {
            val call = launch { client.recommendations.recommend(request { it.setPageSize(200) }, patient) }
            yield()
            call.cancelAndJoin()
            assertTrue(call.isCancelled)
            // The connection goes on.
            assertEquals(10, client.recommendations.recommend(request(), patient).recommendationsCount)
        }

    @Test
    fun eventsStreamUpAndAcknowledgementsDown() =
        runBlocking {
            val ids = List(3) { UUID.randomUUID().toString() }
            val requests = ids.map { id -> streamEventsRequest { event = event(id) } }
            val replies = client.events.streamEvents(flowOf(*requests.toTypedArray())).toList()
            assertEquals(ids.toSet(), replies.map { it.result.eventId }.toSet())
        }

    @Test
    fun eventsOfAKilledAppArriveExactlyOnceAfterItsRestart() =
        runBlocking {
            // Nothing listens there: the app is offline.
            val ids = killedChild("http://127.0.0.1:1", until = "done")
            val replies = restart()
            assertEquals(ids, replies.map { it.eventId })
            assertTrue(replies.none { it.accepted.duplicate }, "they arrive for the first time")
            assertEquals(emptyList(), restart().map { it.eventId }, "and are not sent again")
        }

    @Test
    fun eventsWhoseAnswerWasLostInAKillCountOnce() =
        runBlocking {
            val ids = killedChild(endpoint, until = "answered", "answered")
            val replies = restart()
            assertEquals(ids, replies.map { it.eventId })
            assertTrue(replies.all { it.accepted.duplicate }, "the server had them, by the same ids")
        }

    /** Starts a client, kills it with SIGKILL when it says so, and returns the ids of its events. */
    private fun killedChild(
        address: String,
        until: String,
        vararg more: String,
    ): List<String> {
        val child = java("io.shortlist.sdk.suite.OfflineChildKt", address, user, "$folder/events", "25", *more)
        val said = mutableListOf<String>()
        child.inputStream.bufferedReader().useLines { lines ->
            for (line in lines) {
                said += line
                if (line == until) break
            }
            child.destroyForcibly()
        }
        assertEquals(128 + 9, child.waitFor(), said.joinToString("\n"))
        val ids = said.filter { it.startsWith("enqueued ") }.map { it.removePrefix("enqueued ") }
        assertEquals(25, ids.size, said.joinToString("\n"))
        return ids
    }

    /** Opens the queue of the killed client again, and returns what the server says of its events. */
    private suspend fun restart(): List<io.shortlist.v1.WriteEventResult> {
        val results = CopyOnWriteArrayList<io.shortlist.v1.WriteEventResult>()
        val recording =
            Interceptor { request, _, next ->
                next(request).also { reply ->
                    if (reply is BatchWriteEventsResponse) results += reply.resultsList
                }
            }
        val queue = EventQueueOptions<Event>(openStore = { FileEventStore(File(folder, "events")) })
        val restarted = ShortlistClient(endpoint, ClientOptions(interceptors = listOf(recording), eventQueue = queue))
        restarted.eventQueue.flush()
        assertEquals(0, restarted.eventQueue.size())
        restarted.close()
        return results
    }

    @Test
    fun theQuickstartRuns() {
        val process = java("QuickstartKt", endpoint, user, "$folder/quickstart")
        val output = process.inputStream.bufferedReader().readText()
        assertEquals(0, process.waitFor(), output)
        for (expected in listOf(
            "item i",
            "paged ",
            "events sent, 0 left",
            "error INVALID_PAGE_TOKEN, request ",
            "deadline exceeded",
            "cancelled true",
        )) {
            assertContains(output, expected)
        }
    }

    private fun java(vararg arguments: String): Process =
        ProcessBuilder(
            "${System.getProperty("java.home")}/bin/java",
            "-cp",
            System.getProperty("java.class.path"),
            *arguments,
        ).redirectErrorStream(true).start()
}
