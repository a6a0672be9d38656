package io.shortlist.sdk;

import com.google.protobuf.Empty;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status.Code;
import io.shortlist.admin.v1.CreateRuleRequest;
import io.shortlist.admin.v1.DeleteRuleRequest;
import io.shortlist.admin.v1.GetRuleRequest;
import io.shortlist.admin.v1.ListRulesRequest;
import io.shortlist.admin.v1.ListRulesResponse;
import io.shortlist.admin.v1.Rule;
import io.shortlist.admin.v1.UpdateRuleRequest;
import io.shortlist.sdk.internal.Caller;
import io.shortlist.sdk.transport.RpcMethod;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Keeps the rules of the surfaces: pins, caps, boosts and blocks. A write is durable when it is
 * answered, and counts for every request that begins after that.
 *
 * <p>Every method may return the CREDENTIALS reasons, SCOPE_INSUFFICIENT, QUOTA_EXHAUSTED,
 * OVERLOADED, DEADLINE_TOO_SHORT and INTERNAL; writes also STORAGE_FULL.
 */
public final class RulesClient {
  /** GetRule, for transports and mocks. */
  public static final RpcMethod<GetRuleRequest, Rule> GET_RULE =
      RpcMethod.of(
              MethodType.UNARY,
              "shortlist.admin.v1.RuleService/GetRule",
              GetRuleRequest.getDefaultInstance(),
              Rule.getDefaultInstance())
          .withDeadline(Duration.ofMillis(5000))
          .idempotentAfter(Code.UNAVAILABLE);

  /** ListRules, for transports and mocks. */
  public static final RpcMethod<ListRulesRequest, ListRulesResponse> LIST_RULES =
      RpcMethod.of(
              MethodType.UNARY,
              "shortlist.admin.v1.RuleService/ListRules",
              ListRulesRequest.getDefaultInstance(),
              ListRulesResponse.getDefaultInstance())
          .withDeadline(Duration.ofMillis(10000))
          .idempotentAfter(Code.UNAVAILABLE);

  /** CreateRule, for transports and mocks. */
  public static final RpcMethod<CreateRuleRequest, Rule> CREATE_RULE =
      RpcMethod.of(
              MethodType.UNARY,
              "shortlist.admin.v1.RuleService/CreateRule",
              CreateRuleRequest.getDefaultInstance(),
              Rule.getDefaultInstance())
          .withDeadline(Duration.ofMillis(10000));

  /** UpdateRule, for transports and mocks. */
  public static final RpcMethod<UpdateRuleRequest, Rule> UPDATE_RULE =
      RpcMethod.of(
              MethodType.UNARY,
              "shortlist.admin.v1.RuleService/UpdateRule",
              UpdateRuleRequest.getDefaultInstance(),
              Rule.getDefaultInstance())
          .withDeadline(Duration.ofMillis(10000))
          .idempotentAfter(Code.UNAVAILABLE);

  /** DeleteRule, for transports and mocks. */
  public static final RpcMethod<DeleteRuleRequest, Empty> DELETE_RULE =
      RpcMethod.of(
              MethodType.UNARY,
              "shortlist.admin.v1.RuleService/DeleteRule",
              DeleteRuleRequest.getDefaultInstance(),
              Empty.getDefaultInstance())
          .withDeadline(Duration.ofMillis(10000));

  private final Caller caller;

  RulesClient(Caller caller) {
    this.caller = caller;
  }

  /** Returns one rule. Errors: INVALID_REQUEST, UNKNOWN_SERVING_CONFIG, RULE_NOT_FOUND. */
  public Rule getRule(GetRuleRequest request) {
    return getRule(request, CallOptions.defaults());
  }

  /** The same, filling in the request's fields: {@code r -> r.setField(value)}. */
  public Rule getRule(Consumer<GetRuleRequest.Builder> fields) {
    GetRuleRequest.Builder request = GetRuleRequest.newBuilder();
    fields.accept(request);
    return getRule(request.build(), CallOptions.defaults());
  }

  /** The same, with options. */
  public Rule getRule(GetRuleRequest request, CallOptions options) {
    return caller.callAndWait(GET_RULE, request, options);
  }

  /** The same, without waiting; cancelling the future cancels the call. */
  public CompletableFuture<Rule> getRuleAsync(GetRuleRequest request) {
    return getRuleAsync(request, CallOptions.defaults());
  }

  /** The same, with options. */
  public CompletableFuture<Rule> getRuleAsync(GetRuleRequest request, CallOptions options) {
    return caller.call(GET_RULE, request, options);
  }

  /**
   * Lists the rules of a surface in the order in which they apply: those of the settings file, then
   * the others as they were created. Errors: INVALID_REQUEST, UNKNOWN_SERVING_CONFIG,
   * INVALID_PAGE_TOKEN.
   */
  public ListRulesResponse listRules(ListRulesRequest request) {
    return listRules(request, CallOptions.defaults());
  }

  /** The same, filling in the request's fields: {@code r -> r.setField(value)}. */
  public ListRulesResponse listRules(Consumer<ListRulesRequest.Builder> fields) {
    ListRulesRequest.Builder request = ListRulesRequest.newBuilder();
    fields.accept(request);
    return listRules(request.build(), CallOptions.defaults());
  }

