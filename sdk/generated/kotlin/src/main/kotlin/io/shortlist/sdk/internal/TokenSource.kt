package io.shortlist.sdk.internal

import io.shortlist.sdk.Hooks
import io.shortlist.sdk.Token
import io.shortlist.sdk.TokenProvider
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.async

private const val SKEW_MILLIS = 30_000

/** Keeps a token until shortly before it expires; calls that need a new one share one refresh. */
internal class TokenSource(
    private val provider: TokenProvider,
    private val hooks: Hooks,
    private val scope: CoroutineScope,
) {
    private var current: Token? = null
    private var refresh: Deferred<Token>? = null

    /**
     * Returns a token. [refused] is the value that the server says has expired, if any; a token that
     * was refreshed since is returned as it is.
     */
    suspend fun get(refused: String?): Token = kept(refused) ?: refreshed(refused).await()

    @Synchronized
    private fun kept(refused: String?): Token? = current?.takeIf { it.value != refused && isFresh(it) }

    /** The refresh runs in the client's scope: a caller that gives up does not end it for the others. */
    @Synchronized
    private fun refreshed(refused: String?): Deferred<Token> {
        refresh?.takeIf { it.isActive }?.let { return it }
        val started =
            scope.async {
                provider.get(refused != null).also { keep(it) }
            }
        refresh = started
        return started
    }

    @Synchronized
    private fun keep(token: Token) {
        current = token
    }

    private fun isFresh(token: Token): Boolean =
        token.expiryMillis?.let { hooks.nowMillis() < it - SKEW_MILLIS } ?: true
}
