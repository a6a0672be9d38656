package io.shortlist.conformance

import com.google.gson.JsonArray
import com.google.gson.JsonElement
import com.google.gson.JsonNull
import com.google.gson.JsonObject
import com.google.gson.JsonPrimitive
import java.util.Base64

// Fields of requests; absent ones have their defaults, as in the JSON mapping of protobuf.

internal fun JsonObject.has(name: String): Boolean = get(name)?.isJsonNull == false

internal fun JsonObject.text(name: String): String = if (has(name)) get(name).asString else ""

internal fun JsonObject.number(name: String): Long = if (has(name)) get(name).asLong else 0

internal fun JsonObject.flag(
    name: String,
    otherwise: Boolean,
): Boolean = if (has(name)) get(name).asBoolean else otherwise

internal fun JsonObject.child(name: String): JsonObject {
    val found = get(name)
    return if (found is JsonObject) found else JsonObject()
}

internal fun JsonObject.list(name: String): JsonArray = if (has(name)) getAsJsonArray(name) else JsonArray()

/** The messages of a step in binary form. */
internal fun JsonObject.messages(): List<ByteArray> =
    list("request_bytes").map { Base64.getDecoder().decode(it.asString) }

internal fun base64(bytes: ByteArray): String = Base64.getEncoder().encodeToString(bytes)

internal fun jsonOf(vararg fields: Pair<String, Any?>): JsonObject =
    JsonObject().apply { fields.forEach { (name, value) -> add(name, json(value)) } }

internal fun jsonOf(values: Iterable<Any?>): JsonArray = JsonArray().apply { values.forEach { add(json(it)) } }

private fun json(value: Any?): JsonElement =
    when (value) {
        null -> JsonNull.INSTANCE
        is JsonElement -> value
        is Number -> JsonPrimitive(value)
        is Boolean -> JsonPrimitive(value)
        else -> JsonPrimitive(value.toString())
    }
