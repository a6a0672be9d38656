package io.shortlist.sdk.suite

import io.grpc.Status
import io.shortlist.sdk.CallInfo
import io.shortlist.sdk.CallOptions
import io.shortlist.sdk.ClientOptions
import io.shortlist.sdk.RecommendationsClient
import io.shortlist.sdk.ShortlistClient
import io.shortlist.sdk.ShortlistException
import io.shortlist.sdk.testing.MockTransport
import io.shortlist.sdk.transport.TransportException
import io.shortlist.v1.RecommendRequest
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Timeout
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertFalse
import kotlin.test.assertTrue
import kotlin.time.Duration.Companion.hours
import kotlin.time.Duration.Companion.seconds

@Timeout(30)
class CacheTest {
    private val hooks = FakeHooks()
    private val mock = MockTransport().reply(RecommendationsClient.RECOMMEND, REPLY)
    private val client = ShortlistClient(mock, ClientOptions(hooks = hooks))
    private var info = CallInfo(0, "")

    private suspend fun recommend(request: RecommendRequest = REQUEST) =
        client.recommendations.recommend(request, CallOptions(onInfo = { info = it }))

    private fun unreachable(code: Status.Code = Status.Code.UNAVAILABLE) {
        mock.error(RecommendationsClient.RECOMMEND, TransportException(code, "down"))
    }

    @Test
    fun aFreshReplyServesAgain() =
        runBlocking {
            assertEquals(REPLY, recommend())
            assertFalse(info.fromCache)
            hooks.advance(1.seconds)
            assertEquals(REPLY, recommend(REQUEST.toBuilder().setRequestId("other").build()))
            assertTrue(info.fromCache)
            assertFalse(info.isStale)
            assertEquals(0, info.attempts)
            assertEquals(1, mock.calls.size)
        }

    @Test
    fun anotherRequestOrAnOldReplyIsAskedForAnew() =
        runBlocking {
            recommend()
            recommend(REQUEST.toBuilder().setPageToken("p2").build())
            assertEquals(2, mock.calls.size)
            hooks.advance(1.hours)
            recommend()
            assertEquals(3, mock.calls.size)
            assertFalse(info.fromCache)
        }

    @Test
    fun aStaleReplyIsMarkedAndStandsInWhileTheServerCannotBeReached() =
        runBlocking<Unit> {
            recommend()
            unreachable()
            hooks.advance(1.hours)
            assertEquals(REPLY, recommend())
            assertTrue(info.fromCache)
            assertTrue(info.isStale)
            hooks.advance(24.hours)
            assertFailsWith<ShortlistException> { recommend() }
        }

    @Test
    fun anErrorThatIsNotOfTheConnectionIsNotHidden() =
        runBlocking<Unit> {
            recommend()
            unreachable(Status.Code.PERMISSION_DENIED)
            hooks.advance(1.hours)
            assertFailsWith<ShortlistException> { recommend() }
        }

    @Test
    fun theRepliesUsedLastAreKept() =
        runBlocking {
            recommend()
            repeat(99) { recommend(REQUEST.toBuilder().setPageSize(it + 1).build()) }
            recommend()
            assertEquals(100, mock.calls.size)
            recommend(REQUEST.toBuilder().setPageSize(200).build())
            recommend()
            assertTrue(info.fromCache)
            recommend(REQUEST.toBuilder().setPageSize(1).build()) // The one used longest ago.
            assertFalse(info.fromCache)
        }

    @Test
    fun aClearedCacheForgets() =
        runBlocking {
            recommend()
            client.clearCache()
            recommend()
            assertEquals(2, mock.calls.size)
        }
}
