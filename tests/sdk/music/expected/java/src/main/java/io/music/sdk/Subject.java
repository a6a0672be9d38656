package io.music.sdk;

import io.music.v1.Play;
import java.util.function.Consumer;

/** For whom events are. */
public final class Subject {
  private final Consumer<Play.Builder> setter;

  private Subject(Consumer<Play.Builder> setter) {
    this.setter = setter;
  }

  /** One with this {@code listenerId}. */
  public static Subject listenerId(String id) {
    return new Subject(event -> event.setListenerId(id));
  }

  /** One with this {@code deviceId}. */
  public static Subject deviceId(String id) {
    return new Subject(event -> event.setDeviceId(id));
  }

  void setOn(Play.Builder event) {
    setter.accept(event);
  }
}
