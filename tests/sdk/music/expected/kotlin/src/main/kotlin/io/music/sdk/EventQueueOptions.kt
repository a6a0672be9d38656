package io.music.sdk

import kotlin.time.Duration
import kotlin.time.Duration.Companion.seconds

/**
 * When an event queue sends, where it keeps events, and whom it tells.
 *
 * @property flushCount sends when so many events wait.
 * @property flushBytes sends when so many bytes wait.
 * @property flushAge sends when an event has waited so long.
 * @property maxEvents keeps so many events at most, dropping the oldest.
 * @property maxBytes keeps so many bytes at most, dropping the oldest events.
 * @property closeTimeout waits so long for the last events when it is closed.
 * @property openStore where events wait; called once, off the main thread. For events that survive the
 *   app's end: `{ FileEventStore(context.filesDir.resolve("events")) }`.
 * @property onRejected is told of each event that the server refused: it would refuse it again.
 * @property onDropped is told how many events were dropped because the queue was full.
 */
public class EventQueueOptions<E>(
    public val flushCount: Int = 50,
    public val flushBytes: Long = 64L shl 10,
    public val flushAge: Duration = 5.seconds,
    public val maxEvents: Int = 10_000,
    public val maxBytes: Long = 5L shl 20,
    public val closeTimeout: Duration = 5.seconds,
    public val openStore: () -> EventStore = { EventStore.Memory },
    public val onRejected: (E, MusicException) -> Unit = { _, _ -> },
    public val onDropped: (Int) -> Unit = {},
)
