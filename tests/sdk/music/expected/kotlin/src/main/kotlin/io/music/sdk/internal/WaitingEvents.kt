package io.music.sdk.internal

/** Events in order, those under way first. Not thread-safe. */
internal class WaitingEvents<E> {
    private val entries = ArrayDeque<Entry<E>>()
    private val underWay = ArrayDeque<Entry<E>>()

    /** Of the newest event; 0: there was none. */
    var lastNumber = 0L
        private set

    var bytes = 0L
        private set

    val count: Int get() = entries.size + underWay.size

    /** When the oldest event that is not under way came; null: there is none. */
    val oldestNanos: Long? get() = entries.firstOrNull()?.addedNanos

    /** All events up to this one are gone. */
    val settledNumber: Long
        get() = (underWay.firstOrNull() ?: entries.firstOrNull())?.let { it.number - 1 } ?: lastNumber

    fun add(entry: Entry<E>) {
        entries += entry
        bytes += entry.sizeBytes
        lastNumber = entry.number
    }

    /** Takes the oldest events for a batch, at least one. */
    fun take(
        maxCount: Int,
        maxBytes: Long,
    ): List<Entry<E>> {
        var taken = 0L
        while (entries.isNotEmpty() && underWay.size < maxCount) {
            taken += entries.first().sizeBytes
            if (underWay.isNotEmpty() && taken > maxBytes) break
            underWay += entries.removeFirst()
        }
        return underWay.toList()
    }

    /** The batch could not be sent. */
    fun putBack() {
        while (underWay.isNotEmpty()) entries.addFirst(underWay.removeLast())
    }

    /** The batch was answered. */
    fun settle() {
        bytes -= underWay.sumOf { it.sizeBytes.toLong() }
        underWay.clear()
    }

    /** Drops the oldest events that are not under way, and returns their numbers. */
    fun trim(
        maxCount: Int,
        maxBytes: Long,
    ): List<Long> {
        val dropped = mutableListOf<Long>()
        while (entries.isNotEmpty() && (count > maxCount || bytes > maxBytes)) {
            val oldest = entries.removeFirst()
            bytes -= oldest.sizeBytes
            dropped += oldest.number
        }
        return dropped
    }

    class Entry<E>(
        val number: Long,
        val event: E,
        val sizeBytes: Int,
        val addedNanos: Long,
    )
}
