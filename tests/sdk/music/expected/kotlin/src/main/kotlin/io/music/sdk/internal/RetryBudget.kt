package io.music.sdk.internal

private const val CAPACITY = 10.0
private const val REFILL = 0.1

// Tenths add up to a little less than the whole in binary.
private const val EPSILON = 1e-9

/**
 * Keeps retries a small part of a client's calls, so that it does not add to an overload: each takes
 * a token, each success gives a tenth of one back.
 */
internal class RetryBudget {
    private var tokens = CAPACITY

    /** Takes a token; false: there is none, don't retry. */
    @Synchronized
    fun tryTake(): Boolean {
        if (tokens + EPSILON < 1) return false
        tokens -= 1
        return true
    }

    /** A call has succeeded. */
    @Synchronized
    fun refill() {
        tokens = minOf(CAPACITY, tokens + REFILL)
    }
}
