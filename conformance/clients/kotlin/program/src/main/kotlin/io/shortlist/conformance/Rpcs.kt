package io.shortlist.conformance

import com.google.protobuf.MessageLite
import com.google.protobuf.Parser
import io.shortlist.sdk.CallOptions
import io.shortlist.sdk.ShortlistClient
import io.shortlist.sdk.transport.RpcMethod
import java.lang.reflect.InvocationTargetException
import java.lang.reflect.Method
import java.lang.reflect.ParameterizedType
import kotlin.coroutines.intrinsics.suspendCoroutineUninterceptedOrReturn

// Where the generated messages are, by their names in the contract: `shortlist.`, `google.protobuf.`, and
// those of Google that the SDK has copies of.
private val PACKAGES = listOf("io.", "com.", "io.shortlist.")

/** The methods of the SDK by their names in the contract, found by looking at its classes. */
internal object Rpcs {
    private val byName: Map<String, Rpc> =
        ShortlistClient::class.java.methods
            .filter { it.parameterCount == 0 }
            .flatMap { rpcsOf(it) }
            .associateBy { it.name }

    /** Returns the method `package.Service/Method`. */
    operator fun get(name: String): Rpc = byName[name] ?: throw UnsupportedException("the SDK has no method $name")

    private fun rpcsOf(accessor: Method): List<Rpc> {
        val companion = accessor.returnType.fields.find { it.name == "Companion" } ?: return emptyList()
        return companion.type.methods
            .filter { it.returnType == RpcMethod::class.java }
            .map { Rpc(accessor, it.invoke(companion.get(null)) as RpcMethod<*, *>, requestType(it)) }
    }

    private fun requestType(described: Method): Class<*> =
        (described.genericReturnType as ParameterizedType).actualTypeArguments[0] as Class<*>
}

/** One method. */
internal class Rpc(
    private val accessor: Method,
    described: RpcMethod<*, *>,
    private val requestType: Class<*>,
) {
    val name: String = described.name
    private val shortName = name.substringAfter('/').replaceFirstChar { it.lowercase() }

    fun request(bytes: ByteArray): MessageLite = parserOf(requestType).parseFrom(bytes)

    /** Calls the suspending method of this name. */
    suspend fun call(
        client: ShortlistClient,
        request: MessageLite,
        options: CallOptions,
    ): MessageLite =
        suspendCoroutineUninterceptedOrReturn { caller ->
            invoke(client, shortName, request, options, caller)
        }

    /** Calls the method that does not suspend: with the suffix `Paged`, or of a stream. */
    fun open(
        client: ShortlistClient,
        suffix: String,
        argument: Any,
        options: CallOptions,
    ): Any? = invoke(client, shortName + suffix, argument, options)

    private fun invoke(
        client: ShortlistClient,
        method: String,
        vararg arguments: Any,
    ): Any? {
        val service = accessor.invoke(client)
        val found =
            service.javaClass.methods.find { it.name == method && it.parameterCount == arguments.size }
                ?: throw UnsupportedException("the SDK has no $method")
        try {
            return found.invoke(service, *arguments)
        } catch (thrown: InvocationTargetException) {
            throw thrown.targetException
        }
    }
}

/** Returns how a message is read, by its full name; null: the SDK has none such. */
internal fun parserOf(message: String): Parser<out MessageLite>? =
    PACKAGES.firstNotNullOfOrNull { prefix ->
        try {
            parserOf(Class.forName(prefix + message))
        } catch (_: ClassNotFoundException) {
            null
        }
    }

private fun parserOf(message: Class<*>): Parser<out MessageLite> {
    @Suppress("UNCHECKED_CAST") // Every message has it.
    return message.getMethod("parser").invoke(null) as Parser<out MessageLite>
}
