import io.music.sdk.CallOptions
import io.music.sdk.ClientOptions
import io.music.sdk.Credentials
import io.music.sdk.DeadlineExceededException
import io.music.sdk.EventQueueOptions
import io.music.sdk.FileEventStore
import io.music.sdk.MusicClient
import io.music.sdk.MusicException
import io.music.sdk.Subject
import io.music.v1.NextTracksRequest
import io.music.v1.Play
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.flow.count
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import java.io.File
import kotlin.time.Duration.Companion.nanoseconds

/** Shows a client at work: `mvn -q compile exec:java -Dexec.args="http://localhost:50051"`. */
fun main(args: Array<String>) =
    runBlocking {
        val endpoint = args.getOrElse(0) { "http://localhost:50051" }
        val key = System.getenv("MUSIC_API_KEY")
        val credentials = if (key == null) Credentials.None else Credentials.ApiKey(key)
        val events = File(args.getOrElse(2) { "events" })
        val queue = EventQueueOptions<Play>(openStore = { FileEventStore(events) })
        val client = MusicClient(endpoint, ClientOptions(credentials, eventQueue = queue))
        show(client, subject = args.getOrElse(1) { "someone" })
        client.close()
    }

private suspend fun show(
    client: MusicClient,
    subject: String,
) {
    val request =
        NextTracksRequest
            .newBuilder()
            .setListenerId(subject)
            .setCount(5)
            .build()

    // One page.
    val slate = client.radios.nextTracks(request)
    for (item in slate.getPicksList()) println("item ${item.getTrackId()}")

    // All pages, as they are collected.
    val paged = client.radios.nextTracksPaged(request, CallOptions(maxItems = 1000))
    println("paged ${paged.items().count()} items")

    // Events go out in batches, and wait in a file until then; flush() is for programs as short as this.
    val tracker = client.impressions(slate, Subject.listenerId(subject))
    for (item in slate.getPicksList()) tracker.shown(item)
    client.eventQueue.flush()
    println("events sent, ${client.eventQueue.size()} left")

    // Errors have a type for each reason.
    try {
        client.radios.nextTracks(request.toBuilder().setCursor("no-token").build())
    } catch (error: MusicException) {
        println("error ${error.reason}, request ${error.requestId}")
    }

    // A call's time is its own.
    try {
        client.radios.nextTracks(request, CallOptions(timeout = 1.nanoseconds))
    } catch (error: DeadlineExceededException) {
        println("deadline exceeded")
    }

    // Cancelling a coroutine cancels its calls.
    coroutineScope {
        val call = launch { client.radios.nextTracks(request) }
        call.cancelAndJoin()
        println("cancelled ${call.isCancelled}")
    }
}
