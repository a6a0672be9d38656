import Foundation

/// One attempt of a call, on its way.
public struct TransportRequest: Sendable {
  public var method: RPCMethod
  /// The verb of HTTP.
  public var verb: String
  public var url: URL
  /// By lower-case name.
  public var headers: [String: String]
  public var body: Data?

  public init(
    method: RPCMethod, verb: String, url: URL, headers: [String: String], body: Data?
  ) {
    self.method = method
    self.verb = verb
    self.url = url
    self.headers = headers
    self.body = body
  }
}

/// What came back.
public struct TransportResponse: Sendable {
  /// The status of HTTP.
  public var status: Int
  /// By lower-case name.
  public var headers: [String: String]
  public var body: Data

  public init(status: Int, headers: [String: String] = [:], body: Data = Data()) {
    self.status = status
    self.headers = headers
    self.body = body
  }
}

/// Sends attempts. What it throws counts as a connection that failed.
public protocol Transport: Sendable {
  func send(_ request: TransportRequest) async throws -> TransportResponse
}
