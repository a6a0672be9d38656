package io.music.sdk.transport

import com.google.protobuf.MessageLite
import io.grpc.MethodDescriptor
import io.grpc.Status
import io.grpc.protobuf.lite.ProtoLiteUtils
import kotlin.time.Duration

/**
 * A method of the contract with its call policy.
 *
 * @property name full name, `package.Service/Method`.
 * @property defaultDeadline total time of calls that set none; zero: no limit.
 * @property isIdempotent repeating a call has no further effect.
 * @property cache how replies may be kept; null: not at all.
 */
public class RpcMethod<Q : MessageLite, R : MessageLite> internal constructor(
    public val name: String,
    request: Q,
    reply: R,
    public val defaultDeadline: Duration,
    public val isIdempotent: Boolean,
    private val retryableCodes: Set<Status.Code>,
    internal val cache: CachePolicy<Q>? = null,
    type: MethodDescriptor.MethodType = MethodDescriptor.MethodType.UNARY,
) {
    internal val descriptor: MethodDescriptor<Q, R> =
        MethodDescriptor
            .newBuilder<Q, R>()
            .setType(type)
            .setFullMethodName(name)
            .setRequestMarshaller(ProtoLiteUtils.marshaller(request))
            .setResponseMarshaller(ProtoLiteUtils.marshaller(reply))
            .build()

    internal fun isRepeatableAfter(code: Status.Code): Boolean = isIdempotent && code in retryableCodes
}

/** How long replies serve again, and what of the request tells them apart. */
internal class CachePolicy<Q>(
    val maxAge: Duration,
    val staleIfError: Duration,
    val key: (Q) -> MessageLite,
)
