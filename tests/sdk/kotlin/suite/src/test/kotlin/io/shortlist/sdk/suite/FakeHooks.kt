package io.shortlist.sdk.suite

import io.shortlist.sdk.Hooks
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.delay
import kotlinx.coroutines.withTimeout
import java.util.concurrent.CopyOnWriteArrayList
import kotlin.time.Duration
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds

const val START_MILLIS = 1_700_000_000_000

/** A clock that only sleeps and [advance] move; without [isJumping], sleeps last until it is advanced. */
class FakeHooks(
    private val isJumping: Boolean = true,
) : Hooks {
    val sleeps = CopyOnWriteArrayList<Duration>()
    private val timers = mutableListOf<Pair<Duration, CompletableDeferred<Unit>>>()
    private var elapsed = Duration.ZERO

    fun advance(duration: Duration) {
        val due =
            synchronized(this) {
                elapsed += duration
                timers.filter { it.first <= elapsed }.also { timers.removeAll(it) }
            }
        due.forEach { it.second.complete(Unit) }
    }

    @Synchronized
    override fun nanoTime(): Long = elapsed.inWholeNanoseconds

    @Synchronized
    override fun nowMillis(): Long = START_MILLIS + elapsed.inWholeMilliseconds

    override fun random(): Double = 0.5

    override suspend fun sleep(duration: Duration) {
        sleeps += duration
        if (isJumping) {
            advance(duration)
        } else {
            val done = CompletableDeferred<Unit>()
            synchronized(this) { timers += (elapsed + duration) to done }
            done.await()
        }
    }
}

/** Waits, in real time, for work in the background. */
suspend fun eventually(condition: suspend () -> Boolean) {
    withTimeout(5.seconds) {
        while (!condition()) delay(2.milliseconds)
    }
}

/** Gives work in the background, if there wrongly is any, the time to show. */
suspend fun settle() {
    delay(60.milliseconds)
}
