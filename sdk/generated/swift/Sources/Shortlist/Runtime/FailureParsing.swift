import Foundation

extension CallFailure {
  private static let domain = "shortlist"

  /// What a reply of HTTP says of a failure.
  init(response: TransportResponse) {
    let body = (try? JSONDecoder().decode(JSONValue.self, from: response.body)) ?? .null
    self.init(code: StatusCode(httpStatus: response.status), message: "HTTP \(response.status)")
    // Some gateways put the status into a member of its own.
    read(status: body["error"]?["message"] == nil ? body : body["error"] ?? body)
    if let id = response.headers["x-request-id"], !id.isEmpty {
      requestID = id
    }
    if retryDelay == nil, let seconds = response.headers["retry-after"] {
      retryDelay = TimeInterval(seconds)
    }
  }

  /// What a `google.rpc.Status` says, such as that of a refused event.
  init(status: JSONValue) {
    self.init(code: .unknown, message: "")
    read(status: status)
  }

  private mutating func read(status: JSONValue) {
    if let named = (status["status"] ?? status["code"])?.stringValue,
      let code = StatusCode(rawValue: named.uppercased())
    {
      self.code = code
    } else if case .integer(let number)? = status["code"], number < 17 {
      code = StatusCode(number: number)
    }
    if let message = status["message"]?.stringValue {
      self.message = message
    }
    if case .array(let details)? = status["details"] {
      self.details = details
      for detail in details {
        read(detail: detail)
      }
    }
  }

  private mutating func read(detail: JSONValue) {
    switch typeName(of: detail) {
    case "google.rpc.ErrorInfo" where detail["domain"]?.stringValue == Self.domain:
      reason = FailureReason(detail["reason"]?.stringValue ?? "")
      if case .object(let members)? = detail["metadata"] {
        metadata = members.compactMapValues { $0.stringValue }
      }
    case "google.rpc.RetryInfo":
      if let text = detail["retryDelay"]?.stringValue, let delay = TimeSpan(text: text) {
        retryDelay = delay.timeInterval
      }
    case "google.rpc.RequestInfo":
      requestID = detail["requestId"]?.stringValue ?? requestID
    default:
      break
    }
  }
}

/// The error that a status within a reply stands for, such as that of a refused event.
func refusal(_ status: some Message) -> ShortlistError {
  CallFailure(status: (try? jsonValue(status)) ?? .null).error
}
