package io.shortlist.sdk

import io.grpc.Status.Code
import io.shortlist.sdk.internal.Backoff
import io.shortlist.sdk.internal.ErrorParser
import io.shortlist.sdk.internal.EventBatches
import io.shortlist.sdk.internal.WaitingEvents
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.launch
import kotlinx.coroutines.selects.select
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeoutOrNull
import java.io.IOException
import java.util.UUID
import kotlin.time.Duration
import kotlin.time.Duration.Companion.nanoseconds

private const val MAX_BATCH_BYTES = 1L shl 20

// With these the whole batch would fail again, however often it were sent.
private val PERMANENT =
    setOf(
        Code.INVALID_ARGUMENT,
        Code.NOT_FOUND,
        Code.ALREADY_EXISTS,
        Code.FAILED_PRECONDITION,
        Code.OUT_OF_RANGE,
        Code.UNIMPLEMENTED,
    )

/**
 * Collects events and sends them in batches: by count, by bytes, by age, in the background, and when it
 * is closed. One batch is under way at a time.
 *
 * Events that could not be sent stay and are sent again, after a restart too if the store is a file;
 * their ids keep the server from counting them twice.
 *
 * @param E an event.
 */
public class EventQueue<E> internal constructor(
    private val batches: EventBatches<E>,
    private val options: EventQueueOptions<E>,
    private val hooks: Hooks,
    private val scope: CoroutineScope,
) {
    private val mutex = Mutex() // Guards all below, and the store.
    private val waiting = WaitingEvents<E>()
    private val flushes = mutableListOf<Flush>()
    private var store: EventStore? = null
    private var isClosed = false

    @Volatile
    private var isFlushDue = false
    private var failures = 0

    private val signals = Channel<Unit>(Channel.CONFLATED)

    /** Events dropped so far because the queue was full. */
    @Volatile
    public var droppedCount: Int = 0
        private set

    private val worker: Job = scope.launch { work() } // Last: it uses all of the above.

    /**
     * Takes an event; an id and a time are filled in where it has none. When it returns, the event is in
     * the store.
     *
     * @return the event as it will be sent.
     * @throws IllegalStateException the queue is closed.
     * @throws IOException the store can't be written, such as on a full disk; the event is not taken.
     */
    public suspend fun enqueue(event: E): E {
        val complete = batches.complete(event, UUID.randomUUID().toString(), hooks.nowMillis())
        val bytes = batches.encode(complete)
        val dropped =
            locked { store ->
                check(!isClosed) { "the event queue is closed" }
                val number = waiting.lastNumber + 1
                store.append(StoredEvent(number, bytes))
                waiting.add(WaitingEvents.Entry(number, complete, bytes.size, hooks.nanoTime()))
                trim(store, options.maxEvents, options.maxBytes)
            }
        signals.trySend(Unit)
        if (dropped > 0) options.onDropped(dropped)
        return complete
    }

    /**
     * Sends what is waiting now. Returns when all of it was accepted or refused.
     *
     * @throws ShortlistException a batch could not be sent; it will be tried again all the same.
     */
    public suspend fun flush() {
        val flush =
            locked {
                isFlushDue = true // The caller knows better than the backoff, such as of a network.
                Flush(waiting.lastNumber).also { flushes += it }
            }
        signals.trySend(Unit)
        flush.done.await()
    }

    /** The app goes into the background: sends what it can. For `onStop` of an activity or a process. */
    public fun onBackground(): Job =
        scope.launch {
            try {
                flush()
            } catch (_: ShortlistException) {
                // It stays in the queue, to be sent later.
            }
        }

    /** Events that wait or are under way. */
    public suspend fun size(): Int = locked { waiting.count }

    /** Sends what is left, for as long as the options allow, and takes no more. */
    public suspend fun close() {
        val wasOpen = locked { !isClosed.also { isClosed = true } }
        if (!wasOpen) return
        withTimeoutOrNull(options.closeTimeout) { onBackground().join() }
        worker.cancelAndJoin()
        val lost =
            locked { store ->
                val isKept = store !== EventStore.Memory
                (if (isKept) 0 else trim(store, 0, 0)).also { store.close() }
            }
        if (lost > 0) options.onDropped(lost)
    }

    private suspend fun work() {
        var isRepeated = false
        while (true) {
            val wait =
                try {
                    if (!isRepeated) awaitDue()
                    sendBatch()
                } catch (_: IOException) {
                    // The store is out of order, which callers of enqueue() are told; the app goes on.
                    Backoff.EVENTS.afterFailure(failures++, hooks)
                }
            isRepeated = wait != null
            if (wait != null) idle(wait)
        }
    }

    /** Returns when there is something that should be sent. */
    private suspend fun awaitDue() {
        while (true) {
            val left = locked { dueIn() }
            if (left != null && left <= Duration.ZERO) return
            if (left == null) signals.receive() else sleepOrSignal(left)
        }
    }

    /** Time until the next batch; null: nothing waits. */
    private fun dueIn(): Duration? {
        val oldest = waiting.oldestNanos
        if (oldest == null) {
            settleFlushes()
            return null
        }
        val isFull = waiting.count >= options.flushCount || waiting.bytes >= options.flushBytes
        if (isFull || flushes.isNotEmpty()) return Duration.ZERO
        return options.flushAge - (hooks.nanoTime() - oldest).nanoseconds
    }

    /** Waits for a time, unless someone flushes. */
    private suspend fun idle(time: Duration) {
        coroutineScope {
            val timer = launch { hooks.sleep(time) }
            while (timer.isActive && !isFlushDue) {
                select {
                    timer.onJoin {}
                    signals.onReceive {}
                }
            }
            timer.cancel()
        }
    }

    private suspend fun sleepOrSignal(time: Duration) {
        coroutineScope {
            val timer = launch { hooks.sleep(time) }
            select {
                timer.onJoin {}
                signals.onReceive {}
            }
            timer.cancel()
        }
    }

    /** Sends one batch; returns how long to wait before it is sent again, if it could not be. */
    private suspend fun sendBatch(): Duration? {
        val batch =
            locked {
                isFlushDue = false
                waiting.take(minOf(batches.maxEvents, options.maxEvents), MAX_BATCH_BYTES)
            }
        if (batch.isEmpty()) return null
        val error: ShortlistException
        try {
            val results = batches.send(batch.map { it.event }, hooks.nowMillis())
            settle(batch) { index -> results.getOrNull(index)?.let { ErrorParser.parse(it, "") } }
            return null
        } catch (cancelled: CancellationException) {
            withContext(NonCancellable) { locked { waiting.putBack() } }
            throw cancelled
        } catch (failed: ShortlistException) {
            error = failed
        }
        if (error.code in PERMANENT) {
            settle(batch) { error }
            return null
        }
        return keep(error)
    }

    private suspend fun settle(
        batch: List<WaitingEvents.Entry<E>>,
        refusal: (Int) -> ShortlistException?,
    ) {
        locked { store ->
            store.remove(batch.map { it.number })
            waiting.settle()
            failures = 0
        }
        for ((index, entry) in batch.withIndex()) {
            refusal(index)?.let { options.onRejected(entry.event, it) }
        }
        locked { settleFlushes() }
    }

    private suspend fun keep(error: ShortlistException): Duration =
        locked {
            waiting.putBack()
            flushes.forEach { it.done.completeExceptionally(error) }
            flushes.clear()
            Backoff.EVENTS.afterFailure(failures++, hooks)
        }

    private fun trim(
        store: EventStore,
        maxEvents: Int,
        maxBytes: Long,
    ): Int {
        val dropped = waiting.trim(maxEvents, maxBytes)
        if (dropped.isNotEmpty()) store.remove(dropped)
        droppedCount += dropped.size
        return dropped.size
    }

    private fun settleFlushes() {
        val (over, left) = flushes.partition { it.upTo <= waiting.settledNumber }
        over.forEach { it.done.complete(Unit) }
        flushes.clear()
        flushes += left
    }

    /** Runs whole, off the main thread, with the store open: what is written is also counted. */
    private suspend fun <T> locked(block: (EventStore) -> T): T =
        withContext(NonCancellable + Dispatchers.IO) {
            mutex.withLock { block(store ?: open().also { store = it }) }
        }

    private fun open(): EventStore {
        val opened = options.openStore()
        for (stored in opened.load()) {
            val event = batches.decode(stored.bytes)
            if (event == null) {
                opened.remove(listOf(stored.number)) // Of another version of the app, perhaps.
            } else {
                // Old already: they are due at once.
                val added = hooks.nanoTime() - options.flushAge.inWholeNanoseconds
                waiting.add(WaitingEvents.Entry(stored.number, event, stored.bytes.size, added))
            }
        }
        return opened
    }

    private class Flush(
        val upTo: Long,
    ) {
        val done = CompletableDeferred<Unit>()
    }
}
