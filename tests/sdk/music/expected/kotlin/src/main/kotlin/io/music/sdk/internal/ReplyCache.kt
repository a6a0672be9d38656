package io.music.sdk.internal

import com.google.protobuf.ByteString
import com.google.protobuf.CodedOutputStream
import com.google.protobuf.MessageLite
import io.music.sdk.Hooks
import io.music.sdk.transport.RpcMethod
import kotlin.time.Duration
import kotlin.time.Duration.Companion.milliseconds

private const val MAX_ENTRIES = 100

/** Keeps replies in memory, those used last; thread-safe. */
internal class ReplyCache(
    private val hooks: Hooks,
) {
    private val entries = LinkedHashMap<Key, Entry>(MAX_ENTRIES, 0.75f, true)

    /** Returns the key of a request, or null if the method's replies may not be kept. */
    fun <Q : MessageLite> key(
        method: RpcMethod<Q, *>,
        request: Q,
    ): Key? = method.cache?.let { Key(method.name, canonical(it.key(request))) }

    /** Returns a reply that is no older than [age]. */
    @Synchronized
    fun get(
        key: Key,
        age: Duration,
    ): MessageLite? {
        val entry = entries[key] ?: return null
        val actual = (hooks.nowMillis() - entry.storedMillis).milliseconds
        return entry.reply.takeIf { actual <= age && !actual.isNegative() }
    }

    @Synchronized
    fun put(
        key: Key,
        reply: MessageLite,
    ) {
        entries[key] = Entry(reply, hooks.nowMillis())
        if (entries.size > MAX_ENTRIES) entries.remove(entries.keys.first())
    }

    @Synchronized
    fun clear() {
        entries.clear()
    }

    /** The same bytes for the same request, whatever the order its maps were filled in. */
    private fun canonical(request: MessageLite): ByteString {
        val bytes = ByteArray(request.serializedSize)
        val out = CodedOutputStream.newInstance(bytes)
        out.useDeterministicSerialization()
        request.writeTo(out)
        return ByteString.copyFrom(bytes)
    }

    data class Key(
        val method: String,
        val request: ByteString,
    )

    private class Entry(
        val reply: MessageLite,
        val storedMillis: Long,
    )
}
