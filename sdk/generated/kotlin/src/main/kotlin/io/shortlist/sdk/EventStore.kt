package io.shortlist.sdk

/**
 * Where an event queue keeps what it has not sent. Called by one thread at a time; may block, and may
 * throw an IOException.
 */
public interface EventStore {
    /** Returns what an earlier process left, oldest first. Called once, before all else. */
    public fun load(): List<StoredEvent>

    /** Keeps an event; when it returns, the event survives the process, if the store does. */
    public fun append(event: StoredEvent)

    /** Forgets events. */
    public fun remove(numbers: List<Long>)

    /** Lets go of files; what is kept stays. */
    public fun close() {}

    /** Keeps nothing beyond what the queue has in memory. */
    public object Memory : EventStore {
        override fun load(): List<StoredEvent> = emptyList()

        override fun append(event: StoredEvent) {}

        override fun remove(numbers: List<Long>) {}
    }
}

/** An event as bytes, with its number. */
public class StoredEvent(
    public val number: Long,
    public val bytes: ByteArray,
)
