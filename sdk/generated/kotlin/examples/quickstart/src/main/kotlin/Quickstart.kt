import io.shortlist.sdk.CallOptions
import io.shortlist.sdk.ClientOptions
import io.shortlist.sdk.Credentials
import io.shortlist.sdk.DeadlineExceededException
import io.shortlist.sdk.EventQueueOptions
import io.shortlist.sdk.FileEventStore
import io.shortlist.sdk.ShortlistClient
import io.shortlist.sdk.ShortlistException
import io.shortlist.sdk.Subject
import io.shortlist.v1.Event
import io.shortlist.v1.RecommendRequest
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
        val key = System.getenv("SHORTLIST_API_KEY")
        val credentials = if (key == null) Credentials.None else Credentials.ApiKey(key)
        val events = File(args.getOrElse(2) { "events" })
        val queue = EventQueueOptions<Event>(openStore = { FileEventStore(events) })
        val client = ShortlistClient(endpoint, ClientOptions(credentials, eventQueue = queue))
        show(client, subject = args.getOrElse(1) { "someone" })
        client.close()
    }

private suspend fun show(
    client: ShortlistClient,
    subject: String,
) {
    val request =
        RecommendRequest
            .newBuilder()
            .setUserId(subject)
            .setPageSize(5)
            .build()

    // One page.
    val slate = client.recommendations.recommend(request)
    for (item in slate.getRecommendationsList()) println("item ${item.getItemId()}")

    // All pages, as they are collected.
    val paged = client.recommendations.recommendPaged(request, CallOptions(maxItems = 1000))
    println("paged ${paged.items().count()} items")

    // Events go out in batches, and wait in a file until then; flush() is for programs as short as this.
    val tracker = client.impressions(slate, Subject.userId(subject))
    for (item in slate.getRecommendationsList()) tracker.shown(item)
    client.eventQueue.flush()
    println("events sent, ${client.eventQueue.size()} left")

    // Errors have a type for each reason.
    try {
        client.recommendations.recommend(request.toBuilder().setPageToken("no-token").build())
    } catch (error: ShortlistException) {
        println("error ${error.reason}, request ${error.requestId}")
    }

    // A call's time is its own.
    try {
        client.recommendations.recommend(request, CallOptions(timeout = 1.nanoseconds))
    } catch (error: DeadlineExceededException) {
        println("deadline exceeded")
    }

    // Cancelling a coroutine cancels its calls.
    coroutineScope {
        val call = launch { client.recommendations.recommend(request) }
        call.cancelAndJoin()
        println("cancelled ${call.isCancelled}")
    }
}
