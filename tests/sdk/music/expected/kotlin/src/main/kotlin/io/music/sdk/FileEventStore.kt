package io.music.sdk

import io.music.sdk.internal.EventLog
import java.io.File
import java.io.IOException
import java.io.RandomAccessFile
import java.nio.channels.OverlappingFileLockException

// A log this small is not worth rewriting.
private const val COMPACT_BYTES = 256L shl 10

/**
 * Keeps events in a file, for one process at a time: appended and synced before `enqueue` returns, so
 * they survive a crash, a kill and a loss of power. A record torn by such an end is dropped, alone.
 *
 * @param directory of its own, such as `context.filesDir.resolve("events")`; made if need be.
 */
public class FileEventStore(
    private val directory: File,
) : EventStore {
    private val file = File(directory, "events.log")
    private val lock = lock()
    private val live = LinkedHashMap<Long, ByteArray>()
    private var log = EventLog.open(file, live)

    override fun load(): List<StoredEvent> = live.map { (number, bytes) -> StoredEvent(number, bytes) }

    override fun append(event: StoredEvent) {
        log.append(event.number, event.bytes)
        live[event.number] = event.bytes
    }

    override fun remove(numbers: List<Long>) {
        log.remove(numbers)
        live.keys.removeAll(numbers.toSet())
        val liveBytes = live.values.sumOf { it.size.toLong() }
        if (log.sizeBytes > COMPACT_BYTES && log.sizeBytes > 2 * liveBytes) compact()
    }

    override fun close() {
        log.close()
        lock.close()
    }

    /** Writes what is live into a new file that takes the old one's place as a whole. */
    private fun compact() {
        val draft = File(directory, "events.draft")
        draft.delete()
        EventLog.open(draft, LinkedHashMap()).use { fresh -> fresh.appendAll(live) }
        log.close()
        val isReplaced = draft.renameTo(file)
        log = EventLog.open(file, LinkedHashMap())
        if (!isReplaced) throw IOException("$draft could not replace $file")
    }

    private fun lock(): RandomAccessFile {
        if (!directory.isDirectory && !directory.mkdirs()) throw IOException("no folder $directory")
        val opened = RandomAccessFile(File(directory, "lock"), "rw")
        val isLocked =
            try {
                opened.channel.tryLock() != null
            } catch (_: OverlappingFileLockException) {
                false
            }
        if (!isLocked) {
            opened.close()
            throw IOException("$directory is in use by another event queue")
        }
        return opened
    }
}
