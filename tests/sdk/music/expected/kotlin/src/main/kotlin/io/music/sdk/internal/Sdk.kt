package io.music.sdk.internal

/** What this package says of itself. */
internal object Sdk {
    const val VERSION = "2.1.0"

    /** Name of the header that has [CLIENT]. */
    const val CLIENT_HEADER = "x-music-client"

    /** Name of the header that counts attempts, from 1. */
    const val ATTEMPT_HEADER = "x-music-attempt"

    const val USER_AGENT = "music-sdk-kotlin/$VERSION"

    /** Which package runs where. */
    val CLIENT = "sdk/kotlin/$VERSION; lang/kotlin${KotlinVersion.CURRENT}; platform/${platform()}"

    private fun platform(): String {
        val isAndroid = System.getProperty("java.vendor").orEmpty().contains("Android")
        val name = if (isAndroid) "android" else System.getProperty("os.name").orEmpty().lowercase()
        return name.ifEmpty { "unknown" }.replace(Regex("[^a-z0-9]+"), "-")
    }
}
