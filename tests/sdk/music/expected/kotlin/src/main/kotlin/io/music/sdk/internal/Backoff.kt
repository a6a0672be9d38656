package io.music.sdk.internal

import io.music.sdk.Hooks
import kotlin.math.pow
import kotlin.time.Duration
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds

private const val MAX_DOUBLINGS = 30

/** Exponential backoff with full jitter. */
internal class Backoff private constructor(
    private val base: Duration,
    private val cap: Duration,
) {
    /** Uniform in [0, min(base * 2^n, cap)); [n] counts failures from 0. */
    fun afterFailure(
        n: Int,
        hooks: Hooks,
    ): Duration = minOf(base * 2.0.pow(minOf(n, MAX_DOUBLINGS)), cap) * hooks.random()

    /** The server's delay, and up to base more so that not all come back at once. */
    fun afterServerDelay(
        delay: Duration,
        hooks: Hooks,
    ): Duration = delay + base * hooks.random()

    companion object {
        /** Between the attempts of a call. */
        val CALLS = Backoff(100.milliseconds, 5.seconds)

        /** Between the batches of an event queue that fail. */
        val EVENTS = Backoff(1.seconds, 60.seconds)
    }
}
