package io.music.sdk

/** How a client says who it is. */
public sealed class Credentials {
    /** Anonymous. */
    public object None : Credentials()

    /** Sent as `x-api-key`. */
    public class ApiKey(
        internal val key: String,
    ) : Credentials()

    /** Sent as `authorization: Bearer`. */
    public class Tokens(
        internal val provider: TokenProvider,
    ) : Credentials()
}

/**
 * A bearer token.
 *
 * @property value what goes after `Bearer`.
 * @property expiryMillis when it expires, in milliseconds since 1970; it is refreshed 30 seconds
 *   before. Null: it is used until the server says that it has expired.
 */
public class Token(
    public val value: String,
    public val expiryMillis: Long? = null,
) {
    // Never the value: it would end up in logs.
    override fun toString(): String = "Token(expiryMillis=$expiryMillis)"
}

/** Where tokens come from. Asked by one call at a time; the others wait for the same answer. */
public fun interface TokenProvider {
    /** Returns a token; [forceRefresh]: the last one was refused, a stored one won't do. */
    public suspend fun get(forceRefresh: Boolean): Token
}
