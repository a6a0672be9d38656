package io.shortlist.conformance;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;

/** Fields of requests; absent ones have their defaults, as in the JSON mapping of protobuf. */
final class Fields {
  private Fields() {}

  static boolean has(JsonObject from, String name) {
    return from.has(name) && !from.get(name).isJsonNull();
  }

  static String text(JsonObject from, String name) {
    return has(from, name) ? from.get(name).getAsString() : "";
  }

  static int number(JsonObject from, String name) {
    return has(from, name) ? from.get(name).getAsInt() : 0;
  }

  static boolean flag(JsonObject from, String name, boolean otherwise) {
    return has(from, name) ? from.get(name).getAsBoolean() : otherwise;
  }

  static JsonObject object(JsonObject from, String name) {
    return has(from, name) ? from.getAsJsonObject(name) : new JsonObject();
  }

  /** A list; a single value counts as a list of one. */
  static JsonArray list(JsonObject from, String name) {
    JsonElement found = has(from, name) ? from.get(name) : new JsonArray();
    if (found.isJsonArray()) {
      return found.getAsJsonArray();
    }
    JsonArray single = new JsonArray();
    single.add(found);
    return single;
  }
}
