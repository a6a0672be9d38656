package io.shortlist.sdk

import io.grpc.MethodDescriptor.MethodType
import io.grpc.Status.Code
import io.shortlist.google.longrunning.Operation
import io.shortlist.sdk.internal.Caller
import io.shortlist.sdk.transport.RpcMethod
import io.shortlist.v1.BatchWriteEventsRequest
import io.shortlist.v1.BatchWriteEventsResponse
import io.shortlist.v1.ImportEventsMetadata
import io.shortlist.v1.ImportEventsRequest
import io.shortlist.v1.ImportEventsResponse
import io.shortlist.v1.StreamEventsRequest
import io.shortlist.v1.StreamEventsResponse
import io.shortlist.v1.WriteEventRequest
import io.shortlist.v1.WriteEventResponse
import kotlinx.coroutines.flow.Flow
import kotlin.time.Duration.Companion.milliseconds

/**
 * Takes what users do. A reply means that the event is durable; a replay is harmless.
 *
 * Every method may return the CREDENTIALS reasons, SCOPE_INSUFFICIENT, QUOTA_EXHAUSTED,
 * SUBJECT_MISMATCH, OVERLOADED, STORAGE_FULL, DEADLINE_TOO_SHORT and INTERNAL.
 */
public class EventsClient internal constructor(
    private val caller: Caller,
) {
    /**
     * Writes one event. Errors: INVALID_REQUEST, EVENT_TOO_OLD, EVENT_FROM_FUTURE,
     * EVENT_ID_CONFLICT.
     */
    public suspend fun writeEvent(
        request: WriteEventRequest,
        options: CallOptions = CallOptions.DEFAULTS,
    ): WriteEventResponse = caller.call(WRITE_EVENT, request, options)

    /**
     * Writes up to 500 events and answers for each: one bad event does not fail the others. Errors
     * of the whole batch: INVALID_REQUEST, BATCH_TOO_LARGE.
     */
    public suspend fun batchWriteEvents(
        request: BatchWriteEventsRequest,
        options: CallOptions = CallOptions.DEFAULTS,
    ): BatchWriteEventsResponse = caller.call(BATCH_WRITE_EVENTS, request, options)

    /** Writes events as they come and acknowledges each, in any order. */
    public fun streamEvents(
        requests: Flow<StreamEventsRequest>,
        options: CallOptions = CallOptions.DEFAULTS,
    ): Flow<StreamEventsResponse> = caller.stream(STREAM_EVENTS, requests, options)

    /**
     * Imports a file of events that lies in the deployment's import folder. Errors:
     * INVALID_REQUEST. The operation's response is ImportEventsResponse, its metadata
     * ImportEventsMetadata.
     */
    public suspend fun importEvents(
        request: ImportEventsRequest,
        options: CallOptions = CallOptions.DEFAULTS,
    ): Operation = caller.call(IMPORT_EVENTS, request, options)

    /** The methods, for transports and mocks. */
    public companion object {
        /** WriteEvent. */
        public val WRITE_EVENT: RpcMethod<WriteEventRequest, WriteEventResponse> =
            RpcMethod(
                name = "shortlist.v1.EventService/WriteEvent",
                request = WriteEventRequest.getDefaultInstance(),
                reply = WriteEventResponse.getDefaultInstance(),
                defaultDeadline = 5000.milliseconds,
                isIdempotent = true,
                retryableCodes = setOf(Code.UNAVAILABLE),
            )

        /** BatchWriteEvents. */
        public val BATCH_WRITE_EVENTS: RpcMethod<BatchWriteEventsRequest, BatchWriteEventsResponse> =
            RpcMethod(
                name = "shortlist.v1.EventService/BatchWriteEvents",
                request = BatchWriteEventsRequest.getDefaultInstance(),
                reply = BatchWriteEventsResponse.getDefaultInstance(),
                defaultDeadline = 10000.milliseconds,
                isIdempotent = true,
                retryableCodes = setOf(Code.UNAVAILABLE),
            )

        /** StreamEvents. */
        public val STREAM_EVENTS: RpcMethod<StreamEventsRequest, StreamEventsResponse> =
            RpcMethod(
                name = "shortlist.v1.EventService/StreamEvents",
                request = StreamEventsRequest.getDefaultInstance(),
                reply = StreamEventsResponse.getDefaultInstance(),
                defaultDeadline = 0.milliseconds,
                isIdempotent = true,
                retryableCodes = setOf(Code.UNAVAILABLE),
                type = MethodType.BIDI_STREAMING,
            )

        /** ImportEvents. */
        public val IMPORT_EVENTS: RpcMethod<ImportEventsRequest, Operation> =
            RpcMethod(
                name = "shortlist.v1.EventService/ImportEvents",
                request = ImportEventsRequest.getDefaultInstance(),
                reply = Operation.getDefaultInstance(),
                defaultDeadline = 30000.milliseconds,
                isIdempotent = false,
                retryableCodes = setOf(),
            )
    }
}
