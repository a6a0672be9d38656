package io.music.sdk

import io.music.v1.Play

/** For whom events are. */
public class Subject private constructor(
    internal val setOn: (Play.Builder) -> Unit,
) {
    public companion object {
        /** One with this `listenerId`. */
        public fun listenerId(id: String): Subject = Subject { it.setListenerId(id) }

        /** One with this `deviceId`. */
        public fun deviceId(id: String): Subject = Subject { it.setDeviceId(id) }
    }
}
