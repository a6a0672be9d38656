package io.music.sdk

import io.music.sdk.internal.Caller
import io.music.sdk.internal.ReplyCache
import io.music.sdk.internal.Sdk
import io.music.sdk.transport.GrpcTransport
import io.music.sdk.transport.Transport
import io.music.v1.NextTracksResponse
import io.music.v1.Play
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.cancel
import kotlinx.coroutines.flow.first

/**
 * The client of Music. Make one and keep it, since it holds the connection, the retry budget,
 * the kept replies, the event queue and the token. Close it at the end.
 */
public class MusicClient(
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

    /** Keeps albums. */
    public val albums: AlbumsClient = AlbumsClient(caller)

    /** Takes what is played. */
    public val plays: PlaysClient = PlaysClient(caller)

    /** Plays without end. */
    public val radios: RadiosClient = RadiosClient(caller)

    /** Collects events and sends them in batches. */
    public val eventQueue: EventQueue<Play> =
        EventQueue(QueuedEvents(caller), options.eventQueue, options.hooks, scope)

    /** The app goes into the background: sends the events that wait. For `onStop`. */
    public fun onBackground(): Job = eventQueue.onBackground()

    /** Tracks what of a slate is shown and opened. */
    public fun impressions(
        slate: NextTracksResponse,
        subject: Subject,
    ): ImpressionTracker = ImpressionTracker(eventQueue, subject, slate.getRadioToken())

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
    public val eventQueue: EventQueueOptions<Play> = EventQueueOptions(),
    public val hooks: Hooks = Hooks.SYSTEM,
)
