package io.music.sdk

import io.grpc.MethodDescriptor.MethodType
import io.grpc.Status.Code
import io.music.sdk.internal.Caller
import io.music.sdk.transport.RpcMethod
import io.music.v1.StreamPlaysRequest
import io.music.v1.StreamPlaysResponse
import io.music.v1.WritePlaysRequest
import io.music.v1.WritePlaysResponse
import kotlinx.coroutines.flow.Flow
import kotlin.time.Duration.Companion.milliseconds

/** Takes what is played. */
public class PlaysClient internal constructor(
    private val caller: Caller,
) {
    /** Writes plays and answers for each. */
    public suspend fun writePlays(
        request: WritePlaysRequest,
        options: CallOptions = CallOptions.DEFAULTS,
    ): WritePlaysResponse = caller.call(WRITE_PLAYS, request, options)

    /** Writes plays as they come. */
    public fun streamPlays(
        requests: Flow<StreamPlaysRequest>,
        options: CallOptions = CallOptions.DEFAULTS,
    ): Flow<StreamPlaysResponse> = caller.stream(STREAM_PLAYS, requests, options)

    /** The methods, for transports and mocks. */
    public companion object {
        /** WritePlays. */
        public val WRITE_PLAYS: RpcMethod<WritePlaysRequest, WritePlaysResponse> =
            RpcMethod(
                name = "music.v1.PlayService/WritePlays",
                request = WritePlaysRequest.getDefaultInstance(),
                reply = WritePlaysResponse.getDefaultInstance(),
                defaultDeadline = 10000.milliseconds,
                isIdempotent = true,
                retryableCodes = setOf(Code.UNAVAILABLE),
            )

        /** StreamPlays. */
        public val STREAM_PLAYS: RpcMethod<StreamPlaysRequest, StreamPlaysResponse> =
            RpcMethod(
                name = "music.v1.PlayService/StreamPlays",
                request = StreamPlaysRequest.getDefaultInstance(),
                reply = StreamPlaysResponse.getDefaultInstance(),
                defaultDeadline = 0.milliseconds,
                isIdempotent = true,
                retryableCodes = setOf(),
                type = MethodType.BIDI_STREAMING,
            )
    }
}
