package io.shortlist.sdk.suite

import io.grpc.Status
import io.shortlist.google.rpc.ErrorInfo
import io.shortlist.sdk.ClientOptions
import io.shortlist.sdk.EventQueueOptions
import io.shortlist.sdk.EventsClient
import io.shortlist.sdk.ShortlistClient
import io.shortlist.sdk.ShortlistException
import io.shortlist.sdk.Subject
import io.shortlist.sdk.testing.MockTransport
import io.shortlist.sdk.transport.TransportException
import io.shortlist.v1.BatchWriteEventsRequest
import io.shortlist.v1.BatchWriteEventsResponse
import io.shortlist.v1.Event
import io.shortlist.v1.EventType
import io.shortlist.v1.RecommendResponse
import io.shortlist.v1.WriteEventResult
import io.shortlist.v1.event
import io.shortlist.v1.eventItem
import io.shortlist.v1.recommendation
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Timeout
import java.util.UUID
import java.util.concurrent.CopyOnWriteArrayList
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertFalse
import kotlin.test.assertTrue
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds

fun click(
    item: String,
    id: String = "",
): Event =
    event {
        eventId = id
        type = EventType.EVENT_TYPE_CLICK
        userId = "u1"
        items += eventItem { itemId = item }
    }

fun accepted(request: BatchWriteEventsRequest): BatchWriteEventsResponse {
    val reply = BatchWriteEventsResponse.newBuilder()
    repeat(request.eventsCount) { reply.addResults(WriteEventResult.getDefaultInstance()) }
    return reply.build()
}

@Timeout(30)
class EventsTest {
    private val hooks = FakeHooks(isJumping = false)
    private val mock = MockTransport().answer(EventsClient.BATCH_WRITE_EVENTS) { accepted(it) }
    private val rejected = CopyOnWriteArrayList<String>()
    private var dropped = 0

    private fun client(
        flushCount: Int = 50,
        flushBytes: Long = 64L shl 10,
        maxEvents: Int = 10_000,
    ) = ShortlistClient(
        mock,
        ClientOptions(
            hooks = hooks,
            eventQueue =
                EventQueueOptions(
                    flushCount = flushCount,
                    flushBytes = flushBytes,
                    maxEvents = maxEvents,
                    onRejected = { event, error -> rejected += "${event.eventId} ${error.reason}" },
                    onDropped = { dropped += it },
                ),
        ),
    )

    private fun batches() = mock.calls.map { it.request as BatchWriteEventsRequest }

    private fun sizes() = batches().map { it.eventsCount }

    private fun failWith(code: Status.Code) {
        mock.error(EventsClient.BATCH_WRITE_EVENTS, TransportException(code, "no"))
    }

    @Test
    fun eventsGoOutByCount() =
        runBlocking {
            val queue = client().eventQueue
            repeat(49) { queue.enqueue(click("i$it")) }
            settle()
            assertEquals(emptyList(), sizes())
            queue.enqueue(click("i49"))
            eventually { sizes() == listOf(50) && queue.size() == 0 }
        }

    @Test
    fun eventsGoOutByBytes() =
        runBlocking {
            val queue = client(flushBytes = 300).eventQueue
            queue.enqueue(click("x".repeat(100)))
            settle()
            assertEquals(emptyList(), sizes())
            queue.enqueue(click("y".repeat(100)))
            eventually { sizes() == listOf(2) }
        }

    @Test
    fun eventsGoOutByAge() =
        runBlocking {
            val queue = client().eventQueue
            queue.enqueue(click("i1"))
            eventually { hooks.sleeps.isNotEmpty() }
            hooks.advance(4999.milliseconds)
            settle()
            assertEquals(emptyList(), sizes())
            hooks.advance(1.milliseconds)
            eventually { sizes() == listOf(1) }
        }

    @Test
    fun eventsGoOutWhenTheAppGoesIntoTheBackground() =
        runBlocking {
            val client = client()
            client.eventQueue.enqueue(click("i1"))
            client.onBackground().join()
            assertEquals(listOf(1), sizes())
            failWith(Status.Code.UNAUTHENTICATED)
            client.eventQueue.enqueue(click("i2"))
            client.onBackground().join() // Fails in silence; the event stays.
            assertEquals(1, client.eventQueue.size())
        }

    @Test
    fun idTimeAndSentTimeAreFilledIn() =
        runBlocking {
            val queue = client().eventQueue
            val taken = queue.enqueue(click("i1"))
            assertEquals(4, UUID.fromString(taken.eventId).version())
            assertEquals(START_MILLIS / 1000, taken.eventTime.seconds)
            val own = queue.enqueue(click("i2", id = "mine"))
            assertEquals("mine", own.eventId)
            hooks.advance(3.seconds)
            queue.flush()
            val sent = batches().single()
            assertEquals(START_MILLIS / 1000 + 3, sent.sentTime.seconds)
            assertEquals(listOf(taken, own), sent.eventsList)
        }

