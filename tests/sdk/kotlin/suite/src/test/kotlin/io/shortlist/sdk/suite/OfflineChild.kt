package io.shortlist.sdk.suite

import io.shortlist.sdk.ClientOptions
import io.shortlist.sdk.EventQueueOptions
import io.shortlist.sdk.FileEventStore
import io.shortlist.sdk.Interceptor
import io.shortlist.sdk.ShortlistClient
import io.shortlist.v1.BatchWriteEventsRequest
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.runBlocking
import java.io.File
import kotlin.system.exitProcess
import kotlin.time.Duration.Companion.hours

/** Enqueues events and waits to be killed: `endpoint user folder count [answered]`. */
fun main(args: Array<String>): Unit =
    runBlocking {
        val (endpoint, user, folder, count) = args
        // The batch reaches the server, but its answer never reaches the queue.
        val lost =
            Interceptor { request, _, next ->
                val reply = next(request)
                if (request is BatchWriteEventsRequest) {
                    println("answered")
                    awaitCancellation()
                }
                reply
            }
        val isLost = args.size > 4
        val options =
            ClientOptions(
                interceptors = if (isLost) listOf(lost) else emptyList(),
                eventQueue =
                    EventQueueOptions(
                        flushAge = 1.hours,
                        flushCount = 1_000_000,
                        openStore = { FileEventStore(File(folder)) },
                    ),
            )
        val client = ShortlistClient(endpoint, options)
        repeat(count.toInt()) { number ->
            val event = client.eventQueue.enqueue(click("i00${number % 10}").toBuilder().setUserId(user).build())
            println("enqueued ${event.eventId}")
        }
        println("done")
        if (isLost) client.eventQueue.flush()
        Thread.sleep(60_000)
        exitProcess(1)
    }
