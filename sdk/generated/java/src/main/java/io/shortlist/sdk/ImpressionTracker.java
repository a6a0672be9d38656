package io.shortlist.sdk;

import io.shortlist.v1.Event;
import io.shortlist.v1.EventItem;
import io.shortlist.v1.EventType;
import io.shortlist.v1.Recommendation;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Tells the server what of one slate was shown and what came of it. Each item counts as shown once,
 * however often it is reported. Thread-safe.
 */
public final class ImpressionTracker {
  private final EventQueue<Event> queue;
  private final Subject subject;
  private final String attributionToken;
  private final Set<String> shown = ConcurrentHashMap.newKeySet();

  /**
   * Tracks a slate of which only the token is known; replies go to the client's {@code
   * impressions}.
   */
  public ImpressionTracker(EventQueue<Event> queue, Subject subject, String attributionToken) {
    this.queue = queue;
    this.subject = subject;
    this.attributionToken = attributionToken;
  }

  /** The item came into view; false: it had been reported before. */
  public boolean shown(Recommendation item) {
    boolean isFirst = shown.add(item.getItemId());
    if (isFirst) {
      event(EventType.EVENT_TYPE_IMPRESSION, item);
    }
    return isFirst;
  }

  /** The item was opened. */
  public Event clicked(Recommendation item) {
    return event(EventType.EVENT_TYPE_CLICK, item);
  }

  /** Something else was done with the item. */
  public Event event(EventType type, Recommendation item) {
    EventItem.Builder entry = EventItem.newBuilder();
    entry.setItemId(item.getItemId());
    entry.setPosition(item.getPosition());
    Event.Builder event = Event.newBuilder().setType(type).addItems(entry);
    event.setAttributionToken(attributionToken);
    subject.setOn(event);
    return queue.enqueue(event.build());
  }
}