    @Test
    fun refusedEventsAreReportedAndGone() =
        runBlocking {
            val info = ErrorInfo.newBuilder().setReason("EVENT_TOO_OLD").build()
            val tooOld =
                io.shortlist.google.rpc.Status
                    .newBuilder()
                    .setCode(Status.Code.INVALID_ARGUMENT.value())
                    .addDetails(FakeServer.packed("google.rpc.ErrorInfo", info))
            val reply =
                BatchWriteEventsResponse
                    .newBuilder()
                    .addResults(WriteEventResult.getDefaultInstance())
                    .addResults(WriteEventResult.newBuilder().setError(tooOld))
            mock.reply(EventsClient.BATCH_WRITE_EVENTS, reply.build())
            val queue = client().eventQueue
            queue.enqueue(click("i1", id = "e1"))
            queue.enqueue(click("i2", id = "e2"))
            queue.flush()
            assertEquals(listOf("e2 EVENT_TOO_OLD"), rejected)
            assertEquals(0, queue.size())
        }

    @Test
    fun aBatchThatCouldNotBeSentIsSentAgainWithTheSameEvents() =
        runBlocking {
            failWith(Status.Code.UNAUTHENTICATED)
            val queue = client().eventQueue
            val event = queue.enqueue(click("i1"))
            assertFailsWith<ShortlistException> { queue.flush() }
            assertEquals(1, queue.size())
            mock.answer(EventsClient.BATCH_WRITE_EVENTS) { accepted(it) }
            // Half of the first backoff of up to a second, by the chance of the hooks.
            eventually { 500.milliseconds in hooks.sleeps }
            settle()
            hooks.advance(499.milliseconds)
            settle()
            assertEquals(1, mock.calls.size)
            hooks.advance(1.milliseconds)
            eventually { queue.size() == 0 }
            assertEquals(2, mock.calls.size)
            assertEquals(listOf(event), batches()[1].eventsList)
        }

    @Test
    fun aBatchThatCanNeverBeSentIsReported() =
        runBlocking {
            failWith(Status.Code.INVALID_ARGUMENT)
            val queue = client().eventQueue
            queue.enqueue(click("i1", id = "e1"))
            queue.flush()
            assertEquals(listOf("e1 "), rejected)
            assertEquals(0, queue.size())
        }

    @Test
    fun oneBatchIsUnderWayAtATime() =
        runBlocking {
            val gate = CompletableDeferred<Unit>()
            mock.answer(EventsClient.BATCH_WRITE_EVENTS) {
                gate.await()
                accepted(it)
            }
            val queue = client(flushCount = 2).eventQueue
            repeat(2) { queue.enqueue(click("i$it")) }
            eventually { sizes() == listOf(2) }
            repeat(3) { queue.enqueue(click("j$it")) }
            settle()
            assertEquals(listOf(2), sizes())
            gate.complete(Unit)
            eventually { sizes() == listOf(2, 3) }
        }

    @Test
    fun theOldestEventsAreDroppedAndCountedWhenTheQueueIsFull() =
        runBlocking {
            val queue = client(maxEvents = 3).eventQueue
            repeat(5) { queue.enqueue(click("i$it")) }
            assertEquals(3, queue.size())
            assertEquals(2, dropped)
            assertEquals(2, queue.droppedCount)
            queue.flush()
            assertEquals("i2", batches()[0].getEvents(0).getItems(0).itemId)
        }

    @Test
    fun closingSendsWhatIsLeft() =
        runBlocking<Unit> {
            val client = client()
            client.eventQueue.enqueue(click("i1"))
            client.close()
            assertEquals(listOf(1), sizes())
            assertFailsWith<IllegalStateException> { client.eventQueue.enqueue(click("i2")) }
        }

    @Test
    fun anItemOfASlateIsShownOnceWithItsTokenAndPosition() =
        runBlocking {
            val client = client()
            val items =
                List(2) {
                    recommendation {
                        itemId = "i$it"
                        position = it
                    }
                }
            val slate =
                RecommendResponse
                    .newBuilder()
                    .addAllRecommendations(items)
                    .setAttributionToken("token")
                    .build()
            val tracker = client.impressions(slate, Subject.visitorId("v1"))
            assertTrue(tracker.shown(items[0]))
            assertTrue(tracker.shown(items[1]))
            assertFalse(tracker.shown(items[0]))
            tracker.clicked(items[1])
            tracker.event(EventType.EVENT_TYPE_LIKE, items[1])
            client.eventQueue.flush()
            val sent = batches().single().eventsList
            assertEquals(
                listOf("IMPRESSION", "IMPRESSION", "CLICK", "LIKE"),
                sent.map { it.type.name.removePrefix("EVENT_TYPE_") },
            )
            assertEquals("token", sent[1].attributionToken)
            assertEquals("v1", sent[1].visitorId)
            assertEquals("i1", sent[1].getItems(0).itemId)
            assertEquals(1, sent[1].getItems(0).position)
        }
}
