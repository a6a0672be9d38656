package io.shortlist.conformance

import com.google.gson.JsonObject
import com.google.protobuf.InvalidProtocolBufferException
import io.shortlist.sdk.CallInfo
import io.shortlist.sdk.CallOptions
import kotlinx.coroutines.delay
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.TimeSource

/** The steps of one test, one after the other, on one client. */
internal class Session(
    private val request: JsonObject,
) {
    private val options = request.child("options")
    private val client = ProgramClient(request)
    private val calls = Calls(client)
    private val events = Events(client, calls)

    @Volatile
    private var info: CallInfo? = null

    private val actions: Map<String, suspend (JsonObject) -> JsonObject> =
        mapOf(
            "call" to { calls.call(it, callOptions(it)) },
            "cancel_after" to { calls.cancelAfter(it, callOptions(it)) },
            "paginate_all" to { calls.paginateAll(it, callOptions(it)) },
            "stream" to { calls.stream(it, callOptions(it)) },
            "enqueue_events" to { done { events.enqueue(it) } },
            "flush" to { events.flush() },
            "send_events_then_flush" to {
                events.enqueue(it)
                events.flush()
            },
            "shown" to { done { events.shown(it) } },
            "clicked" to { done { events.clicked(it) } },
            "kill_and_restart" to { done { restart() } },
            "close" to { done { client.get().close() } },
            "background" to { done { client.get().onBackground() } },
            "wait" to { done { delay(it.number("after_ms")) } },
            "encode" to { encode(it) },
        )

    /** @throws UnsupportedException the SDK can't do what the test asks for. */
    fun requireSupported() {
        for (each in request.list("steps")) {
            val step = each.asJsonObject
            val action = step.text("do")
            if (action !in actions) throw UnsupportedException("$action is not known")
            if (step.has("method") && action != "encode") Rpcs[step.text("method")]
        }
    }

    /** Does a step and returns what came of it. */
    suspend fun outcome(step: JsonObject): JsonObject {
        info = null
        val begun = TimeSource.Monotonic.markNow()
        val found =
            try {
                actions.getValue(step.text("do"))(step)
            } catch (error: Exception) {
                jsonOf("error" to errorOf(error))
            }
        found.addProperty("elapsed_ms", begun.elapsedNow().inWholeMilliseconds)
        info?.let { found.add("info", json(it)) }
        return found
    }

    /** Lets go of the client; events that wait are not sent. */
    suspend fun release() {
        client.kill()
    }

    private suspend fun restart() {
        client.kill()
        client.get() // What an earlier process left is found when the client is there.
    }

    private fun callOptions(step: JsonObject): CallOptions =
        CallOptions(
            timeout = step.number("timeout_ms").takeIf { it > 0 }?.milliseconds,
            idempotencyKey = step.text("idempotency_key").ifEmpty { null },
            metadata = step.child("metadata").asMap().mapValues { it.value.asString },
            retries = options.flag("retry", true),
            maxItems = step.number("max_items").takeIf { it > 0 } ?: Long.MAX_VALUE,
            onInfo = { if (step.number("times") <= 1) info = it },
        )

    private fun json(told: CallInfo): JsonObject =
        jsonOf(
            "attempts" to told.attempts,
            "from_cache" to told.fromCache,
            "is_stale" to told.isStale,
            "request_id" to told.requestId,
        )
}

private suspend fun done(action: suspend () -> Unit): JsonObject {
    action()
    return jsonOf("reply" to JsonObject())
}

/** Messages of the SDK have no JSON: only bytes are read and written. */
private fun encode(step: JsonObject): JsonObject {
    val bytes = step.messages().firstOrNull()
    val parser = parserOf(step.text("method"))
    if (bytes == null || parser == null) return jsonOf("reply" to JsonObject())
    return try {
        val hex = deterministic(parser.parseFrom(bytes)).joinToString("") { "%02x".format(it) }
        jsonOf("reply" to jsonOf("hex" to hex))
    } catch (unreadable: InvalidProtocolBufferException) {
        jsonOf("error" to errorOf(unreadable, "INVALID_ARGUMENT"))
    }
}
