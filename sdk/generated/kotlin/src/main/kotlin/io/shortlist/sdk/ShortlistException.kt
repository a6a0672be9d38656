package io.shortlist.sdk

import com.google.protobuf.Any
import io.grpc.Status
import kotlin.time.Duration

/**
 * A call has failed. Each reason of the contract has a type of its own in
 * `io.shortlist.sdk.errors`; a reason that is newer than this package comes as this one.
 */
public open class ShortlistException(
    private val failure: Failure,
) : RuntimeException(failure.describe(), failure.cause) {
    /** Canonical code. */
    public val code: Status.Code get() = failure.code

    /** The contract's reason, such as `INVALID_REQUEST`; empty: none was given. */
    public val reason: String get() = failure.reason

    /** What the server says of the reason, such as the name of the missing resource. */
    public val metadata: Map<String, String> get() = failure.metadata

    /** All details, known to this client or not. */
    public val details: List<Any> get() = failure.details

    /** Fields that the server refused. */
    public val fieldViolations: List<FieldViolation> get() = failure.fieldViolations

    /** What to quote to the operators of the server. */
    public val requestId: String get() = failure.requestId

    /** When the server asks to try again; null: it does not. */
    public val retryDelay: Duration? get() = failure.retryDelay
}

/** The call's total time was over before it was answered. */
public class DeadlineExceededException(
    failure: Failure,
) : ShortlistException(failure)

/**
 * A field of a request that the server refused.
 *
 * @property field its path, such as `page_size`.
 * @property description what is wrong with it.
 */
public data class FieldViolation(
    public val field: String,
    public val description: String,
)

/** What is known of an error; its exception is made from it. */
public class Failure(
    internal val code: Status.Code,
    internal val message: String,
    internal val reason: String = "",
    internal val metadata: Map<String, String> = emptyMap(),
    internal val details: List<Any> = emptyList(),
    internal val fieldViolations: List<FieldViolation> = emptyList(),
    internal val requestId: String = "",
    internal val retryDelay: Duration? = null,
    internal val cause: Throwable? = null,
) {
    internal fun describe(): String {
        val id = if (requestId.isEmpty()) "" else " (request $requestId)"
        return "${reason.ifEmpty { code.name }}: $message$id"
    }
}
