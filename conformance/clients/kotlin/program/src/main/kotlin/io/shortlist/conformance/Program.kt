/** The program under test of the Kotlin SDK: requests in, answers out, a JSON object a line. */
package io.shortlist.conformance

import com.google.gson.JsonArray
import com.google.gson.JsonObject
import com.google.gson.JsonParser
import io.shortlist.sdk.ShortlistClient
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.cancelChildren
import kotlinx.coroutines.job
import kotlinx.coroutines.joinAll
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeoutOrNull
import java.io.PrintStream
import kotlin.system.exitProcess

private const val LAST_TESTS_MS = 10_000L
private val out = PrintStream(System.out, true, "UTF-8")

/** Answers requests, each beside the others, until standard input ends. */
fun main() {
    write(jsonOf("ready" to ready()))
    runBlocking(Dispatchers.IO) {
        for (line in generateSequence { readlnOrNull() }) {
            val request = JsonParser.parseString(line).asJsonObject
            launch { answer(request) }
        }
        val tests = coroutineContext.job.children.toList()
        withTimeoutOrNull(LAST_TESTS_MS) { tests.joinAll() }
        coroutineContext.cancelChildren()
    }
    exitProcess(0) // Threads of connections that were not closed would keep it alive.
}

private suspend fun answer(request: JsonObject) {
    val test = request["test"]
    val session = Session(request)
    try {
        session.requireSupported()
        val outcomes = JsonArray()
        for (step in request.list("steps")) {
            write(jsonOf("test" to test, "step" to outcomes.size() + 1))
            outcomes.add(session.outcome(step.asJsonObject))
        }
        write(jsonOf("test" to test, "outcomes" to outcomes))
    } catch (unsupported: UnsupportedException) {
        write(jsonOf("test" to test, "unsupported" to unsupported.message))
    } finally {
        session.release()
    }
}

private fun ready(): JsonObject =
    jsonOf("language" to "kotlin", "version" to sdkVersion(), "protocols" to jsonOf(listOf("grpc")))

/** The constant of the package, which only its JVM name makes visible here. */
private fun sdkVersion(): String {
    val sdk = Class.forName(ShortlistClient::class.java.packageName + ".internal.Sdk")
    return sdk.getField("VERSION").get(null) as String
}

@Synchronized
private fun write(line: JsonObject) {
    out.println(line)
}
