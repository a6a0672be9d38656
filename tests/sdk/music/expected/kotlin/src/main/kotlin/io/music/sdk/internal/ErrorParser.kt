package io.music.sdk.internal

import com.google.protobuf.Any
import com.google.protobuf.ByteString
import com.google.protobuf.InvalidProtocolBufferException
import com.google.protobuf.MessageLite
import com.google.protobuf.Parser
import io.grpc.Status.Code
import io.music.google.rpc.BadRequest
import io.music.google.rpc.ErrorInfo
import io.music.google.rpc.RequestInfo
import io.music.google.rpc.RetryInfo
import io.music.google.rpc.Status
import io.music.sdk.DeadlineExceededException
import io.music.sdk.Failure
import io.music.sdk.FieldViolation
import io.music.sdk.MusicException
import io.music.sdk.errors.typedError
import io.music.sdk.transport.TransportException
import kotlin.time.Duration
import kotlin.time.Duration.Companion.nanoseconds
import kotlin.time.Duration.Companion.seconds

private const val REQUEST_ID = "x-request-id"
private const val RETRY_AFTER = "retry-after"
private const val MAX_RETRY_AFTER_DIGITS = 9

/** Makes typed errors of what the wire says. */
internal object ErrorParser {
    /** The error of a failed attempt. */
    fun parse(
        error: TransportException,
        sentRequestId: String,
    ): MusicException {
        val status = parse(error.status, Status.parser()) ?: Status.getDefaultInstance()
        val answeredId = error.headers[REQUEST_ID].orEmpty()
        return typed(error.code, error.message.orEmpty(), status, error.cause) { fromDetails ->
            Defaults(
                requestId = answeredId.ifEmpty { fromDetails.ifEmpty { sentRequestId } },
                retryDelay = retryAfter(error.headers),
            )
        }
    }

    /** The error in a reply that answers for each entry. */
    fun parse(
        status: Status,
        requestId: String,
    ): MusicException {
        val code =
            io.grpc.Status
                .fromCodeValue(status.code)
                .code
        return typed(code, status.message, status, null) { Defaults(it.ifEmpty { requestId }, null) }
    }

    /** An error that arose on this side. */
    fun local(
        code: Code,
        message: String,
        requestId: String,
        cause: Throwable? = null,
    ): MusicException = typed(Failure(code, message, requestId = requestId, cause = cause))

    private class Defaults(
        val requestId: String,
        val retryDelay: Duration?,
    )

    private fun typed(
        code: Code,
        message: String,
        status: Status,
        cause: Throwable?,
        defaults: (String) -> Defaults,
    ): MusicException {
        val details = status.detailsList
        val info = unpack(details, "google.rpc.ErrorInfo", ErrorInfo.parser())
        val request = unpack(details, "google.rpc.RequestInfo", RequestInfo.parser())
        val retry = unpack(details, "google.rpc.RetryInfo", RetryInfo.parser())
        val bad = unpack(details, "google.rpc.BadRequest", BadRequest.parser())
        val fallback = defaults(request?.requestId.orEmpty())
        return typed(
            Failure(
                code = code,
                message = message,
                reason = info?.reason.orEmpty(),
                metadata = info?.metadataMap.orEmpty(),
                details = details,
                fieldViolations =
                    bad?.fieldViolationsList.orEmpty().map { FieldViolation(it.field, it.description) },
                requestId = fallback.requestId,
                retryDelay = retry?.retryDelay?.let { duration(it) } ?: fallback.retryDelay,
                cause = cause,
            ),
        )
    }

    private fun typed(failure: Failure): MusicException =
        if (failure.reason.isEmpty() && failure.code == Code.DEADLINE_EXCEEDED) {
            DeadlineExceededException(failure)
        } else {
            typedError(failure)
        }

    private fun duration(proto: com.google.protobuf.Duration): Duration =
        proto.seconds.seconds + proto.nanos.nanoseconds

    /** The first detail of a type; one that can't be read counts as absent. */
    private fun <M : MessageLite> unpack(
        details: List<Any>,
        type: String,
        parser: Parser<M>,
    ): M? = details.firstOrNull { it.typeUrl.endsWith("/$type") }?.let { parse(it.value, parser) }

    private fun <M : MessageLite> parse(
        bytes: ByteString,
        parser: Parser<M>,
    ): M? =
        try {
            parser.parseFrom(bytes)
        } catch (_: InvalidProtocolBufferException) {
            null // The code alone still tells what to do.
        }

    /** Only the form in seconds: a date would need the server's clock. */
    private fun retryAfter(headers: Map<String, String>): Duration? =
        headers[RETRY_AFTER]?.takeIf { it.length <= MAX_RETRY_AFTER_DIGITS }?.toLongOrNull()?.seconds
}
