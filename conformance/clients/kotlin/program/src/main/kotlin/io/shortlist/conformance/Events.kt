package io.shortlist.conformance

import com.google.gson.JsonObject
import com.google.protobuf.MessageLite
import io.shortlist.sdk.ImpressionTracker
import io.shortlist.sdk.ShortlistClient
import io.shortlist.sdk.ShortlistException
import io.shortlist.sdk.Subject
import io.shortlist.v1.Event
import io.shortlist.v1.Recommendation

/** Steps on the client's event queue and on the impression tracker of the last slate. */
internal class Events(
    private val client: ProgramClient,
    private val calls: Calls,
) {
    private var tracked: MessageLite? = null
    private lateinit var tracker: ImpressionTracker

    suspend fun enqueue(step: JsonObject) {
        for (bytes in step.messages()) client.get().eventQueue.enqueue(Event.parseFrom(bytes))
    }

    suspend fun flush(): JsonObject {
        val queue = client.get().eventQueue
        try {
            queue.flush()
        } catch (_: ShortlistException) {
            // The events stay pending, which the reply tells.
        }
        return jsonOf(
            "reply" to
                jsonOf(
                    "pending" to queue.size(),
                    "rejected" to jsonOf(client.rejected),
                    "dropped" to queue.droppedCount,
                ),
        )
    }

    suspend fun shown(step: JsonObject) {
        tracker().shown(item(step))
    }

    suspend fun clicked(step: JsonObject) {
        tracker().clicked(item(step))
    }

    private fun item(step: JsonObject): Recommendation {
        val items = slate().get("getRecommendationsList") as List<*>
        return items[step.child("request").number("position").toInt()] as Recommendation
    }

    private fun slate(): MessageLite = checkNotNull(calls.last?.second) { "no slate was asked for" }

    private fun tracker(): ImpressionTracker {
        val slate = slate()
        if (tracked !== slate) {
            val open = ShortlistClient::class.java.getMethod("impressions", slate.javaClass, Subject::class.java)
            tracker = open.invoke(client.get(), slate, subject()) as ImpressionTracker
            tracked = slate
        }
        return tracker
    }

    private fun subject(): Subject {
        val request = calls.last?.first
        val user = request?.get("getUserId") as String?
        return if (user.isNullOrEmpty()) {
            Subject.visitorId(request?.get("getVisitorId") as String? ?: "")
        } else {
            Subject.userId(user)
        }
    }
}

/** What a getter of a message returns; null: it has none such. */
private fun MessageLite.get(getter: String): Any? = javaClass.methods.find { it.name == getter }?.invoke(this)
