package io.music.sdk;

import io.music.v1.Pick;
import io.music.v1.Play;
import io.music.v1.PlayKind;
import io.music.v1.PlayedTrack;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Tells the server what of one slate was shown and what came of it. Each item counts as shown once,
 * however often it is reported. Thread-safe.
 */
public final class ImpressionTracker {
  private final EventQueue<Play> queue;
  private final Subject subject;
  private final String attributionToken;
  private final Set<String> shown = ConcurrentHashMap.newKeySet();

  /**
   * Tracks a slate of which only the token is known; replies go to the client's {@code
   * impressions}.
   */
  public ImpressionTracker(EventQueue<Play> queue, Subject subject, String attributionToken) {
    this.queue = queue;
    this.subject = subject;
    this.attributionToken = attributionToken;
  }

  /** The item came into view; false: it had been reported before. */
  public boolean shown(Pick item) {
    boolean isFirst = shown.add(item.getTrackId());
    if (isFirst) {
      event(PlayKind.PLAY_KIND_IMPRESSION, item);
    }
    return isFirst;
  }

  /** The item was opened. */
  public Play clicked(Pick item) {
    return event(PlayKind.PLAY_KIND_CLICK, item);
  }

  /** Something else was done with the item. */
  public Play event(PlayKind type, Pick item) {
    PlayedTrack.Builder entry = PlayedTrack.newBuilder();
    entry.setTrackId(item.getTrackId());
    entry.setPlace(item.getPlace());
    Play.Builder event = Play.newBuilder().setKind(type).addTracks(entry);
    event.setRadioToken(attributionToken);
    subject.setOn(event);
    return queue.enqueue(event.build());
  }
}
