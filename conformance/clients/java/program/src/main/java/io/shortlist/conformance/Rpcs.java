package io.shortlist.conformance;

import com.google.protobuf.Message;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import io.shortlist.sdk.CallOptions;
import io.shortlist.sdk.ShortlistClient;
import io.shortlist.sdk.transport.RpcMethod;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The methods of the SDK by their names in the contract, found by looking at its classes. */
final class Rpcs {
  private final Map<String, Rpc> byName = new LinkedHashMap<>();

  Rpcs() {
    for (Method accessor : ShortlistClient.class.getMethods()) {
      for (Field field : accessor.getReturnType().getFields()) {
        if (accessor.getParameterCount() == 0 && field.getType() == RpcMethod.class) {
          Rpc found = new Rpc(accessor, constant(field));
          byName.put(found.described.name(), found);
        }
      }
    }
  }

  /** The method {@code package.Service/Method}. */
  Rpc get(String name) {
    Rpc found = byName.get(name);
    if (found == null) {
      throw new UnsupportedException("the SDK has no method " + name);
    }
    return found;
  }

  /** Empty messages of all requests and replies. */
  List<Message> messages() {
    List<Message> found = new ArrayList<>();
    for (Rpc rpc : byName.values()) {
      found.add(rpc.request());
      found.add(prototype(rpc.described.descriptor().getResponseMarshaller()));
    }
    return found;
  }

  private static RpcMethod<?, ?> constant(Field field) {
    try {
      return (RpcMethod<?, ?>) field.get(null);
    } catch (IllegalAccessException impossible) {
      throw new IllegalStateException(impossible); // The field is public.
    }
  }

  private static Message prototype(Object marshaller) {
    return (Message) ((PrototypeMarshaller<?>) marshaller).getMessagePrototype();
  }

  /** One method. */
  static final class Rpc {
    private final Method accessor;
    private final RpcMethod<?, ?> described;

    private Rpc(Method accessor, RpcMethod<?, ?> described) {
      this.accessor = accessor;
      this.described = described;
    }

    /** An empty request. */
    Message request() {
      return prototype(described.descriptor().getRequestMarshaller());
    }

    /**
     * Calls the client's method of this name.
     *
     * @param suffix {@code Async}, {@code Paged}, or empty
     * @param argument a request, or the observer of a stream's replies
     */
    Object invoke(ShortlistClient client, String suffix, Object argument, CallOptions options) {
      String full = described.name();
      String camel = full.substring(full.indexOf('/') + 1);
      String name = Character.toLowerCase(camel.charAt(0)) + camel.substring(1) + suffix;
      try {
        Object service = accessor.invoke(client);
        for (Method method : service.getClass().getMethods()) {
          Class<?>[] types = method.getParameterTypes();
          if (method.getName().equals(name)
              && types.length == 2
              && types[0].isInstance(argument)
              && types[1] == CallOptions.class) {
            return method.invoke(service, argument, options);
          }
        }
      } catch (InvocationTargetException thrown) {
        throw (RuntimeException) thrown.getCause(); // The SDK declares no checked exceptions.
      } catch (IllegalAccessException impossible) {
        throw new IllegalStateException(impossible);
      }
      throw new UnsupportedException("the SDK has no " + name);
    }
  }
}
