package io.shortlist.sdk.suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.longrunning.GetOperationRequest;
import com.google.longrunning.Operation;
import com.google.protobuf.Any;
import com.google.rpc.ErrorInfo;
import io.shortlist.sdk.CatalogClient;
import io.shortlist.sdk.DeadlineExceededException;
import io.shortlist.sdk.RunningOperation;
import io.shortlist.sdk.ShortlistClient;
import io.shortlist.sdk.errors.InvalidRequestException;
import io.shortlist.sdk.testing.MockTransport;
import io.shortlist.v1.ImportItemsMetadata;
import io.shortlist.v1.ImportItemsRequest;
import io.shortlist.v1.ImportItemsResponse;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class OperationsTest {
  private static final Operation BEGUN =
      Operation.newBuilder()
          .setName("operations/o1")
          .setMetadata(Any.pack(ImportItemsMetadata.newBuilder().setReadCount(3).build()))
          .build();
  private static final ImportItemsRequest REQUEST =
      ImportItemsRequest.newBuilder().setPath("items.csv").build();

  private final FakeHooks hooks = FakeHooks.jumping();
  private final MockTransport mock = new MockTransport().reply(CatalogClient.IMPORT_ITEMS, BEGUN);
  private int looks;

  private RunningOperation<ImportItemsResponse, ImportItemsMetadata> begin() {
    return ShortlistClient.builder(mock).hooks(hooks).build().catalog().importItems(REQUEST);
  }

  private void endsAfter(int looksUntilDone, Operation done) {
    mock.answer(
        RunningOperation.GET_OPERATION,
        (GetOperationRequest request) -> {
          assertEquals("operations/o1", request.getName());
          return ++looks < looksUntilDone ? BEGUN : done;
        });
  }

  @Test
  void waitingEndsWithTheResult() {
    ImportItemsResponse response = ImportItemsResponse.newBuilder().setAcceptedCount(9).build();
    endsAfter(3, BEGUN.toBuilder().setDone(true).setResponse(Any.pack(response)).build());
    RunningOperation<ImportItemsResponse, ImportItemsMetadata> operation = begin();
    assertFalse(operation.isDone());
    assertEquals(3, operation.metadata().orElseThrow().getReadCount());
    assertEquals(response, operation.await(Duration.ofMinutes(1)));
    assertEquals(
        List.of(Duration.ofMillis(200), Duration.ofMillis(400), Duration.ofMillis(800)),
        hooks.sleeps);
  }

  @Test
  void aFailedOperationThrowsItsReason() {
    com.google.rpc.Status error =
        com.google.rpc.Status.newBuilder()
            .setCode(3)
            .addDetails(Any.pack(ErrorInfo.newBuilder().setReason("INVALID_REQUEST").build()))
            .build();
    endsAfter(1, BEGUN.toBuilder().setDone(true).setError(error).build());
    assertThrows(InvalidRequestException.class, () -> begin().await(Duration.ofMinutes(1)));
  }

  @Test
  void waitingHasAnEnd() {
    endsAfter(Integer.MAX_VALUE, BEGUN);
    assertThrows(DeadlineExceededException.class, () -> begin().await(Duration.ofSeconds(10)));
  }
}
