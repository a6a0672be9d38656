package io.shortlist.conformance;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.shortlist.sdk.FieldViolation;
import io.shortlist.sdk.ShortlistException;
import java.util.concurrent.CancellationException;

/** Errors as the runner compares them. */
final class Errors {
  private static final double MILLIS_PER_SECOND = 1000.0;

  private Errors() {}

  static JsonObject json(Throwable error) {
    if (error instanceof ShortlistException) {
      return json((ShortlistException) error);
    }
    boolean isCancelled = error instanceof CancellationException;
    return json(error, isCancelled ? "CANCELLED" : "UNKNOWN");
  }

  static JsonObject json(Throwable error, String code) {
    JsonObject found = new JsonObject();
    found.addProperty("code", code);
    found.addProperty("message", String.valueOf(error.getMessage()));
    found.addProperty("type", error.getClass().getSimpleName());
    return found;
  }

  private static JsonObject json(ShortlistException error) {
    JsonObject found = json(error, error.code().name());
    found.addProperty("reason", error.reason());
    found.addProperty("request_id", error.requestId());
    JsonObject metadata = new JsonObject();
    error.metadata().forEach(metadata::addProperty);
    found.add("metadata", metadata);
    JsonArray violations = new JsonArray();
    for (FieldViolation violation : error.fieldViolations()) {
      JsonObject each = new JsonObject();
      each.addProperty("field", violation.field());
      each.addProperty("description", violation.description());
      violations.add(each);
    }
    found.add("field_violations", violations);
    error
        .retryDelay()
        .ifPresent(
            delay -> found.addProperty("retry_delay_s", delay.toMillis() / MILLIS_PER_SECOND));
    return found;
  }
}
