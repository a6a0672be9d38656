package io.shortlist.sdk;

import com.google.longrunning.Operation;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status.Code;
import io.shortlist.sdk.internal.Caller;
import io.shortlist.sdk.transport.RpcMethod;
import io.shortlist.v1.EraseUserRequest;
import io.shortlist.v1.ErasureReceipt;
import io.shortlist.v1.ExportUserRequest;
import io.shortlist.v1.GetUserRequest;
import io.shortlist.v1.MergeUsersRequest;
import io.shortlist.v1.MergeUsersResponse;
import io.shortlist.v1.UpdateUserRequest;
import io.shortlist.v1.User;
import io.shortlist.v1.UserExport;
import io.shortlist.v1.UserOperationMetadata;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Keeps profiles and honours the rights of users over their data.
 *
 * <p>Every method may return the CREDENTIALS reasons, SCOPE_INSUFFICIENT, QUOTA_EXHAUSTED,
 * SUBJECT_MISMATCH, OVERLOADED, DEADLINE_TOO_SHORT and INTERNAL; writes also STORAGE_FULL.
 */
public final class UsersClient {
  /** GetUser, for transports and mocks. */
  public static final RpcMethod<GetUserRequest, User> GET_USER =
      RpcMethod.of(
              MethodType.UNARY,
              "shortlist.v1.UserService/GetUser",
              GetUserRequest.getDefaultInstance(),
              User.getDefaultInstance())
          .withDeadline(Duration.ofMillis(5000))
          .idempotentAfter(Code.UNAVAILABLE);

  /** UpdateUser, for transports and mocks. */
  public static final RpcMethod<UpdateUserRequest, User> UPDATE_USER =
      RpcMethod.of(
              MethodType.UNARY,
              "shortlist.v1.UserService/UpdateUser",
              UpdateUserRequest.getDefaultInstance(),
              User.getDefaultInstance())
          .withDeadline(Duration.ofMillis(5000))
          .idempotentAfter(Code.UNAVAILABLE);

  /** MergeUsers, for transports and mocks. */
  public static final RpcMethod<MergeUsersRequest, MergeUsersResponse> MERGE_USERS =
      RpcMethod.of(
              MethodType.UNARY,
              "shortlist.v1.UserService/MergeUsers",
              MergeUsersRequest.getDefaultInstance(),
              MergeUsersResponse.getDefaultInstance())
          .withDeadline(Duration.ofMillis(10000))
          .idempotentAfter(Code.UNAVAILABLE);

  /** EraseUser, for transports and mocks. */
  public static final RpcMethod<EraseUserRequest, Operation> ERASE_USER =
      RpcMethod.of(
              MethodType.UNARY,
              "shortlist.v1.UserService/EraseUser",
              EraseUserRequest.getDefaultInstance(),
              Operation.getDefaultInstance())
          .withDeadline(Duration.ofMillis(30000))
          .idempotentAfter(Code.UNAVAILABLE);

  /** ExportUser, for transports and mocks. */
  public static final RpcMethod<ExportUserRequest, Operation> EXPORT_USER =
      RpcMethod.of(
              MethodType.UNARY,
              "shortlist.v1.UserService/ExportUser",
              ExportUserRequest.getDefaultInstance(),
              Operation.getDefaultInstance())
          .withDeadline(Duration.ofMillis(30000));

  private final Caller caller;

  UsersClient(Caller caller) {
    this.caller = caller;
  }

  /** Returns a profile. Errors: INVALID_REQUEST, USER_NOT_FOUND. */
  public User getUser(GetUserRequest request) {
    return getUser(request, CallOptions.defaults());
  }

  /** The same, filling in the request's fields: {@code r -> r.setField(value)}. */
  public User getUser(Consumer<GetUserRequest.Builder> fields) {
    GetUserRequest.Builder request = GetUserRequest.newBuilder();
    fields.accept(request);
    return getUser(request.build(), CallOptions.defaults());
  }

  /** The same, with options. */
  public User getUser(GetUserRequest request, CallOptions options) {
    return caller.callAndWait(GET_USER, request, options);
  }

  /** The same, without waiting; cancelling the future cancels the call. */
  public CompletableFuture<User> getUserAsync(GetUserRequest request) {
    return getUserAsync(request, CallOptions.defaults());
  }

  /** The same, with options. */
  public CompletableFuture<User> getUserAsync(GetUserRequest request, CallOptions options) {
    return caller.call(GET_USER, request, options);
  }

  /** Changes a profile. Errors: INVALID_REQUEST, UNKNOWN_ATTRIBUTE, USER_NOT_FOUND. */
  public User updateUser(UpdateUserRequest request) {
    return updateUser(request, CallOptions.defaults());
  }

  /** The same, filling in the request's fields: {@code r -> r.setField(value)}. */
  public User updateUser(Consumer<UpdateUserRequest.Builder> fields) {
    UpdateUserRequest.Builder request = UpdateUserRequest.newBuilder();
    fields.accept(request);
    return updateUser(request.build(), CallOptions.defaults());
  }

  /** The same, with options. */
  public User updateUser(UpdateUserRequest request, CallOptions options) {
    return caller.callAndWait(UPDATE_USER, request, options);
  }

