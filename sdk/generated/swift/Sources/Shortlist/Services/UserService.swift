import Foundation

/// Keeps profiles and honours the rights of users over their data.
///
/// Every method may return the CREDENTIALS reasons, SCOPE_INSUFFICIENT, QUOTA_EXHAUSTED,
/// SUBJECT_MISMATCH, OVERLOADED, DEADLINE_TOO_SHORT and INTERNAL; writes also STORAGE_FULL.
public struct UserService: Sendable {
  let engine: Engine

  /// The methods with their call policies.
  public enum Methods {
    public static let getUser = RPCMethod(
      path: "/shortlist.v1.UserService/GetUser",
      isIdempotent: true,
      retryableCodes: [.unavailable],
      defaultTimeout: 5,
      cache: nil,
      http: HTTPBinding(
        verb: "GET",
        path: [.literal("/v1/"), .field(["name"], keepsSlashes: true)],
        body: .none),
      requestIDField: "")
    public static let updateUser = RPCMethod(
      path: "/shortlist.v1.UserService/UpdateUser",
      isIdempotent: true,
      retryableCodes: [.unavailable],
      defaultTimeout: 5,
      cache: nil,
      http: HTTPBinding(
        verb: "PATCH",
        path: [.literal("/v1/"), .field(["user", "name"], keepsSlashes: true)],
        body: .field("user")),
      requestIDField: "")
    public static let mergeUsers = RPCMethod(
      path: "/shortlist.v1.UserService/MergeUsers",
      isIdempotent: true,
      retryableCodes: [.unavailable],
      defaultTimeout: 10,
      cache: nil,
      http: HTTPBinding(
        verb: "POST",
        path: [.literal("/v1/"), .field(["user"], keepsSlashes: true), .literal(":merge")],
        body: .all),
      requestIDField: "")
    public static let eraseUser = RPCMethod(
      path: "/shortlist.v1.UserService/EraseUser",
      isIdempotent: true,
      retryableCodes: [.unavailable],
      defaultTimeout: 30,
      cache: nil,
      http: HTTPBinding(
        verb: "POST",
        path: [.literal("/v1/"), .field(["name"], keepsSlashes: true), .literal(":erase")],
        body: .all),
      requestIDField: "")
    public static let exportUser = RPCMethod(
      path: "/shortlist.v1.UserService/ExportUser",
      isIdempotent: false,
      retryableCodes: [],
      defaultTimeout: 30,
      cache: nil,
      http: HTTPBinding(
        verb: "POST",
        path: [.literal("/v1/"), .field(["name"], keepsSlashes: true), .literal(":export")],
        body: .all),
      requestIDField: "")
  }
}

extension UserService {
  /// Returns a profile. Errors: INVALID_REQUEST, USER_NOT_FOUND.
  public func getUser(
    _ request: GetUserRequest, options: CallOptions = CallOptions()
  ) async throws -> User {
    try await engine.call(
      Methods.getUser, request, options, reply: User.self)
  }

  /// Changes a profile. Errors: INVALID_REQUEST, UNKNOWN_ATTRIBUTE, USER_NOT_FOUND.
  public func updateUser(
    _ request: UpdateUserRequest, options: CallOptions = CallOptions()
  ) async throws -> User {
    try await engine.call(
      Methods.updateUser, request, options, reply: User.self)
  }

  /// Adds a visitor's events to a user, once: from then on the visitor's history counts as the
  /// user's, and later events of the visitor go to the user. Errors: INVALID_REQUEST.
  public func mergeUsers(
    _ request: MergeUsersRequest, options: CallOptions = CallOptions()
  ) async throws -> MergeUsersResponse {
    try await engine.call(
      Methods.mergeUsers, request, options, reply: MergeUsersResponse.self)
  }

  /// Erases everything about a user from every store. Errors: INVALID_REQUEST. The operation's
  /// response is ErasureReceipt, its metadata UserOperationMetadata.
  public func eraseUser(
    _ request: EraseUserRequest, options: CallOptions = CallOptions()
  ) async throws -> LongrunningOperation {
    try await engine.call(
      Methods.eraseUser, request, options, reply: LongrunningOperation.self)
  }

  /// Writes everything held about a user into files in the deployment's export folder. Errors:
  /// INVALID_REQUEST. The operation's response is UserExport, its metadata UserOperationMetadata.
  public func exportUser(
    _ request: ExportUserRequest, options: CallOptions = CallOptions()
  ) async throws -> LongrunningOperation {
    try await engine.call(
      Methods.exportUser, request, options, reply: LongrunningOperation.self)
  }
}
