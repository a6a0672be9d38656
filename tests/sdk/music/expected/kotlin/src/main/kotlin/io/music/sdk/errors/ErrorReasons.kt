package io.music.sdk.errors

import io.music.sdk.Failure
import io.music.sdk.MusicException

/** When an error is worth another attempt. */
internal enum class Retry {
    /** It would fail again. */
    NEVER,

    /** If repeating the call has no further effect. */
    IF_IDEMPOTENT,

    /** After the server's delay: nothing was done. */
    AFTER_DELAY,

    /** Once, with fresh credentials. */
    AFTER_REFRESH,
}

/** The exception of a failure; a reason that this package does not know has the common type. */
internal fun typedError(failure: Failure): MusicException =
    when (failure.reason) {
        "ALBUM_NOT_FOUND" -> AlbumNotFoundException(failure)
        "OUT_OF_TUNE" -> OutOfTuneException(failure)
        "SOLD_OUT" -> SoldOutException(failure)
        "TICKET_EXPIRED" -> TicketExpiredException(failure)
        else -> MusicException(failure)
    }

/** When a call that failed for a reason is repeated. */
internal fun retryOf(reason: String): Retry =
    when (reason) {
        "OUT_OF_TUNE" -> Retry.IF_IDEMPOTENT
        "SOLD_OUT" -> Retry.AFTER_DELAY
        "TICKET_EXPIRED" -> Retry.AFTER_REFRESH
        else -> Retry.NEVER
    }
