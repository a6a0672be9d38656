package io.shortlist.sdk

import io.shortlist.v1.Event
import io.shortlist.v1.EventItem
import io.shortlist.v1.EventType
import io.shortlist.v1.Recommendation
import java.util.concurrent.ConcurrentHashMap

/**
 * Tells the server what of one slate was shown and what came of it. Each item counts as shown once,
 * however often it is reported. For replies see the client's `impressions`.
 */
public class ImpressionTracker(
    private val queue: EventQueue<Event>,
    private val subject: Subject,
    private val attributionToken: String,
) {
    private val shown = ConcurrentHashMap<String, Unit>()

    /** The item came into view; false: it had been reported before. */
    public suspend fun shown(item: Recommendation): Boolean {
        val isFirst = shown.putIfAbsent(item.getItemId(), Unit) == null
        if (isFirst) event(EventType.EVENT_TYPE_IMPRESSION, item)
        return isFirst
    }

    /** The item was opened. */
    public suspend fun clicked(item: Recommendation): Event = event(EventType.EVENT_TYPE_CLICK, item)

    /** Something else was done with the item. */
    public suspend fun event(
        type: EventType,
        item: Recommendation,
    ): Event {
        val entry = EventItem.newBuilder().setItemId(item.getItemId())
        entry.setPosition(item.getPosition())
        val event =
            Event
                .newBuilder()
                .setType(type)
                .addItems(entry)
                .setAttributionToken(attributionToken)
        subject.setOn(event)
        return queue.enqueue(event.build())
    }
}
