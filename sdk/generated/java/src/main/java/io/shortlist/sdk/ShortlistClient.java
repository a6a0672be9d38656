package io.shortlist.sdk;

import io.shortlist.sdk.internal.Caller;
import io.shortlist.sdk.internal.Sdk;
import io.shortlist.sdk.transport.GrpcTransport;
import io.shortlist.sdk.transport.Transport;
import io.shortlist.v1.Event;
import io.shortlist.v1.ListTrendingResponse;
import io.shortlist.v1.RankItemsResponse;
import io.shortlist.v1.RecommendResponse;
import io.shortlist.v1.RecommendSimilarResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * The client of Shortlist. Thread-safe; make one and keep it, since it holds the connection, the
 * retry budget, the event queue and the token. Close it at the end.
 */
public final class ShortlistClient implements AutoCloseable {
  private final Caller caller;
  private final EventQueue<Event> eventQueue;
  private final CatalogClient catalog;
  private final EventsClient events;
  private final RecommendationsClient recommendations;
  private final UsersClient users;
  private final ExplanationsClient explanations;
  private final RulesClient rules;
  private final ServingConfigsClient servingConfigs;

  private ShortlistClient(Builder builder) {
    Hooks hooks = builder.hooks == null ? Hooks.system() : builder.hooks;
    Transport transport =
        builder.transport == null
            ? GrpcTransport.connect(builder.endpoint, Sdk.USER_AGENT)
            : builder.transport;
    caller =
        new Caller(transport, builder.credentials, builder.interceptors, builder.telemetry, hooks);
    eventQueue = new EventQueue<>(new QueuedEvents(caller), builder.eventQueueOptions, hooks);
    catalog = new CatalogClient(caller);
    events = new EventsClient(caller);
    recommendations = new RecommendationsClient(caller);
    users = new UsersClient(caller);
    explanations = new ExplanationsClient(caller);
    rules = new RulesClient(caller);
    servingConfigs = new ServingConfigsClient(caller);
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

  /**
   * Keeps the catalogue. A written item is recommendable within seconds; while it is deleted or
   * unavailable it never appears.
   *
   * <p>Every method may return the CREDENTIALS reasons, SCOPE_INSUFFICIENT, QUOTA_EXHAUSTED,
   * OVERLOADED, DEADLINE_TOO_SHORT and INTERNAL; writes also STORAGE_FULL.
   */
  public CatalogClient catalog() {
    return catalog;
  }

  /**
   * Takes what users do. A reply means that the event is durable; a replay is harmless.
   *
   * <p>Every method may return the CREDENTIALS reasons, SCOPE_INSUFFICIENT, QUOTA_EXHAUSTED,
   * SUBJECT_MISMATCH, OVERLOADED, STORAGE_FULL, DEADLINE_TOO_SHORT and INTERNAL.
   */
  public EventsClient events() {
    return events;
  }

  /**
   * Answers with slates: ranked lists of items for a subject, an item or a page.
   *
   * <p>An unknown user, an unknown seed, an empty history and fewer candidates than asked for are
   * not errors. Every method may return the CREDENTIALS reasons, SCOPE_INSUFFICIENT,
   * SUBJECT_MISMATCH, QUOTA_EXHAUSTED, OVERLOADED, DEADLINE_TOO_SHORT, DEPENDENCY_UNAVAILABLE and
   * INTERNAL. A reply may be kept for 5 seconds, so long as an item that was deleted meanwhile may
   * still be in it.
   */
  public RecommendationsClient recommendations() {
    return recommendations;
  }

  /**
   * Keeps profiles and honours the rights of users over their data.
   *
   * <p>Every method may return the CREDENTIALS reasons, SCOPE_INSUFFICIENT, QUOTA_EXHAUSTED,
   * SUBJECT_MISMATCH, OVERLOADED, DEADLINE_TOO_SHORT and INTERNAL; writes also STORAGE_FULL.
   */
  public UsersClient users() {
    return users;
  }

  /**
   * Says why a request is answered as it is.
   *
   * <p>Every method may return the CREDENTIALS reasons, SCOPE_INSUFFICIENT, QUOTA_EXHAUSTED,
   * OVERLOADED, DEADLINE_TOO_SHORT and INTERNAL.
   */
  public ExplanationsClient explanations() {
    return explanations;
  }

  /**
   * Keeps the rules of the surfaces: pins, caps, boosts and blocks. A write is durable when it is
   * answered, and counts for every request that begins after that.
   *
   * <p>Every method may return the CREDENTIALS reasons, SCOPE_INSUFFICIENT, QUOTA_EXHAUSTED,
   * OVERLOADED, DEADLINE_TOO_SHORT and INTERNAL; writes also STORAGE_FULL.
   */
  public RulesClient rules() {
    return rules;
  }

  /**
   * Keeps the surfaces. A write is durable when it is answered, and counts for every request that
   * begins after that; feeds go on.
   *
   * <p>Every method may return the CREDENTIALS reasons, SCOPE_INSUFFICIENT, QUOTA_EXHAUSTED,
   * OVERLOADED, DEADLINE_TOO_SHORT and INTERNAL; writes also STORAGE_FULL.
   */
  public ServingConfigsClient servingConfigs() {
    return servingConfigs;
  }

  /** Collects events and sends them in batches. */
  public EventQueue<Event> eventQueue() {
    return eventQueue;
  }

  /** Tracks what of a slate is shown and opened. */
  public ImpressionTracker impressions(RecommendResponse slate, Subject subject) {
    return new ImpressionTracker(eventQueue, subject, slate.getAttributionToken());
  }

  /** Tracks what of a slate is shown and opened. */
  public ImpressionTracker impressions(RecommendSimilarResponse slate, Subject subject) {
    return new ImpressionTracker(eventQueue, subject, slate.getAttributionToken());
  }

  /** Tracks what of a slate is shown and opened. */
  public ImpressionTracker impressions(ListTrendingResponse slate, Subject subject) {
    return new ImpressionTracker(eventQueue, subject, slate.getAttributionToken());
  }

  /** Tracks what of a slate is shown and opened. */
  public ImpressionTracker impressions(RankItemsResponse slate, Subject subject) {
    return new ImpressionTracker(eventQueue, subject, slate.getAttributionToken());
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
    private EventQueueOptions<Event> eventQueueOptions = EventQueueOptions.<Event>builder().build();

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
    public Builder eventQueue(EventQueueOptions<Event> options) {
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
    public ShortlistClient build() {
      return new ShortlistClient(this);
    }
  }
}
