package io.shortlist.conformance;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.shortlist.sdk.internal.Sdk;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** The program under test of the Java SDK: requests in, answers out, a JSON object a line. */
public final class Program {
  private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);

  private Program() {}

  /** Answers requests, each beside the others, until standard input ends. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    write(ready());
    ExecutorService tests = Executors.newCachedThreadPool();
    BufferedReader requests =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = requests.readLine(); line != null; line = requests.readLine()) {
      JsonObject request = JsonParser.parseString(line).getAsJsonObject();
      tests.execute(() -> answer(request));
    }
    tests.shutdown();
    tests.awaitTermination(10, TimeUnit.SECONDS);
    System.exit(0); // Whatever a hanging call still holds.
  }

  private static void answer(JsonObject request) {
    JsonObject answer = new JsonObject();
    answer.add("test", request.get("test"));
    Session session = new Session(request);
    try {
      session.requireSupported();
      JsonArray outcomes = new JsonArray();
      for (JsonElement step : Fields.list(request, "steps")) {
        write(beginning(request, outcomes.size() + 1));
        outcomes.add(session.outcome(step.getAsJsonObject()));
      }
      answer.add("outcomes", outcomes);
    } catch (UnsupportedException unsupported) {
      answer.addProperty("unsupported", unsupported.getMessage());
    }
    write(answer);
    session.release();
  }

  private static JsonObject ready() {
    JsonObject ready = new JsonObject();
    ready.addProperty("language", "java");
    ready.addProperty("version", Sdk.VERSION);
    JsonArray protocols = new JsonArray();
    protocols.add("grpc");
    ready.add("protocols", protocols);
    JsonObject line = new JsonObject();
    line.add("ready", ready);
    return line;
  }

  private static JsonObject beginning(JsonObject request, int step) {
    JsonObject line = new JsonObject();
    line.add("test", request.get("test"));
    line.addProperty("step", step);
    return line;
  }

  private static synchronized void write(JsonObject line) {
    OUT.println(line);
  }
}
