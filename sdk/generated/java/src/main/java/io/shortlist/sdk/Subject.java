package io.shortlist.sdk;

import io.shortlist.v1.Event;
import java.util.function.Consumer;

/** For whom events are. */
public final class Subject {
  private final Consumer<Event.Builder> setter;

  private Subject(Consumer<Event.Builder> setter) {
    this.setter = setter;
  }

  /** One with this {@code userId}. */
  public static Subject userId(String id) {
    return new Subject(event -> event.setUserId(id));
  }

  /** One with this {@code visitorId}. */
  public static Subject visitorId(String id) {
    return new Subject(event -> event.setVisitorId(id));
  }

  void setOn(Event.Builder event) {
    setter.accept(event);
  }
}
