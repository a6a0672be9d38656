package io.shortlist.sdk

import io.shortlist.sdk.internal.Caller
import io.shortlist.sdk.internal.ReplyCache
import io.shortlist.sdk.internal.Sdk
import io.shortlist.sdk.transport.GrpcTransport
import io.shortlist.sdk.transport.Transport
import io.shortlist.v1.Event
import io.shortlist.v1.ListTrendingResponse
import io.shortlist.v1.RankItemsResponse
import io.shortlist.v1.RecommendResponse
import io.shortlist.v1.RecommendSimilarResponse
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.cancel
import kotlinx.coroutines.flow.first

/**
 * The client of Shortlist. Make one and keep it, since it holds the connection, the retry budget,
 * the kept replies, the event queue and the token. Close it at the end.
 */
public class ShortlistClient(
    transport: Transport,
    options: ClientOptions = ClientOptions(),
) {
    private val scope = CoroutineScope(SupervisorJob() + Dispatchers.Default)
    private val cache = if (options.isCaching) ReplyCache(options.hooks) else null
    private val caller =
        Caller(
            transport,
            options.credentials,
            options.interceptors,
            options.telemetry,
            cache,
            options.hooks,
            scope,
        )

    /** Connects with the first call to [endpoint], `https://host[:port]` or `http://host:port`. */
    public constructor(
        endpoint: String,
        options: ClientOptions = ClientOptions(),
    ) : this(GrpcTransport.connect(endpoint, Sdk.USER_AGENT), options)

    /**
     * Keeps the catalogue. A written item is recommendable within seconds; while it is deleted or
     * unavailable it never appears.
     *
     * Every method may return the CREDENTIALS reasons, SCOPE_INSUFFICIENT, QUOTA_EXHAUSTED,
     * OVERLOADED, DEADLINE_TOO_SHORT and INTERNAL; writes also STORAGE_FULL.
     */
    public val catalog: CatalogClient = CatalogClient(caller)

    /**
     * Takes what users do. A reply means that the event is durable; a replay is harmless.
     *
     * Every method may return the CREDENTIALS reasons, SCOPE_INSUFFICIENT, QUOTA_EXHAUSTED,
     * SUBJECT_MISMATCH, OVERLOADED, STORAGE_FULL, DEADLINE_TOO_SHORT and INTERNAL.
     */
    public val events: EventsClient = EventsClient(caller)

    /**
     * Answers with slates: ranked lists of items for a subject, an item or a page.
     *
     * An unknown user, an unknown seed, an empty history and fewer candidates than asked for are
     * not errors. Every method may return the CREDENTIALS reasons, SCOPE_INSUFFICIENT,
     * SUBJECT_MISMATCH, QUOTA_EXHAUSTED, OVERLOADED, DEADLINE_TOO_SHORT, DEPENDENCY_UNAVAILABLE and
     * INTERNAL. A reply may be kept for 5 seconds, so long as an item that was deleted meanwhile
     * may still be in it.
     */
    public val recommendations: RecommendationsClient = RecommendationsClient(caller)

    /**
     * Keeps profiles and honours the rights of users over their data.
     *
     * Every method may return the CREDENTIALS reasons, SCOPE_INSUFFICIENT, QUOTA_EXHAUSTED,
     * SUBJECT_MISMATCH, OVERLOADED, DEADLINE_TOO_SHORT and INTERNAL; writes also STORAGE_FULL.
     */
    public val users: UsersClient = UsersClient(caller)

    /** Collects events and sends them in batches. */
    public val eventQueue: EventQueue<Event> =
        EventQueue(QueuedEvents(caller), options.eventQueue, options.hooks, scope)

    /** The app goes into the background: sends the events that wait. For `onStop`. */
    public fun onBackground(): Job = eventQueue.onBackground()

    /** Tracks what of a slate is shown and opened. */
    public fun impressions(
        slate: RecommendResponse,
        subject: Subject,
    ): ImpressionTracker = ImpressionTracker(eventQueue, subject, slate.getAttributionToken())

    /** Tracks what of a slate is shown and opened. */
    public fun impressions(
        slate: RecommendSimilarResponse,
        subject: Subject,
    ): ImpressionTracker = ImpressionTracker(eventQueue, subject, slate.getAttributionToken())

    /** Tracks what of a slate is shown and opened. */
    public fun impressions(
        slate: ListTrendingResponse,
        subject: Subject,
    ): ImpressionTracker = ImpressionTracker(eventQueue, subject, slate.getAttributionToken())

    /** Tracks what of a slate is shown and opened. */
    public fun impressions(
        slate: RankItemsResponse,
        subject: Subject,
    ): ImpressionTracker = ImpressionTracker(eventQueue, subject, slate.getAttributionToken())

    /** Forgets kept replies, such as when another user signs in. */
    public fun clearCache() {
        cache?.clear()
    }

    /** Sends the events that wait and closes the connection. */
    public suspend fun close() {
        eventQueue.close()
        scope.cancel()
        caller.transport.close()
    }
}

/**
 * What a client is made of.
 *
 * @property credentials who the client is.
 * @property interceptors stand around each call; the first one is the outermost.
 * @property telemetry is told of calls and attempts.
 * @property isCaching keeps replies as the contract allows, and serves them, marked as stale, when the
 *   server can't be reached.
 * @property eventQueue when the event queue sends, and where it keeps events.
 * @property hooks clock, chance and sleep, for tests.
 */
public class ClientOptions(
    public val credentials: Credentials = Credentials.None,
    public val interceptors: List<Interceptor> = emptyList(),
    public val telemetry: Telemetry = Telemetry.NONE,
    public val isCaching: Boolean = true,
    public val eventQueue: EventQueueOptions<Event> = EventQueueOptions(),
    public val hooks: Hooks = Hooks.SYSTEM,
)
