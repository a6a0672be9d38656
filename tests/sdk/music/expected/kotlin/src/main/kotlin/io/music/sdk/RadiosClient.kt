package io.music.sdk

import io.grpc.MethodDescriptor.MethodType
import io.grpc.Status.Code
import io.music.sdk.internal.Caller
import io.music.sdk.transport.CachePolicy
import io.music.sdk.transport.RpcMethod
import io.music.v1.NextTracksRequest
import io.music.v1.NextTracksResponse
import io.music.v1.Pick
import io.music.v1.WatchStationRequest
import io.music.v1.WatchStationResponse
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flowOf
import kotlin.time.Duration.Companion.milliseconds

/** Plays without end. */
public class RadiosClient internal constructor(
    private val caller: Caller,
) {
    /** Returns the next tracks of a station. */
    public suspend fun nextTracks(
        request: NextTracksRequest,
        options: CallOptions = CallOptions.DEFAULTS,
    ): NextTracksResponse = caller.call(NEXT_TRACKS, request, options)

    /** The whole list of [nextTracks], page after page as it is collected. */
    public fun nextTracksPaged(
        request: NextTracksRequest,
        options: CallOptions = CallOptions.DEFAULTS,
    ): Paged<NextTracksResponse, Pick> =
        Paged(
            firstToken = request.getCursor(),
            options = options,
            fetch = { token, each ->
                val page = request.toBuilder().setCursor(token).build()
                caller.call(NEXT_TRACKS, page, each)
            },
            items = { it.getPicksList() },
            nextToken = { it.getNextCursor() },
        )

    /** Tells what a station plays, until the caller has heard enough. */
    public fun watchStation(
        request: WatchStationRequest,
        options: CallOptions = CallOptions.DEFAULTS,
    ): Flow<WatchStationResponse> = caller.stream(WATCH_STATION, flowOf(request), options)

    /** The methods, for transports and mocks. */
    public companion object {
        /** NextTracks. */
        public val NEXT_TRACKS: RpcMethod<NextTracksRequest, NextTracksResponse> =
            RpcMethod(
                name = "music.v1.RadioService/NextTracks",
                request = NextTracksRequest.getDefaultInstance(),
                reply = NextTracksResponse.getDefaultInstance(),
                defaultDeadline = 2000.milliseconds,
                isIdempotent = true,
                retryableCodes = setOf(Code.UNAVAILABLE),
                cache =
                    CachePolicy(
                        maxAge = 10000.milliseconds,
                        staleIfError = 600000.milliseconds,
                        key = { it.toBuilder().clearRequestId().build() },
                    ),
            )

        /** WatchStation. */
        public val WATCH_STATION: RpcMethod<WatchStationRequest, WatchStationResponse> =
            RpcMethod(
                name = "music.v1.RadioService/WatchStation",
                request = WatchStationRequest.getDefaultInstance(),
                reply = WatchStationResponse.getDefaultInstance(),
                defaultDeadline = 0.milliseconds,
                isIdempotent = true,
                retryableCodes = setOf(),
                type = MethodType.SERVER_STREAMING,
            )
    }
}
