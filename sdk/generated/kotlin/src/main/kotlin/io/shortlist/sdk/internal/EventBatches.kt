package io.shortlist.sdk.internal

import io.shortlist.google.rpc.Status

/** How events go to the server; made by the generator from a method's event queue policy. */
internal interface EventBatches<E> {
    /** Most events that the server takes at once. */
    val maxEvents: Int

    /** Returns the event with an id and a time, where it had none. */
    fun complete(
        event: E,
        id: String,
        timeMillis: Long,
    ): E

    fun encode(event: E): ByteArray

    /** Returns null for bytes that are no event. */
    fun decode(bytes: ByteArray): E?

    /** Sends a batch; answers for each event, in order, with why it was refused. */
    suspend fun send(
        events: List<E>,
        sentMillis: Long,
    ): List<Status?>
}
