package io.shortlist.conformance

import com.google.gson.JsonObject
import io.shortlist.sdk.ClientOptions
import io.shortlist.sdk.Credentials
import io.shortlist.sdk.EventQueueOptions
import io.shortlist.sdk.EventStore
import io.shortlist.sdk.FileEventStore
import io.shortlist.sdk.Hooks
import io.shortlist.sdk.ShortlistClient
import io.shortlist.sdk.ShortlistException
import io.shortlist.sdk.Token
import io.shortlist.sdk.transport.Transport
import io.shortlist.v1.Event
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.delay
import kotlinx.coroutines.job
import java.io.File
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.atomic.AtomicInteger
import kotlin.random.Random
import kotlin.time.Duration.Companion.milliseconds

private const val TOKEN_ENDPOINT_MS = 20L

/** The client of one test, opened when it is needed: what its target and its options say. */
internal class ProgramClient(
    request: JsonObject,
) {
    private val target = request.child("target")
    private val options = request.child("options")
    private val storage = request.text("storage")
    private var client: ShortlistClient? = null

    @Volatile
    private var store: EventStore? = null

    /** What the server refused since the client was opened. */
    var rejected = ConcurrentLinkedQueue<JsonObject>()
        private set

    fun get(): ShortlistClient = client ?: open().also { client = it }

    /** Drops the client as the end of its process does: nothing is sent or settled. */
    suspend fun kill() {
        val killed = client ?: return
        client = null
        // No API of the SDK does this, on purpose.
        val scope = killed.privately("scope") as CoroutineScope
        scope.coroutineContext.job.cancelAndJoin()
        // As the system does: it closes connections and files, and lets go of their locks.
        (killed.privately("caller").privately("transport") as Transport).close()
        store?.close()
        store = null
        rejected = ConcurrentLinkedQueue()
    }

    private fun open(): ShortlistClient =
        ShortlistClient(
            "http://${target.text("address")}",
            ClientOptions(
                credentials = credentials(),
                isCaching = options.flag("cache", true),
                eventQueue = queueOptions(options.child("event_queue")),
                hooks = if (options.has("random_seed")) SeededHooks(options.number("random_seed")) else Hooks.SYSTEM,
            ),
        )

    private fun credentials(): Credentials {
        val tokens = target.list("tokens").map { it.asString }
        val key = target.text("api_key")
        return when {
            tokens.isNotEmpty() -> tokens(tokens)
            key.isNotEmpty() -> Credentials.ApiKey(key)
            else -> Credentials.None
        }
    }

    private fun tokens(given: List<String>): Credentials {
        val count = AtomicInteger()
        return Credentials.Tokens {
            delay(TOKEN_ENDPOINT_MS) // It takes a moment, so that calls at once meet here.
            Token(given[minOf(count.getAndIncrement(), given.lastIndex)])
        }
    }

    private fun queueOptions(given: JsonObject): EventQueueOptions<Event> {
        val usual = EventQueueOptions<Event>()
        val refused = rejected
        return EventQueueOptions(
            flushCount = if (given.has("max_events")) given.number("max_events").toInt() else usual.flushCount,
            flushBytes = if (given.has("max_bytes")) given.number("max_bytes") else usual.flushBytes,
            flushAge = if (given.has("max_age_ms")) given.number("max_age_ms").milliseconds else usual.flushAge,
            maxEvents = if (given.has("capacity")) given.number("capacity").toInt() else usual.maxEvents,
            openStore = { openStore().also { store = it } },
            onRejected = { event, error -> refused += entryOf(event, error) },
        )
    }

    private fun openStore(): EventStore =
        if (storage.isEmpty()) EventStore.Memory else FileEventStore(File(storage, "events"))

    private fun entryOf(
        event: Event,
        error: ShortlistException,
    ): JsonObject = jsonOf("event_id" to event.eventId, "error" to errorOf(error))
}

/** The system's clock and sleep, and chance that a seed decides. */
private class SeededHooks(
    seed: Long,
) : Hooks {
    private val random = Random(seed)

    @Synchronized
    override fun random(): Double = random.nextDouble()
}

private fun Any.privately(field: String): Any {
    val found = javaClass.getDeclaredField(field)
    found.isAccessible = true
    return found.get(this)
}