  /** The same, without waiting; cancelling the future cancels the call. */
  public CompletableFuture<User> updateUserAsync(UpdateUserRequest request) {
    return updateUserAsync(request, CallOptions.defaults());
  }

  /** The same, with options. */
  public CompletableFuture<User> updateUserAsync(UpdateUserRequest request, CallOptions options) {
    return caller.call(UPDATE_USER, request, options);
  }

  /**
   * Adds a visitor's events to a user, once: from then on the visitor's history counts as the
   * user's, and later events of the visitor go to the user. Errors: INVALID_REQUEST.
   */
  public MergeUsersResponse mergeUsers(MergeUsersRequest request) {
    return mergeUsers(request, CallOptions.defaults());
  }

  /** The same, filling in the request's fields: {@code r -> r.setField(value)}. */
  public MergeUsersResponse mergeUsers(Consumer<MergeUsersRequest.Builder> fields) {
    MergeUsersRequest.Builder request = MergeUsersRequest.newBuilder();
    fields.accept(request);
    return mergeUsers(request.build(), CallOptions.defaults());
  }

  /** The same, with options. */
  public MergeUsersResponse mergeUsers(MergeUsersRequest request, CallOptions options) {
    return caller.callAndWait(MERGE_USERS, request, options);
  }

  /** The same, without waiting; cancelling the future cancels the call. */
  public CompletableFuture<MergeUsersResponse> mergeUsersAsync(MergeUsersRequest request) {
    return mergeUsersAsync(request, CallOptions.defaults());
  }

  /** The same, with options. */
  public CompletableFuture<MergeUsersResponse> mergeUsersAsync(
      MergeUsersRequest request, CallOptions options) {
    return caller.call(MERGE_USERS, request, options);
  }

  /**
   * Erases everything about a user from every store. Errors: INVALID_REQUEST. The operation's
   * response is ErasureReceipt, its metadata UserOperationMetadata.
   */
  public RunningOperation<ErasureReceipt, UserOperationMetadata> eraseUser(
      EraseUserRequest request) {
    return eraseUser(request, CallOptions.defaults());
  }

  /** The same, filling in the request's fields: {@code r -> r.setField(value)}. */
  public RunningOperation<ErasureReceipt, UserOperationMetadata> eraseUser(
      Consumer<EraseUserRequest.Builder> fields) {
    EraseUserRequest.Builder request = EraseUserRequest.newBuilder();
    fields.accept(request);
    return eraseUser(request.build(), CallOptions.defaults());
  }

  /** The same, with options. */
  public RunningOperation<ErasureReceipt, UserOperationMetadata> eraseUser(
      EraseUserRequest request, CallOptions options) {
    Operation operation = caller.callAndWait(ERASE_USER, request, options);
    return eraseUserOperation(operation);
  }

  /** The same, without waiting; cancelling the future cancels the call. */
  public CompletableFuture<Operation> eraseUserAsync(EraseUserRequest request) {
    return eraseUserAsync(request, CallOptions.defaults());
  }

  /** The same, with options. */
  public CompletableFuture<Operation> eraseUserAsync(
      EraseUserRequest request, CallOptions options) {
    return caller.call(ERASE_USER, request, options);
  }

  /** An operation that {@code eraseUser} began, such as one begun before a restart. */
  public RunningOperation<ErasureReceipt, UserOperationMetadata> eraseUserOperation(
      Operation operation) {
    return new RunningOperation<>(
        caller, operation, ErasureReceipt.parser(), UserOperationMetadata.parser());
  }

  /**
   * Writes everything held about a user into files in the deployment's export folder. Errors:
   * INVALID_REQUEST. The operation's response is UserExport, its metadata UserOperationMetadata.
   */
  public RunningOperation<UserExport, UserOperationMetadata> exportUser(ExportUserRequest request) {
    return exportUser(request, CallOptions.defaults());
  }

  /** The same, filling in the request's fields: {@code r -> r.setField(value)}. */
  public RunningOperation<UserExport, UserOperationMetadata> exportUser(
      Consumer<ExportUserRequest.Builder> fields) {
    ExportUserRequest.Builder request = ExportUserRequest.newBuilder();
    fields.accept(request);
    return exportUser(request.build(), CallOptions.defaults());
  }

  /** The same, with options. */
  public RunningOperation<UserExport, UserOperationMetadata> exportUser(
      ExportUserRequest request, CallOptions options) {
    Operation operation = caller.callAndWait(EXPORT_USER, request, options);
    return exportUserOperation(operation);
  }

  /** The same, without waiting; cancelling the future cancels the call. */
  public CompletableFuture<Operation> exportUserAsync(ExportUserRequest request) {
    return exportUserAsync(request, CallOptions.defaults());
  }

  /** The same, with options. */
  public CompletableFuture<Operation> exportUserAsync(
      ExportUserRequest request, CallOptions options) {
    return caller.call(EXPORT_USER, request, options);
  }

  /** An operation that {@code exportUser} began, such as one begun before a restart. */
  public RunningOperation<UserExport, UserOperationMetadata> exportUserOperation(
      Operation operation) {
    return new RunningOperation<>(
        caller, operation, UserExport.parser(), UserOperationMetadata.parser());
  }
}
