package io.music.sdk;

import io.music.sdk.internal.Caller;
import io.music.sdk.internal.Sdk;
import io.music.sdk.transport.GrpcTransport;
import io.music.sdk.transport.Transport;
import io.music.v1.NextTracksResponse;
import io.music.v1.Play;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * The client of Music. Thread-safe; make one and keep it, since it holds the connection, the
 * retry budget, the event queue and the token. Close it at the end.
 */
public final class MusicClient implements AutoCloseable {
  private final Caller caller;
  private final EventQueue<Play> eventQueue;
  private final AlbumsClient albums;
  private final PlaysClient plays;
  private final RadiosClient radios;
  private final ChartsClient charts;

  private MusicClient(Builder builder) {
    Hooks hooks = builder.hooks == null ? Hooks.system() : builder.hooks;
    Transport transport =
        builder.transport == null
            ? GrpcTransport.connect(builder.endpoint, Sdk.USER_AGENT)
            : builder.transport;
    caller =
        new Caller(transport, builder.credentials, builder.interceptors, builder.telemetry, hooks);
    eventQueue = new EventQueue<>(new QueuedEvents(caller), builder.eventQueueOptions, hooks);
    albums = new AlbumsClient(caller);
    plays = new PlaysClient(caller);
    radios = new RadiosClient(caller);
    charts = new ChartsClient(caller);
  }

  /**
   * Starts a client.
   *
   * @param endpoint {@code https://host[:port]}, or {@code http://host:port} without TLS
   */
  public static Builder builder(String endpoint) {
    return new Builder(Objects.requireNonNull(endpoint, "endpoint"));
  }

  /** Starts a client on a transport of its own, such as a mock. */
  public static Builder builder(Transport transport) {
    return new Builder("").transport(transport);
  }

  /** Keeps albums. */
  public AlbumsClient albums() {
    return albums;
  }

  /** Takes what is played. */
  public PlaysClient plays() {
    return plays;
  }

  /** Plays without end. */
  public RadiosClient radios() {
    return radios;
  }

  /** Keeps the charts. */
  public ChartsClient charts() {
    return charts;
  }

  /** Collects events and sends them in batches. */
  public EventQueue<Play> eventQueue() {
    return eventQueue;
  }

  /** Tracks what of a slate is shown and opened. */
  public ImpressionTracker impressions(NextTracksResponse slate, Subject subject) {
    return new ImpressionTracker(eventQueue, subject, slate.getRadioToken());
  }

  /** Sends the events that wait and closes the connection. */
  @Override
  public void close() {
    eventQueue.close();
    caller.close();
  }

  /** What a client is made of. */
  public static final class Builder {
    private final String endpoint;
    private final List<Interceptor> interceptors = new ArrayList<>();
    private Credentials credentials = Credentials.none();
    private Telemetry telemetry = Telemetry.NONE;
    private Transport transport;
    private Hooks hooks;
    private EventQueueOptions<Play> eventQueueOptions = EventQueueOptions.<Play>builder().build();

    private Builder(String endpoint) {
      this.endpoint = endpoint;
    }

    /** Says who the client is; nobody if not set. */
    public Builder credentials(Credentials credentials) {
      this.credentials = credentials;
      return this;
    }

    /** Adds an interceptor inside those added before. */
    public Builder interceptor(Interceptor interceptor) {
      interceptors.add(interceptor);
      return this;
    }

    /** Is told of calls and attempts. */
    public Builder telemetry(Telemetry telemetry) {
      this.telemetry = telemetry;
      return this;
    }

    /** When the event queue sends, and whom it tells. */
    public Builder eventQueue(EventQueueOptions<Play> options) {
      eventQueueOptions = options;
      return this;
    }

    /** Carries the calls instead of gRPC; closed with the client. */
    public Builder transport(Transport transport) {
      this.transport = transport;
      return this;
    }

    /** Clock, chance and sleep, for tests; closed with the client. */
    public Builder hooks(Hooks hooks) {
      this.hooks = hooks;
      return this;
    }

    /** The client; it connects with its first call. */
    public MusicClient build() {
      return new MusicClient(this);
    }
  }
}
