import Foundation

/// The `Status` type defines a logical error model that is suitable for different programming
/// environments, including REST APIs and RPC APIs. It is used by [gRPC](https://github.com/grpc).
/// Each `Status` message contains three pieces of data: error code, error message, and error
/// details.
///
/// You can find out more about this error model and how to work with it in the [API Design
/// Guide](https://cloud.google.com/apis/design/errors).
public struct RpcStatus: Message {
  public static let fullName = "google.rpc.Status"

  /// The status code, which should be an enum value of [google.rpc.Code][google.rpc.Code].
  public var code: Int32
  /// A developer-facing error message, which should be in English. Any user-facing error message
  /// should be localized and sent in the [google.rpc.Status.details][google.rpc.Status.details]
  /// field, or localized by the client.
  public var message: String
  /// A list of messages that carry the error details. There is a common set of message types for
  /// APIs to use.
  public var details: [AnyMessage]

  public init(
    code: Int32 = 0,
    message: String = "",
    details: [AnyMessage] = []
  ) {
    self.code = code
    self.message = message
    self.details = details
  }

  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    self.code = try fields.read(Int32Form.self, "code") ?? 0
    self.message = try fields.read("message") ?? ""
    self.details = try fields.list("details")
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    if self.code != 0 { try fields.write(Int32Form(self.code), "code") }
    if !self.message.isEmpty { try fields.write(self.message, "message") }
    if !self.details.isEmpty { try fields.write(self.details, "details") }
  }
}
