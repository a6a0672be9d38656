package io.music.sdk

import kotlinx.coroutines.delay
import kotlin.random.Random
import kotlin.time.Duration

/** Clock, chance and sleep of a client; tests replace them. */
public interface Hooks {
    /** Counts on, in nanoseconds, whatever is done to the wall clock. */
    public fun nanoTime(): Long = System.nanoTime()

    /** The wall clock, in milliseconds since 1970. */
    public fun nowMillis(): Long = System.currentTimeMillis()

    /** Uniform in [0, 1). */
    public fun random(): Double = Random.nextDouble()

    /** Returns after a time. */
    public suspend fun sleep(duration: Duration) {
        delay(duration)
    }

    public companion object {
        /** The real ones. */
        public val SYSTEM: Hooks = object : Hooks {}
    }
}
