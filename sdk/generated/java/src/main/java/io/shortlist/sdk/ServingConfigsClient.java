package io.shortlist.sdk;

import com.google.protobuf.Empty;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status.Code;
import io.shortlist.admin.v1.CreateServingConfigRequest;
import io.shortlist.admin.v1.DeleteServingConfigRequest;
import io.shortlist.admin.v1.GetServingConfigRequest;
import io.shortlist.admin.v1.ListServingConfigsRequest;
import io.shortlist.admin.v1.ListServingConfigsResponse;
import io.shortlist.admin.v1.ServingConfig;
import io.shortlist.admin.v1.UpdateServingConfigRequest;
import io.shortlist.sdk.internal.Caller;
import io.shortlist.sdk.transport.RpcMethod;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Keeps the surfaces. A write is durable when it is answered, and counts for every request that
 * begins after that; feeds go on.
 *
 * <p>Every method may return the CREDENTIALS reasons, SCOPE_INSUFFICIENT, QUOTA_EXHAUSTED,
 * OVERLOADED, DEADLINE_TOO_SHORT and INTERNAL; writes also STORAGE_FULL.
 */
public final class ServingConfigsClient {
  /** GetServingConfig, for transports and mocks. */
  public static final RpcMethod<GetServingConfigRequest, ServingConfig> GET_SERVING_CONFIG =
      RpcMethod.of(
              MethodType.UNARY,
              "shortlist.admin.v1.ServingConfigService/GetServingConfig",
              GetServingConfigRequest.getDefaultInstance(),
              ServingConfig.getDefaultInstance())
          .withDeadline(Duration.ofMillis(5000))
          .idempotentAfter(Code.UNAVAILABLE);

  /** ListServingConfigs, for transports and mocks. */
  public static final RpcMethod<ListServingConfigsRequest, ListServingConfigsResponse>
      LIST_SERVING_CONFIGS =
          RpcMethod.of(
                  MethodType.UNARY,
                  "shortlist.admin.v1.ServingConfigService/ListServingConfigs",
                  ListServingConfigsRequest.getDefaultInstance(),
                  ListServingConfigsResponse.getDefaultInstance())
              .withDeadline(Duration.ofMillis(10000))
              .idempotentAfter(Code.UNAVAILABLE);

  /** CreateServingConfig, for transports and mocks. */
  public static final RpcMethod<CreateServingConfigRequest, ServingConfig> CREATE_SERVING_CONFIG =
      RpcMethod.of(
              MethodType.UNARY,
              "shortlist.admin.v1.ServingConfigService/CreateServingConfig",
              CreateServingConfigRequest.getDefaultInstance(),
              ServingConfig.getDefaultInstance())
          .withDeadline(Duration.ofMillis(10000));

  /** UpdateServingConfig, for transports and mocks. */
  public static final RpcMethod<UpdateServingConfigRequest, ServingConfig> UPDATE_SERVING_CONFIG =
      RpcMethod.of(
              MethodType.UNARY,
              "shortlist.admin.v1.ServingConfigService/UpdateServingConfig",
              UpdateServingConfigRequest.getDefaultInstance(),
              ServingConfig.getDefaultInstance())
          .withDeadline(Duration.ofMillis(10000))
          .idempotentAfter(Code.UNAVAILABLE);

  /** DeleteServingConfig, for transports and mocks. */
  public static final RpcMethod<DeleteServingConfigRequest, Empty> DELETE_SERVING_CONFIG =
      RpcMethod.of(
              MethodType.UNARY,
              "shortlist.admin.v1.ServingConfigService/DeleteServingConfig",
              DeleteServingConfigRequest.getDefaultInstance(),
              Empty.getDefaultInstance())
          .withDeadline(Duration.ofMillis(10000));

  private final Caller caller;

  ServingConfigsClient(Caller caller) {
    this.caller = caller;
  }

  /** Returns one surface. Errors: INVALID_REQUEST, UNKNOWN_SERVING_CONFIG. */
  public ServingConfig getServingConfig(GetServingConfigRequest request) {
    return getServingConfig(request, CallOptions.defaults());
  }

  /** The same, filling in the request's fields: {@code r -> r.setField(value)}. */
  public ServingConfig getServingConfig(Consumer<GetServingConfigRequest.Builder> fields) {
    GetServingConfigRequest.Builder request = GetServingConfigRequest.newBuilder();
    fields.accept(request);
    return getServingConfig(request.build(), CallOptions.defaults());
  }

  /** The same, with options. */
  public ServingConfig getServingConfig(GetServingConfigRequest request, CallOptions options) {
    return caller.callAndWait(GET_SERVING_CONFIG, request, options);
  }

  /** The same, without waiting; cancelling the future cancels the call. */
  public CompletableFuture<ServingConfig> getServingConfigAsync(GetServingConfigRequest request) {
    return getServingConfigAsync(request, CallOptions.defaults());
  }

  /** The same, with options. */
  public CompletableFuture<ServingConfig> getServingConfigAsync(
      GetServingConfigRequest request, CallOptions options) {
    return caller.call(GET_SERVING_CONFIG, request, options);
  }

  /** Lists the surfaces by name. Errors: INVALID_REQUEST, INVALID_PAGE_TOKEN. */
  public ListServingConfigsResponse listServingConfigs(ListServingConfigsRequest request) {
    return listServingConfigs(request, CallOptions.defaults());
  }

  /** The same, filling in the request's fields: {@code r -> r.setField(value)}. */
  public ListServingConfigsResponse listServingConfigs(
      Consumer<ListServingConfigsRequest.Builder> fields) {
    ListServingConfigsRequest.Builder request = ListServingConfigsRequest.newBuilder();
    fields.accept(request);
    return listServingConfigs(request.build(), CallOptions.defaults());
  }

