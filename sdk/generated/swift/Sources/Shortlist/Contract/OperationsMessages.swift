import Foundation

/// This resource represents a long-running operation that is the result of a network API call.
public struct LongrunningOperation: Message {
  public static let fullName = "google.longrunning.Operation"

  /// The server-assigned name, which is only unique within the same service that originally returns
  /// it. If you use the default HTTP mapping, the `name` should be a resource name ending with
  /// `operations/{unique_id}`.
  public var name: String
  /// Service-specific metadata associated with the operation. It typically contains progress
  /// information and common metadata such as create time. Some services might not provide such
  /// metadata. Any method that returns a long-running operation should document the metadata type,
  /// if any.
  public var metadata: AnyMessage?
  /// If the value is `false`, it means the operation is still in progress. If `true`, the operation
  /// is completed, and either `error` or `response` is available.
  public var done: Bool
  /// One of `error` `response`, or none.
  public var result: Result?

  public init(
    name: String = "",
    metadata: AnyMessage? = nil,
    done: Bool = false,
    result: Result? = nil
  ) {
    self.name = name
    self.metadata = metadata
    self.done = done
    self.result = result
  }

  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    self.name = try fields.read("name") ?? ""
    self.metadata = try fields.read("metadata")
    self.done = try fields.read("done") ?? false
    try fields.atMostOne(
      ["error"],
      ["response"])
    if let value: RpcStatus = try fields.read("error") {
      self.result = .error(value)
    } else if let value: AnyMessage = try fields.read("response") {
      self.result = .response(value)
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    if !self.name.isEmpty { try fields.write(self.name, "name") }
    if let value = self.metadata { try fields.write(value, "metadata") }
    if self.done { try fields.write(self.done, "done") }
    switch self.result {
    case .error(let value)?: try fields.write(value, "error")
    case .response(let value)?: try fields.write(value, "response")
    case nil: break
    }
  }

  /// One of these, or none.
  public enum Result: Hashable, Sendable {
    /// The error result of the operation in case of failure or cancellation.
    case error(RpcStatus)
    /// The normal, successful response of the operation. If the original method returns no data on
    /// success, such as `Delete`, the response is `google.protobuf.Empty`. If the original method
    /// is standard `Get`/`Create`/`Update`, the response should be the resource. For other methods,
    /// the response should have the type `XxxResponse`, where `Xxx` is the original method name.
    /// For example, if the original method name is `TakeSnapshot()`, the inferred response type is
    /// `TakeSnapshotResponse`.
    case response(AnyMessage)
  }
}
