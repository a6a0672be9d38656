package io.shortlist.conformance;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import java.util.Base64;
import java.util.Optional;

/** Messages from one form into the others. */
final class Encoding {
  private Encoding() {}

  /** Reads a message and writes it in both forms; what can't be read is an invalid argument. */
  static JsonObject encode(JsonObject step, Messages messages) {
    Optional<Message> type = messages.named(Fields.text(step, "method"));
    if (type.isEmpty()) {
      return Session.reply(new JsonObject());
    }
    try {
      Message message = read(type.get(), step, messages);
      JsonObject forms = new JsonObject();
      forms.add("json", messages.json(message));
      forms.addProperty("hex", Messages.hex(message));
      return Session.reply(forms);
    } catch (InvalidProtocolBufferException unreadable) {
      JsonObject outcome = new JsonObject();
      outcome.add("error", Errors.json(unreadable, "INVALID_ARGUMENT"));
      return outcome;
    }
  }

  private static Message read(Message type, JsonObject step, Messages messages)
      throws InvalidProtocolBufferException {
    JsonElement json = Fields.object(step, "request").get("json");
    if (json != null) {
      return messages.parse(type, json);
    }
    String bytes = Fields.list(step, "request_bytes").get(0).getAsString();
    return type.getParserForType().parseFrom(Base64.getDecoder().decode(bytes));
  }
}
