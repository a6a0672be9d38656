package io.shortlist.sdk

import io.shortlist.v1.Event

/** For whom events are. */
public class Subject private constructor(
    internal val setOn: (Event.Builder) -> Unit,
) {
    public companion object {
        /** One with this `userId`. */
        public fun userId(id: String): Subject = Subject { it.setUserId(id) }

        /** One with this `visitorId`. */
        public fun visitorId(id: String): Subject = Subject { it.setVisitorId(id) }
    }
}
