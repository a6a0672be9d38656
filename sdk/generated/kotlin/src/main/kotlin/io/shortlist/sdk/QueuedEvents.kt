package io.shortlist.sdk

import com.google.protobuf.InvalidProtocolBufferException
import com.google.protobuf.Timestamp
import io.shortlist.google.rpc.Status
import io.shortlist.sdk.internal.Caller
import io.shortlist.sdk.internal.EventBatches
import io.shortlist.v1.BatchWriteEventsRequest
import io.shortlist.v1.Event

private const val MILLIS_PER_SECOND = 1000L
private const val NANOS_PER_MILLI = 1_000_000

/** Sends the events of a queue by `EventsClient`. */
internal class QueuedEvents(
    private val caller: Caller,
) : EventBatches<Event> {
    override val maxEvents: Int = 500

    override fun complete(
        event: Event,
        id: String,
        timeMillis: Long,
    ): Event {
        val complete = event.toBuilder()
        if (event.getEventId().isEmpty()) complete.setEventId(id)
        if (!event.hasEventTime()) complete.setEventTime(timestamp(timeMillis))
        return complete.build()
    }

    override fun encode(event: Event): ByteArray = event.toByteArray()

    override fun decode(bytes: ByteArray): Event? =
        try {
            Event.parseFrom(bytes)
        } catch (_: InvalidProtocolBufferException) {
            null
        }

    override suspend fun send(
        events: List<Event>,
        sentMillis: Long,
    ): List<Status?> {
        val request =
            BatchWriteEventsRequest
                .newBuilder()
                .addAllEvents(events)
                .setSentTime(timestamp(sentMillis))
                .build()
        val reply = caller.call(EventsClient.BATCH_WRITE_EVENTS, request, CallOptions.DEFAULTS)
        return reply.getResultsList().map { if (it.hasError()) it.getError() else null }
    }

    private fun timestamp(millis: Long): Timestamp =
        Timestamp
            .newBuilder()
            .setSeconds(millis / MILLIS_PER_SECOND)
            .setNanos((millis % MILLIS_PER_SECOND).toInt() * NANOS_PER_MILLI)
            .build()
}
