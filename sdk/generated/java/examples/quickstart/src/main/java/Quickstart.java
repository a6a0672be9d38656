import io.shortlist.sdk.CallOptions;
import io.shortlist.sdk.Credentials;
import io.shortlist.sdk.DeadlineExceededException;
import io.shortlist.sdk.ImpressionTracker;
import io.shortlist.sdk.ShortlistClient;
import io.shortlist.sdk.ShortlistException;
import io.shortlist.sdk.Subject;
import io.shortlist.v1.RecommendRequest;
import io.shortlist.v1.RecommendResponse;
import io.shortlist.v1.Recommendation;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Shows a client at work; {@code README.md} says how to run it. */
public final class Quickstart {
  private Quickstart() {}

  public static void main(String[] args) {
    String endpoint = args.length > 0 ? args[0] : "http://localhost:50051";
    String apiKey = System.getenv("SHORTLIST_API_KEY");
    Credentials credentials = apiKey == null ? Credentials.none() : Credentials.apiKey(apiKey);
    try (ShortlistClient client =
        ShortlistClient.builder(endpoint).credentials(credentials).build()) {
      String subject = args.length > 1 ? args[1] : "someone";
      show(client, subject);
    }
  }

  private static void show(ShortlistClient client, String subject) {
    RecommendRequest request =
        RecommendRequest.newBuilder().setUserId(subject).setPageSize(5).build();

    // One page.
    RecommendResponse slate = client.recommendations().recommend(request);
    for (Recommendation item : slate.getRecommendationsList()) {
      System.out.println("item " + item.getItemId());
    }

    // All pages, as they are asked for.
    CallOptions limited = CallOptions.defaults().withMaxItems(1000);
    long total = client.recommendations().recommendPaged(request, limited).stream().count();
    System.out.println("paged " + total + " items");

    // Events go out in batches; flush() is for programs as short as this one.
    Subject viewer = Subject.userId(subject);
    ImpressionTracker tracker = client.impressions(slate, viewer);
    slate.getRecommendationsList().forEach(tracker::shown);
    client.eventQueue().flush().join();
    System.out.println("events sent, " + client.eventQueue().size() + " left");

    // Errors have a type for each reason.
    try {
      RecommendRequest broken = request.toBuilder().setPageToken("no-token").build();
      client.recommendations().recommend(broken);
    } catch (ShortlistException error) {
      System.out.println("error " + error.reason() + ", request " + error.requestId());
    }

    // A call's time is its own.
    try {
      CallOptions hasty = CallOptions.defaults().withTimeout(Duration.ofNanos(1));
      client.recommendations().recommend(request, hasty);
    } catch (DeadlineExceededException error) {
      System.out.println("deadline exceeded");
    }

    // Cancelling a future cancels the call.
    CompletableFuture<RecommendResponse> future = client.recommendations().recommendAsync(request);
    future.cancel(true);
    System.out.println("cancelled " + future.isCancelled());
  }
}
