package io.music.sdk.errors

import io.music.sdk.Failure
import io.music.sdk.MusicException

/** NOT_FOUND: no such album. */
public class AlbumNotFoundException(
    failure: Failure,
) : MusicException(failure)

/** UNAVAILABLE: between two stations. */
public class OutOfTuneException(
    failure: Failure,
) : MusicException(failure)

/** RESOURCE_EXHAUSTED: too many listeners; RetryInfo says when to come back. */
public class SoldOutException(
    failure: Failure,
) : MusicException(failure)

/** UNAUTHENTICATED: the ticket is from yesterday. */
public class TicketExpiredException(
    failure: Failure,
) : MusicException(failure)
