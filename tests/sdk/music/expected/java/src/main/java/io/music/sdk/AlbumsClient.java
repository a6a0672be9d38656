package io.music.sdk;

import com.google.longrunning.Operation;
import com.google.protobuf.Empty;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status.Code;
import io.music.sdk.internal.Caller;
import io.music.sdk.transport.RpcMethod;
import io.music.v1.Album;
import io.music.v1.DeleteRequest;
import io.music.v1.GetAlbumRequest;
import io.music.v1.ImportMetadata;
import io.music.v1.ImportRequest;
import io.music.v1.ImportResponse;
import io.music.v1.ListAlbumsRequest;
import io.music.v1.ListAlbumsResponse;
import io.music.v1.UpdateAlbumRequest;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** Keeps albums. */
public final class AlbumsClient {
  /** GetAlbum, for transports and mocks. */
  public static final RpcMethod<GetAlbumRequest, Album> GET_ALBUM =
      RpcMethod.of(
              MethodType.UNARY,
              "music.v1.AlbumService/GetAlbum",
              GetAlbumRequest.getDefaultInstance(),
              Album.getDefaultInstance())
          .withDeadline(Duration.ofMillis(3000))
          .idempotentAfter(Code.UNAVAILABLE, Code.ABORTED);

  /** ListAlbums, for transports and mocks. */
  public static final RpcMethod<ListAlbumsRequest, ListAlbumsResponse> LIST_ALBUMS =
      RpcMethod.of(
              MethodType.UNARY,
              "music.v1.AlbumService/ListAlbums",
              ListAlbumsRequest.getDefaultInstance(),
              ListAlbumsResponse.getDefaultInstance())
          .withDeadline(Duration.ofMillis(1500))
          .idempotentAfter(Code.UNAVAILABLE);

  /** UpdateAlbum, for transports and mocks. */
  public static final RpcMethod<UpdateAlbumRequest, Album> UPDATE_ALBUM =
      RpcMethod.of(
              MethodType.UNARY,
              "music.v1.AlbumService/UpdateAlbum",
              UpdateAlbumRequest.getDefaultInstance(),
              Album.getDefaultInstance())
          .withDeadline(Duration.ofMillis(3000));

  /** Delete, for transports and mocks. */
  public static final RpcMethod<DeleteRequest, Empty> DELETE =
      RpcMethod.of(
              MethodType.UNARY,
              "music.v1.AlbumService/Delete",
              DeleteRequest.getDefaultInstance(),
              Empty.getDefaultInstance())
          .withDeadline(Duration.ofMillis(3000))
          .idempotentAfter(Code.UNAVAILABLE);

  /** Import, for transports and mocks. */
  public static final RpcMethod<ImportRequest, Operation> IMPORT =
      RpcMethod.of(
              MethodType.UNARY,
              "music.v1.AlbumService/Import",
              ImportRequest.getDefaultInstance(),
              Operation.getDefaultInstance())
          .withDeadline(Duration.ofMillis(30000));

  private final Caller caller;

  AlbumsClient(Caller caller) {
    this.caller = caller;
  }

  /** Returns an album. Errors: ALBUM_NOT_FOUND. */
  public Album getAlbum(GetAlbumRequest request) {
    return getAlbum(request, CallOptions.defaults());
  }

  /** The same, filling in the request's fields: {@code r -> r.setField(value)}. */
  public Album getAlbum(Consumer<GetAlbumRequest.Builder> fields) {
    GetAlbumRequest.Builder request = GetAlbumRequest.newBuilder();
    fields.accept(request);
    return getAlbum(request.build(), CallOptions.defaults());
  }

  /** The same, with options. */
  public Album getAlbum(GetAlbumRequest request, CallOptions options) {
    return caller.callAndWait(GET_ALBUM, request, options);
  }

  /** The same, without waiting; cancelling the future cancels the call. */
  public CompletableFuture<Album> getAlbumAsync(GetAlbumRequest request) {
    return getAlbumAsync(request, CallOptions.defaults());
  }

  /** The same, with options. */
  public CompletableFuture<Album> getAlbumAsync(GetAlbumRequest request, CallOptions options) {
    return caller.call(GET_ALBUM, request, options);
  }

  /** Lists albums. */
  public ListAlbumsResponse listAlbums(ListAlbumsRequest request) {
    return listAlbums(request, CallOptions.defaults());
  }

  /** The same, filling in the request's fields: {@code r -> r.setField(value)}. */
  public ListAlbumsResponse listAlbums(Consumer<ListAlbumsRequest.Builder> fields) {
    ListAlbumsRequest.Builder request = ListAlbumsRequest.newBuilder();
    fields.accept(request);
    return listAlbums(request.build(), CallOptions.defaults());
  }

