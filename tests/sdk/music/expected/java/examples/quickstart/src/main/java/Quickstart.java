import io.music.sdk.CallOptions;
import io.music.sdk.Credentials;
import io.music.sdk.DeadlineExceededException;
import io.music.sdk.ImpressionTracker;
import io.music.sdk.MusicClient;
import io.music.sdk.MusicException;
import io.music.sdk.Subject;
import io.music.v1.NextTracksRequest;
import io.music.v1.NextTracksResponse;
import io.music.v1.Pick;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Shows a client at work; {@code README.md} says how to run it. */
public final class Quickstart {
  private Quickstart() {}

  public static void main(String[] args) {
    String endpoint = args.length > 0 ? args[0] : "http://localhost:50051";
    String apiKey = System.getenv("MUSIC_API_KEY");
    Credentials credentials = apiKey == null ? Credentials.none() : Credentials.apiKey(apiKey);
    try (MusicClient client =
        MusicClient.builder(endpoint).credentials(credentials).build()) {
      String subject = args.length > 1 ? args[1] : "someone";
      show(client, subject);
    }
  }

  private static void show(MusicClient client, String subject) {
    NextTracksRequest request =
        NextTracksRequest.newBuilder().setListenerId(subject).setCount(5).build();

    // One page.
    NextTracksResponse slate = client.radios().nextTracks(request);
    for (Pick item : slate.getPicksList()) {
      System.out.println("item " + item.getTrackId());
    }

    // All pages, as they are asked for.
    CallOptions limited = CallOptions.defaults().withMaxItems(1000);
    long total = client.radios().nextTracksPaged(request, limited).stream().count();
    System.out.println("paged " + total + " items");

    // Events go out in batches; flush() is for programs as short as this one.
    Subject viewer = Subject.listenerId(subject);
    ImpressionTracker tracker = client.impressions(slate, viewer);
    slate.getPicksList().forEach(tracker::shown);
    client.eventQueue().flush().join();
    System.out.println("events sent, " + client.eventQueue().size() + " left");

    // Errors have a type for each reason.
    try {
      NextTracksRequest broken = request.toBuilder().setCursor("no-token").build();
      client.radios().nextTracks(broken);
    } catch (MusicException error) {
      System.out.println("error " + error.reason() + ", request " + error.requestId());
    }

    // A call's time is its own.
    try {
      CallOptions hasty = CallOptions.defaults().withTimeout(Duration.ofNanos(1));
      client.radios().nextTracks(request, hasty);
    } catch (DeadlineExceededException error) {
      System.out.println("deadline exceeded");
    }

    // Cancelling a future cancels the call.
    CompletableFuture<NextTracksResponse> future = client.radios().nextTracksAsync(request);
    future.cancel(true);
    System.out.println("cancelled " + future.isCancelled());
  }
}
