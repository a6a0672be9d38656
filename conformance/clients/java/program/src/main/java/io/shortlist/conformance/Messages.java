package io.shortlist.conformance;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.util.JsonFormat;
import com.google.rpc.ErrorInfo;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Messages of the SDK in JSON and in binary form. */
final class Messages {
  private final Map<String, Descriptor> byName = new HashMap<>();
  private final JsonFormat.Parser parser;
  private final JsonFormat.Printer printer;

  /** Knows the messages of the files that some messages come from, and of all they build on. */
  Messages(Iterable<Message> known) {
    Map<String, FileDescriptor> files = new HashMap<>();
    known.forEach(each -> collect(each.getDescriptorForType().getFile(), files));
    collect(ErrorInfo.getDescriptor().getFile(), files); // In errors of single entries.
    files.values().forEach(file -> file.getMessageTypes().forEach(this::collect));
    TypeRegistry types = TypeRegistry.newBuilder().add(byName.values()).build();
    parser = JsonFormat.parser().usingTypeRegistry(types);
    printer = JsonFormat.printer().usingTypeRegistry(types).omittingInsignificantWhitespace();
  }

  private static void collect(FileDescriptor file, Map<String, FileDescriptor> files) {
    if (files.putIfAbsent(file.getFullName(), file) == null) {
      file.getDependencies().forEach(each -> collect(each, files));
    }
  }

  private void collect(Descriptor type) {
    byName.put(type.getFullName(), type);
    type.getNestedTypes().forEach(this::collect);
  }

  /** An empty message by its full or short name; absent: the SDK has none such. */
  Optional<Message> named(String name) {
    return byName.values().stream()
        .filter(type -> type.getFullName().equals(name) || type.getName().equals(name))
        .findFirst()
        .map(Messages::empty);
  }

  private static Message empty(Descriptor type) {
    StringBuilder name = new StringBuilder(type.getName());
    for (Descriptor outer = type.getContainingType();
        outer != null;
        outer = outer.getContainingType()) {
      name.insert(0, outer.getName() + "$");
    }
    name.insert(0, type.getFile().getOptions().getJavaPackage() + ".");
    try {
      return (Message) Class.forName(name.toString()).getMethod("getDefaultInstance").invoke(null);
    } catch (ReflectiveOperationException impossible) {
      throw new IllegalStateException(impossible); // Every message has a class with this method.
    }
  }

  Message parse(Message type, JsonElement json) throws InvalidProtocolBufferException {
    Message.Builder builder = type.newBuilderForType();
    parser.merge(json.toString(), builder);
    return builder.build();
  }

  JsonElement json(Message message) {
    try {
      return JsonParser.parseString(printer.print(message));
    } catch (InvalidProtocolBufferException unknownType) {
      throw new IllegalArgumentException(unknownType);
    }
  }

  /** The binary form in lower-case hexadecimal; the same for equal messages. */
  static String hex(Message message) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.useDeterministicSerialization();
    try {
      message.writeTo(out);
      out.flush();
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible); // It is written into memory.
    }
    StringBuilder hex = new StringBuilder();
    for (byte each : bytes.toByteArray()) {
      hex.append(String.format("%02x", each));
    }
    return hex.toString();
  }
}
