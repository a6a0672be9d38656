package io.shortlist.sdk.suite

import io.shortlist.sdk.ShortlistClient
import java.io.File
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertTrue

class NoReflectionTest {
    /** Class files name what they use as plain text. */
    @Test
    fun noClassOfTheFacadeUsesReflection() {
        val classes =
            File(
                ShortlistClient::class.java.protectionDomain.codeSource.location
                    .toURI(),
            )
        val facade =
            classes
                .resolve("io/shortlist/sdk")
                .walk()
                .filter { it.extension == "class" }
                .toList()
        assertTrue(facade.size > 50, "${facade.size} classes in $classes")
        val reflecting =
            facade.filter { file ->
                val text = file.readText(Charsets.ISO_8859_1)
                listOf("kotlin/reflect/", "java/lang/reflect/", "forName").any { it in text }
            }
        assertEquals(emptyList(), reflecting.map { it.name })
    }
}