  /** The same, with options. */
  public ListServingConfigsResponse listServingConfigs(
      ListServingConfigsRequest request, CallOptions options) {
    return caller.callAndWait(LIST_SERVING_CONFIGS, request, options);
  }

  /** The same, without waiting; cancelling the future cancels the call. */
  public CompletableFuture<ListServingConfigsResponse> listServingConfigsAsync(
      ListServingConfigsRequest request) {
    return listServingConfigsAsync(request, CallOptions.defaults());
  }

  /** The same, with options. */
  public CompletableFuture<ListServingConfigsResponse> listServingConfigsAsync(
      ListServingConfigsRequest request, CallOptions options) {
    return caller.call(LIST_SERVING_CONFIGS, request, options);
  }

  /** All items of {@code listServingConfigs}, page after page as they are asked for. */
  public Paged<ListServingConfigsResponse, ServingConfig> listServingConfigsPaged(
      ListServingConfigsRequest request) {
    return listServingConfigsPaged(request, CallOptions.defaults());
  }

  /** The same, with options. */
  public Paged<ListServingConfigsResponse, ServingConfig> listServingConfigsPaged(
      ListServingConfigsRequest request, CallOptions options) {
    return new Paged<>(
        (token, each) -> listServingConfigs(request.toBuilder().setPageToken(token).build(), each),
        ListServingConfigsResponse::getServingConfigsList,
        ListServingConfigsResponse::getNextPageToken,
        request.getPageToken(),
        options);
  }

  /** Creates a surface, without rules. Errors: INVALID_REQUEST, SERVING_CONFIG_ALREADY_EXISTS. */
  public ServingConfig createServingConfig(CreateServingConfigRequest request) {
    return createServingConfig(request, CallOptions.defaults());
  }

  /** The same, filling in the request's fields: {@code r -> r.setField(value)}. */
  public ServingConfig createServingConfig(Consumer<CreateServingConfigRequest.Builder> fields) {
    CreateServingConfigRequest.Builder request = CreateServingConfigRequest.newBuilder();
    fields.accept(request);
    return createServingConfig(request.build(), CallOptions.defaults());
  }

  /** The same, with options. */
  public ServingConfig createServingConfig(
      CreateServingConfigRequest request, CallOptions options) {
    return caller.callAndWait(CREATE_SERVING_CONFIG, request, options);
  }

  /** The same, without waiting; cancelling the future cancels the call. */
  public CompletableFuture<ServingConfig> createServingConfigAsync(
      CreateServingConfigRequest request) {
    return createServingConfigAsync(request, CallOptions.defaults());
  }

  /** The same, with options. */
  public CompletableFuture<ServingConfig> createServingConfigAsync(
      CreateServingConfigRequest request, CallOptions options) {
    return caller.call(CREATE_SERVING_CONFIG, request, options);
  }

  /**
   * Changes a surface, also one of the server's own. Errors: INVALID_REQUEST,
   * UNKNOWN_SERVING_CONFIG, ETAG_MISMATCH.
   */
  public ServingConfig updateServingConfig(UpdateServingConfigRequest request) {
    return updateServingConfig(request, CallOptions.defaults());
  }

  /** The same, filling in the request's fields: {@code r -> r.setField(value)}. */
  public ServingConfig updateServingConfig(Consumer<UpdateServingConfigRequest.Builder> fields) {
    UpdateServingConfigRequest.Builder request = UpdateServingConfigRequest.newBuilder();
    fields.accept(request);
    return updateServingConfig(request.build(), CallOptions.defaults());
  }

  /** The same, with options. */
  public ServingConfig updateServingConfig(
      UpdateServingConfigRequest request, CallOptions options) {
    return caller.callAndWait(UPDATE_SERVING_CONFIG, request, options);
  }

  /** The same, without waiting; cancelling the future cancels the call. */
  public CompletableFuture<ServingConfig> updateServingConfigAsync(
      UpdateServingConfigRequest request) {
    return updateServingConfigAsync(request, CallOptions.defaults());
  }

  /** The same, with options. */
  public CompletableFuture<ServingConfig> updateServingConfigAsync(
      UpdateServingConfigRequest request, CallOptions options) {
    return caller.call(UPDATE_SERVING_CONFIG, request, options);
  }

  /**
   * Deletes what was written of a surface and its rules: a created one is gone, one of the server's
   * own is again what the settings file says, with the rules that it has there. Errors:
   * INVALID_REQUEST, UNKNOWN_SERVING_CONFIG, ETAG_MISMATCH.
   */
  public void deleteServingConfig(DeleteServingConfigRequest request) {
    deleteServingConfig(request, CallOptions.defaults());
  }

  /** The same, filling in the request's fields: {@code r -> r.setField(value)}. */
  public void deleteServingConfig(Consumer<DeleteServingConfigRequest.Builder> fields) {
    DeleteServingConfigRequest.Builder request = DeleteServingConfigRequest.newBuilder();
    fields.accept(request);
    deleteServingConfig(request.build(), CallOptions.defaults());
  }

  /** The same, with options. */
  public void deleteServingConfig(DeleteServingConfigRequest request, CallOptions options) {
    caller.callAndWait(DELETE_SERVING_CONFIG, request, options);
  }

  /** The same, without waiting; cancelling the future cancels the call. */
  public CompletableFuture<Empty> deleteServingConfigAsync(DeleteServingConfigRequest request) {
    return deleteServingConfigAsync(request, CallOptions.defaults());
  }

  /** The same, with options. */
  public CompletableFuture<Empty> deleteServingConfigAsync(
      DeleteServingConfigRequest request, CallOptions options) {
    return caller.call(DELETE_SERVING_CONFIG, request, options);
  }
}
