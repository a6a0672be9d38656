package io.music.sdk

import io.music.v1.Pick
import io.music.v1.Play
import io.music.v1.PlayKind
import io.music.v1.PlayedTrack
import java.util.concurrent.ConcurrentHashMap

/**
 * Tells the server what of one slate was shown and what came of it. Each item counts as shown once,
 * however often it is reported. For replies see the client's `impressions`.
 */
public class ImpressionTracker(
    private val queue: EventQueue<Play>,
    private val subject: Subject,
    private val attributionToken: String,
) {
    private val shown = ConcurrentHashMap<String, Unit>()

    /** The item came into view; false: it had been reported before. */
    public suspend fun shown(item: Pick): Boolean {
        val isFirst = shown.putIfAbsent(item.getTrackId(), Unit) == null
        if (isFirst) event(PlayKind.PLAY_KIND_IMPRESSION, item)
        return isFirst
    }

    /** The item was opened. */
    public suspend fun clicked(item: Pick): Play = event(PlayKind.PLAY_KIND_CLICK, item)

    /** Something else was done with the item. */
    public suspend fun event(
        type: PlayKind,
        item: Pick,
    ): Play {
        val entry = PlayedTrack.newBuilder().setTrackId(item.getTrackId())
        entry.setPlace(item.getPlace())
        val event =
            Play
                .newBuilder()
                .setKind(type)
                .addTracks(entry)
                .setRadioToken(attributionToken)
        subject.setOn(event)
        return queue.enqueue(event.build())
    }
}
