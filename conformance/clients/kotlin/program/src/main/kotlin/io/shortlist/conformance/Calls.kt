package io.shortlist.conformance

import com.google.gson.JsonObject
import com.google.protobuf.CodedOutputStream
import com.google.protobuf.MessageLite
import io.shortlist.sdk.CallOptions
import io.shortlist.sdk.Paged
import io.shortlist.sdk.ShortlistException
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.asFlow
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.flow.toList

/** Steps that call methods. */
internal class Calls(
    private val client: ProgramClient,
) {
    /** The last call that was answered: its request and its reply. */
    var last: Pair<MessageLite, MessageLite>? = null
        private set

    suspend fun call(
        step: JsonObject,
        options: CallOptions,
    ): JsonObject {
        val times = step.number("times").toInt()
        return if (times > 1) burst(step, options, times) else replyOf(called(step, options))
    }

    suspend fun cancelAfter(
        step: JsonObject,
        options: CallOptions,
    ): JsonObject =
        coroutineScope {
            val call = async { called(step, options) }
            delay(step.number("after_ms"))
            call.cancel()
            replyOf(call.await())
        }

    suspend fun paginateAll(
        step: JsonObject,
        options: CallOptions,
    ): JsonObject {
        val paged = rpc(step).open(client.get(), "Paged", request(step), options) as Paged<*, *>
        val items = mutableListOf<String>()
        val outcome = JsonObject()
        try {
            paged.items().collect { items += base64((it as MessageLite).toByteArray()) }
        } catch (error: ShortlistException) {
            outcome.add("error", errorOf(error))
        }
        outcome.add("reply_bytes", jsonOf(items))
        return outcome
    }

    suspend fun stream(
        step: JsonObject,
        options: CallOptions,
    ): JsonObject {
        val rpc = rpc(step)
        val requests = step.messages().map { rpc.request(it) }.asFlow()
        val replies = rpc.open(client.get(), "", requests, options) as Flow<*>
        val found = replies.map { base64((it as MessageLite).toByteArray()) }.toList()
        return jsonOf("reply_bytes" to jsonOf(found))
    }

    private suspend fun burst(
        step: JsonObject,
        options: CallOptions,
        times: Int,
    ): JsonObject {
        val failed =
            coroutineScope {
                List(times) { async { hasFailed(step, options) } }.awaitAll().count { it }
            }
        return jsonOf("reply" to jsonOf("succeeded" to times - failed, "failed" to failed))
    }

    private suspend fun hasFailed(
        step: JsonObject,
        options: CallOptions,
    ): Boolean =
        try {
            rpc(step).call(client.get(), request(step), options)
            false
        } catch (_: ShortlistException) {
            true
        }

    private suspend fun called(
        step: JsonObject,
        options: CallOptions,
    ): MessageLite {
        val request = request(step)
        val reply = rpc(step).call(client.get(), request, options)
        last = request to reply
        return reply
    }

    private fun rpc(step: JsonObject): Rpc = Rpcs[step.text("method")]

    private fun request(step: JsonObject): MessageLite =
        rpc(step).request(step.messages().firstOrNull() ?: ByteArray(0))
}

private fun replyOf(reply: MessageLite): JsonObject =
    jsonOf("reply_bytes" to jsonOf(listOf(base64(reply.toByteArray()))))

/** The same bytes for equal messages, whatever the order their maps were filled in. */
internal fun deterministic(message: MessageLite): ByteArray {
    val bytes = ByteArray(message.serializedSize)
    val out = CodedOutputStream.newInstance(bytes)
    out.useDeterministicSerialization()
    message.writeTo(out)
    return bytes
}
