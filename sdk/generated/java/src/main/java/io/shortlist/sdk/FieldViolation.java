package io.shortlist.sdk;

/** A field of a request that the server refused. */
public final class FieldViolation {
  private final String field;
  private final String description;

  public FieldViolation(String field, String description) {
    this.field = field;
    this.description = description;
  }

  /** Its path, such as {@code page_size}. */
  public String field() {
    return field;
  }

  /** What is wrong with it. */
  public String description() {
    return description;
  }

  @Override
  public String toString() {
    return field + ": " + description;
  }
}
