package io.shortlist.conformance

import com.google.gson.JsonObject
import io.shortlist.sdk.ShortlistException
import kotlinx.coroutines.CancellationException
import kotlin.time.DurationUnit

/** The SDK lacks what a test is about. */
internal class UnsupportedException(
    reason: String,
) : RuntimeException(reason)

/** An error as the runner compares it. */
internal fun errorOf(error: Throwable): JsonObject =
    when (error) {
        is ShortlistException -> errorOf(error)
        is CancellationException -> errorOf(error, "CANCELLED")
        else -> errorOf(error, "UNKNOWN")
    }

internal fun errorOf(
    error: Throwable,
    code: String,
): JsonObject = jsonOf("code" to code, "message" to error.message.orEmpty(), "type" to error.javaClass.simpleName)

private fun errorOf(error: ShortlistException): JsonObject =
    errorOf(error, error.code.name).apply {
        addProperty("reason", error.reason)
        addProperty("request_id", error.requestId)
        add("metadata", jsonOf(*error.metadata.toList().toTypedArray()))
        add(
            "field_violations",
            jsonOf(error.fieldViolations.map { jsonOf("field" to it.field, "description" to it.description) }),
        )
        error.retryDelay?.let { addProperty("retry_delay_s", it.toDouble(DurationUnit.SECONDS)) }
    }
