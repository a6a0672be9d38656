package io.shortlist.sdk.internal;

import java.util.Locale;

/** What this package says of itself. */
public final class Sdk {
  /** Version of this package. */
  public static final String VERSION = "0.1.0";

  /** Name of the header that has {@link #CLIENT}. */
  public static final String CLIENT_HEADER = "x-shortlist-client";

  /** Name of the header that counts attempts, from 1. */
  public static final String ATTEMPT_HEADER = "x-shortlist-attempt";

  /** Which package runs where. */
  public static final String CLIENT =
      String.format(
          "sdk/java/%s; lang/java%s; platform/%s",
          VERSION, System.getProperty("java.version"), platform());

  /** The same as a user agent. */
  public static final String USER_AGENT = "shortlist-sdk-java/" + VERSION;

  private Sdk() {}

  private static String platform() {
    String name = System.getProperty("os.name", "unknown").toLowerCase(Locale.ROOT);
    return name.replaceAll("[^a-z0-9]+", "-");
  }
}