  /** The same, with options. */
  public ListAlbumsResponse listAlbums(ListAlbumsRequest request, CallOptions options) {
    return caller.callAndWait(LIST_ALBUMS, request, options);
  }

  /** The same, without waiting; cancelling the future cancels the call. */
  public CompletableFuture<ListAlbumsResponse> listAlbumsAsync(ListAlbumsRequest request) {
    return listAlbumsAsync(request, CallOptions.defaults());
  }

  /** The same, with options. */
  public CompletableFuture<ListAlbumsResponse> listAlbumsAsync(
      ListAlbumsRequest request, CallOptions options) {
    return caller.call(LIST_ALBUMS, request, options);
  }

  /** All items of {@code listAlbums}, page after page as they are asked for. */
  public Paged<ListAlbumsResponse, Album> listAlbumsPaged(ListAlbumsRequest request) {
    return listAlbumsPaged(request, CallOptions.defaults());
  }

  /** The same, with options. */
  public Paged<ListAlbumsResponse, Album> listAlbumsPaged(
      ListAlbumsRequest request, CallOptions options) {
    return new Paged<>(
        (token, each) -> listAlbums(request.toBuilder().setCursor(token).build(), each),
        ListAlbumsResponse::getAlbumsList,
        ListAlbumsResponse::getNextCursor,
        request.getCursor(),
        options);
  }

  /** Changes an album. */
  public Album updateAlbum(UpdateAlbumRequest request) {
    return updateAlbum(request, CallOptions.defaults());
  }

  /** The same, filling in the request's fields: {@code r -> r.setField(value)}. */
  public Album updateAlbum(Consumer<UpdateAlbumRequest.Builder> fields) {
    UpdateAlbumRequest.Builder request = UpdateAlbumRequest.newBuilder();
    fields.accept(request);
    return updateAlbum(request.build(), CallOptions.defaults());
  }

  /** The same, with options. */
  public Album updateAlbum(UpdateAlbumRequest request, CallOptions options) {
    return caller.callAndWait(UPDATE_ALBUM, request, options);
  }

  /** The same, without waiting; cancelling the future cancels the call. */
  public CompletableFuture<Album> updateAlbumAsync(UpdateAlbumRequest request) {
    return updateAlbumAsync(request, CallOptions.defaults());
  }

  /** The same, with options. */
  public CompletableFuture<Album> updateAlbumAsync(
      UpdateAlbumRequest request, CallOptions options) {
    return caller.call(UPDATE_ALBUM, request, options);
  }

  /** Deletes an album. Its name is a keyword in some languages. */
  public void delete(DeleteRequest request) {
    delete(request, CallOptions.defaults());
  }

  /** The same, filling in the request's fields: {@code r -> r.setField(value)}. */
  public void delete(Consumer<DeleteRequest.Builder> fields) {
    DeleteRequest.Builder request = DeleteRequest.newBuilder();
    fields.accept(request);
    delete(request.build(), CallOptions.defaults());
  }

  /** The same, with options. */
  public void delete(DeleteRequest request, CallOptions options) {
    caller.callAndWait(DELETE, request, options);
  }

  /** The same, without waiting; cancelling the future cancels the call. */
  public CompletableFuture<Empty> deleteAsync(DeleteRequest request) {
    return deleteAsync(request, CallOptions.defaults());
  }

  /** The same, with options. */
  public CompletableFuture<Empty> deleteAsync(DeleteRequest request, CallOptions options) {
    return caller.call(DELETE, request, options);
  }

  /** Imports a folder of albums. */
  public RunningOperation<ImportResponse, ImportMetadata> import_(ImportRequest request) {
    return import_(request, CallOptions.defaults());
  }

  /** The same, filling in the request's fields: {@code r -> r.setField(value)}. */
  public RunningOperation<ImportResponse, ImportMetadata> import_(
      Consumer<ImportRequest.Builder> fields) {
    ImportRequest.Builder request = ImportRequest.newBuilder();
    fields.accept(request);
    return import_(request.build(), CallOptions.defaults());
  }

  /** The same, with options. */
  public RunningOperation<ImportResponse, ImportMetadata> import_(
      ImportRequest request, CallOptions options) {
    Operation operation = caller.callAndWait(IMPORT, request, options);
    return import_Operation(operation);
  }

  /** The same, without waiting; cancelling the future cancels the call. */
  public CompletableFuture<Operation> import_Async(ImportRequest request) {
    return import_Async(request, CallOptions.defaults());
  }

  /** The same, with options. */
  public CompletableFuture<Operation> import_Async(ImportRequest request, CallOptions options) {
    return caller.call(IMPORT, request, options);
  }

  /** An operation that {@code import_} began, such as one begun before a restart. */
  public RunningOperation<ImportResponse, ImportMetadata> import_Operation(Operation operation) {
    return new RunningOperation<>(
        caller, operation, ImportResponse.parser(), ImportMetadata.parser());
  }
}