  /** The same, with options. */
  public ListRulesResponse listRules(ListRulesRequest request, CallOptions options) {
    return caller.callAndWait(LIST_RULES, request, options);
  }

  /** The same, without waiting; cancelling the future cancels the call. */
  public CompletableFuture<ListRulesResponse> listRulesAsync(ListRulesRequest request) {
    return listRulesAsync(request, CallOptions.defaults());
  }

  /** The same, with options. */
  public CompletableFuture<ListRulesResponse> listRulesAsync(
      ListRulesRequest request, CallOptions options) {
    return caller.call(LIST_RULES, request, options);
  }

  /** All items of {@code listRules}, page after page as they are asked for. */
  public Paged<ListRulesResponse, Rule> listRulesPaged(ListRulesRequest request) {
    return listRulesPaged(request, CallOptions.defaults());
  }

  /** The same, with options. */
  public Paged<ListRulesResponse, Rule> listRulesPaged(
      ListRulesRequest request, CallOptions options) {
    return new Paged<>(
        (token, each) -> listRules(request.toBuilder().setPageToken(token).build(), each),
        ListRulesResponse::getRulesList,
        ListRulesResponse::getNextPageToken,
        request.getPageToken(),
        options);
  }

  /**
   * Creates a rule. Errors: INVALID_REQUEST (also for a wrong filter or an undeclared attribute),
   * UNKNOWN_SERVING_CONFIG, RULE_ALREADY_EXISTS.
   */
  public Rule createRule(CreateRuleRequest request) {
    return createRule(request, CallOptions.defaults());
  }

  /** The same, filling in the request's fields: {@code r -> r.setField(value)}. */
  public Rule createRule(Consumer<CreateRuleRequest.Builder> fields) {
    CreateRuleRequest.Builder request = CreateRuleRequest.newBuilder();
    fields.accept(request);
    return createRule(request.build(), CallOptions.defaults());
  }

  /** The same, with options. */
  public Rule createRule(CreateRuleRequest request, CallOptions options) {
    return caller.callAndWait(CREATE_RULE, request, options);
  }

  /** The same, without waiting; cancelling the future cancels the call. */
  public CompletableFuture<Rule> createRuleAsync(CreateRuleRequest request) {
    return createRuleAsync(request, CallOptions.defaults());
  }

  /** The same, with options. */
  public CompletableFuture<Rule> createRuleAsync(CreateRuleRequest request, CallOptions options) {
    return caller.call(CREATE_RULE, request, options);
  }

  /**
   * Changes a rule, also one of the settings file. Errors: INVALID_REQUEST (also for a wrong filter
   * or an undeclared attribute), UNKNOWN_SERVING_CONFIG, RULE_NOT_FOUND, ETAG_MISMATCH.
   */
  public Rule updateRule(UpdateRuleRequest request) {
    return updateRule(request, CallOptions.defaults());
  }

  /** The same, filling in the request's fields: {@code r -> r.setField(value)}. */
  public Rule updateRule(Consumer<UpdateRuleRequest.Builder> fields) {
    UpdateRuleRequest.Builder request = UpdateRuleRequest.newBuilder();
    fields.accept(request);
    return updateRule(request.build(), CallOptions.defaults());
  }

  /** The same, with options. */
  public Rule updateRule(UpdateRuleRequest request, CallOptions options) {
    return caller.callAndWait(UPDATE_RULE, request, options);
  }

  /** The same, without waiting; cancelling the future cancels the call. */
  public CompletableFuture<Rule> updateRuleAsync(UpdateRuleRequest request) {
    return updateRuleAsync(request, CallOptions.defaults());
  }

  /** The same, with options. */
  public CompletableFuture<Rule> updateRuleAsync(UpdateRuleRequest request, CallOptions options) {
    return caller.call(UPDATE_RULE, request, options);
  }

  /**
   * Deletes a rule, also one of the settings file, which comes back when its serving config is
   * deleted (reset). Errors: INVALID_REQUEST, UNKNOWN_SERVING_CONFIG, RULE_NOT_FOUND,
   * ETAG_MISMATCH.
   */
  public void deleteRule(DeleteRuleRequest request) {
    deleteRule(request, CallOptions.defaults());
  }

  /** The same, filling in the request's fields: {@code r -> r.setField(value)}. */
  public void deleteRule(Consumer<DeleteRuleRequest.Builder> fields) {
    DeleteRuleRequest.Builder request = DeleteRuleRequest.newBuilder();
    fields.accept(request);
    deleteRule(request.build(), CallOptions.defaults());
  }

  /** The same, with options. */
  public void deleteRule(DeleteRuleRequest request, CallOptions options) {
    caller.callAndWait(DELETE_RULE, request, options);
  }

  /** The same, without waiting; cancelling the future cancels the call. */
  public CompletableFuture<Empty> deleteRuleAsync(DeleteRuleRequest request) {
    return deleteRuleAsync(request, CallOptions.defaults());
  }

  /** The same, with options. */
  public CompletableFuture<Empty> deleteRuleAsync(DeleteRuleRequest request, CallOptions options) {
    return caller.call(DELETE_RULE, request, options);
  }
}
