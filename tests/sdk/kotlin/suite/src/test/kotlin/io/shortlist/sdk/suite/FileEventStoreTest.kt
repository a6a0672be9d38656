package io.shortlist.sdk.suite

import io.shortlist.sdk.FileEventStore
import io.shortlist.sdk.StoredEvent
import org.junit.jupiter.api.io.TempDir
import java.io.File
import java.io.IOException
import java.io.RandomAccessFile
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertTrue

class FileEventStoreTest {
    @TempDir
    lateinit var folder: File

    private val log get() = File(folder, "events.log")

    private fun <T> opened(block: (FileEventStore) -> T): T {
        val store = FileEventStore(folder)
        try {
            return block(store)
        } finally {
            store.close()
        }
    }

    private fun stored(number: Int) = StoredEvent(number.toLong(), "event $number".toByteArray())

    private fun left() = opened { store -> store.load().map { it.number to String(it.bytes) } }

    @Test
    fun whatWasAppendedAndNotRemovedIsThereAgain() {
        opened { store ->
            (1..4).forEach { store.append(stored(it)) }
            store.remove(listOf(1, 3))
        }
        assertEquals(listOf(2L to "event 2", 4L to "event 4"), left())
    }

    @Test
    fun aRecordThatWasTornIsDroppedAlone() {
        opened { store -> (1..3).forEach { store.append(stored(it)) } }
        RandomAccessFile(log, "rw").use { it.setLength(log.length() - 3) }
        assertEquals(listOf(1L, 2L), left().map { it.first })
        opened { it.append(stored(9)) }
        assertEquals(listOf(1L, 2L, 9L), left().map { it.first })
    }

    @Test
    fun aRecordThatWasChangedEndsTheLog() {
        opened { store -> (1..3).forEach { store.append(stored(it)) } }
        RandomAccessFile(log, "rw").use {
            it.seek(log.length() - 2)
            it.write('?'.code)
        }
        assertEquals(listOf(1L, 2L), left().map { it.first })
    }

    @Test
    fun theFileShrinksWhenItsEventsAreGone() {
        opened { store ->
            repeat(100) { store.append(StoredEvent(it + 1L, ByteArray(5000))) }
            store.remove((1L..98L).toList())
        }
        assertTrue(log.length() < 20_000, "${log.length()}")
        assertEquals(listOf(99L, 100L), left().map { it.first })
    }

    @Test
    fun twoQueuesDoNotShareAFolder() {
        opened {
            assertFailsWith<IOException> { FileEventStore(folder) }
        }
    }
}
