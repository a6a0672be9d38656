package io.music.sdk.internal

import java.io.Closeable
import java.io.File
import java.io.RandomAccessFile
import java.nio.ByteBuffer
import java.util.zip.CRC32

private const val HEADER_BYTES = 8
private const val ADDED: Byte = 1
private const val REMOVED: Byte = 2

/**
 * A file of records: length, CRC-32, then a kind and what was added (a number and bytes) or removed
 * (numbers). Every change is synced before it returns.
 */
internal class EventLog private constructor(
    private val file: RandomAccessFile,
) : Closeable {
    val sizeBytes: Long get() = file.length()

    fun append(
        number: Long,
        bytes: ByteArray,
    ) {
        write(added(number, bytes))
    }

    fun appendAll(events: Map<Long, ByteArray>) {
        for ((number, bytes) in events) file.write(framed(added(number, bytes)))
        file.channel.force(true)
    }

    fun remove(numbers: List<Long>) {
        val payload = ByteBuffer.allocate(1 + Long.SIZE_BYTES * numbers.size).put(REMOVED)
        numbers.forEach { payload.putLong(it) }
        write(payload.array())
    }

    override fun close() {
        file.close()
    }

    private fun write(payload: ByteArray) {
        val before = file.length()
        try {
            file.seek(before)
            file.write(framed(payload))
            file.channel.force(false)
        } catch (error: java.io.IOException) {
            file.setLength(before) // A torn record would hide those after it.
            throw error
        }
    }

    private fun added(
        number: Long,
        bytes: ByteArray,
    ): ByteArray =
        ByteBuffer
            .allocate(1 + Long.SIZE_BYTES + bytes.size)
            .put(ADDED)
            .putLong(number)
            .put(bytes)
            .array()

    private fun framed(payload: ByteArray): ByteArray =
        ByteBuffer
            .allocate(HEADER_BYTES + payload.size)
            .putInt(payload.size)
            .putInt(checksum(payload))
            .put(payload)
            .array()

    companion object {
        /** Opens a log, reads what is live in it, and cuts off a record that is not whole. */
        fun open(
            path: File,
            live: MutableMap<Long, ByteArray>,
        ): EventLog {
            val file = RandomAccessFile(path, "rw")
            val content = ByteArray(file.length().toInt())
            file.readFully(content)
            val end = replay(ByteBuffer.wrap(content), live)
            if (end < content.size) file.setLength(end.toLong())
            file.seek(end.toLong())
            return EventLog(file)
        }

        /** Returns where the last whole record ends. */
        private fun replay(
            content: ByteBuffer,
            live: MutableMap<Long, ByteArray>,
        ): Int {
            while (content.remaining() >= HEADER_BYTES) {
                val start = content.position()
                val size = content.getInt()
                val expected = content.getInt()
                if (size < 1 || size > content.remaining()) return start
                val payload = ByteArray(size).also { content.get(it) }
                if (checksum(payload) != expected) return start
                apply(ByteBuffer.wrap(payload), live)
            }
            return content.position()
        }

        private fun apply(
            record: ByteBuffer,
            live: MutableMap<Long, ByteArray>,
        ) {
            when (record.get()) {
                ADDED -> {
                    val number = record.getLong()
                    live[number] = ByteArray(record.remaining()).also { record.get(it) }
                }
                REMOVED -> while (record.remaining() >= Long.SIZE_BYTES) live.remove(record.getLong())
            }
        }

        private fun checksum(payload: ByteArray): Int = CRC32().apply { update(payload) }.value.toInt()
    }
}
