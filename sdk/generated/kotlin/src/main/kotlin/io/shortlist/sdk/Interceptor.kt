package io.shortlist.sdk

import com.google.protobuf.MessageLite

/** Stands around each logical call: retries happen inside. The first one given is the outermost. */
public fun interface Interceptor {
    /** Answers the call, by [next] with the request, changed or not, or in its own way. */
    public suspend fun intercept(
        request: MessageLite,
        context: CallContext,
        next: suspend (MessageLite) -> MessageLite,
    ): MessageLite
}

/**
 * The call that an interceptor stands around.
 *
 * @property method full name, `package.Service/Method`.
 * @property options as the caller gave them.
 * @property headers what every attempt sends; may be changed before the call goes on.
 */
public class CallContext(
    public val method: String,
    public val options: CallOptions,
    public val headers: MutableMap<String, String>,
)
