package io.music.sdk

import com.google.protobuf.InvalidProtocolBufferException
import com.google.protobuf.Timestamp
import io.music.google.rpc.Status
import io.music.sdk.internal.Caller
import io.music.sdk.internal.EventBatches
import io.music.v1.Play
import io.music.v1.WritePlaysRequest

private const val MILLIS_PER_SECOND = 1000L
private const val NANOS_PER_MILLI = 1_000_000

/** Sends the events of a queue by `PlaysClient`. */
internal class QueuedEvents(
    private val caller: Caller,
) : EventBatches<Play> {
    override val maxEvents: Int = 100

    override fun complete(
        event: Play,
        id: String,
        timeMillis: Long,
    ): Play {
        val complete = event.toBuilder()
        if (event.getPlayId().isEmpty()) complete.setPlayId(id)
        if (!event.hasPlayTime()) complete.setPlayTime(timestamp(timeMillis))
        return complete.build()
    }

    override fun encode(event: Play): ByteArray = event.toByteArray()

    override fun decode(bytes: ByteArray): Play? =
        try {
            Play.parseFrom(bytes)
        } catch (_: InvalidProtocolBufferException) {
            null
        }

    override suspend fun send(
        events: List<Play>,
        sentMillis: Long,
    ): List<Status?> {
        val request =
            WritePlaysRequest
                .newBuilder()
                .addAllPlays(events)
                .setClock(timestamp(sentMillis))
                .build()
        val reply = caller.call(PlaysClient.WRITE_PLAYS, request, CallOptions.DEFAULTS)
        return reply.getOutcomesList().map { if (it.hasFailure()) it.getFailure() else null }
    }

    private fun timestamp(millis: Long): Timestamp =
        Timestamp
            .newBuilder()
            .setSeconds(millis / MILLIS_PER_SECOND)
            .setNanos((millis % MILLIS_PER_SECOND).toInt() * NANOS_PER_MILLI)
            .build()
}
