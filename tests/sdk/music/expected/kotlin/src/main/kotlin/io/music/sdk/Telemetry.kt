package io.music.sdk

import io.grpc.Status
import kotlin.time.Duration

/** Is told of calls and attempts; must be quick and must not throw. */
public fun interface Telemetry {
    /** A call begins. The method is `package.Service/Method`. */
    public fun onCallStart(method: String): Call

    /** One call that goes on. */
    public interface Call {
        /** An attempt, from 1, has ended. */
        public fun onAttempt(
            attempt: Int,
            code: Status.Code,
            duration: Duration,
        ) {}

        /** The call has ended; [attempts] may be 0. */
        public fun onCallEnd(
            attempts: Int,
            code: Status.Code,
            duration: Duration,
        ) {}
    }

    public companion object {
        /** Is told of nothing. */
        public val NONE: Telemetry = Telemetry { object : Call {} }
    }
}
