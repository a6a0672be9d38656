package io.music.sdk.internal

import io.music.sdk.Hooks
import kotlin.time.Duration
import kotlin.time.Duration.Companion.nanoseconds

/** The end of a call's total time; a null timeout has none. */
internal class Deadline(
    private val hooks: Hooks,
    private val timeout: Duration?,
) {
    private val startNanos = hooks.nanoTime()

    /** Time since the call began. */
    val elapsed: Duration get() = (hooks.nanoTime() - startNanos).nanoseconds

    /** Time left, perhaps negative; null: no limit. */
    val left: Duration? get() = timeout?.let { it - elapsed }

    val isOver: Boolean get() = !allows(Duration.ZERO)

    /** Whether a wait would end before it. */
    fun allows(wait: Duration): Boolean = left?.let { wait < it } ?: true
}
