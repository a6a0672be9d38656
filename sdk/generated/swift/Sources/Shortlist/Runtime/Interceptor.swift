/// A logical call on its way: all attempts together.
public struct Call: Sendable {
  public let method: RPCMethod
  /// May be replaced by another of the same type.
  public var request: any Message
  /// The headers of every attempt, by lower-case name.
  public var headers: [String: String]
  let options: CallOptions
}

/// Stands around every call. It may change the call, answer it itself, or look at what `next` returns. The
/// reply must be of the method's type.
public protocol Interceptor: Sendable {
  typealias Next = @Sendable (Call) async throws -> any Message

  func intercept(_ call: Call, next: @escaping Next) async throws -> any Message
}
