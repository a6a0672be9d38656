import Foundation

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// Sends attempts by a `URLSession`.
public final class URLSessionTransport: Transport, @unchecked Sendable {
  // A session may be used from any thread; not all versions of Foundation say so in its type.
  private let session: URLSession
  private let isOwn: Bool

  /// Without a session: one of its own, that keeps neither replies nor cookies.
  public init(session: URLSession? = nil) {
    isOwn = session == nil
    if let session {
      self.session = session
    } else {
      let configuration = URLSessionConfiguration.ephemeral
      configuration.urlCache = nil
      configuration.httpShouldSetCookies = false
      self.session = URLSession(configuration: configuration)
    }
  }

  /// A session keeps its connections until it is told that it is not used any more.
  deinit {
    if isOwn {
      session.finishTasksAndInvalidate()
    }
  }

  public func send(_ request: TransportRequest) async throws -> TransportResponse {
    let running = RunningTask()
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation {
        (continuation: CheckedContinuation<TransportResponse, any Error>) in
        let task = self.session.dataTask(with: URLSessionTransport.urlRequest(request)) { data, response, error in
          continuation.resume(with: URLSessionTransport.result(data, response, error))
        }
        running.start(task)
      }
    } onCancel: {
      running.cancel()
    }
  }

  private static func urlRequest(_ request: TransportRequest) -> URLRequest {
    var made = URLRequest(url: request.url)
    made.httpMethod = request.verb
    made.httpBody = request.body
    // The call has a deadline of its own, which may be later than the session's minute.
    made.timeoutInterval = RuntimeHooks.longestWait
    for (name, value) in request.headers {
      made.setValue(value, forHTTPHeaderField: name)
    }
    return made
  }

  private static func result(
    _ data: Data?, _ response: URLResponse?, _ error: (any Error)?
  ) -> Result<TransportResponse, any Error> {
    if let error {
      return .failure(error)
    }
    guard let response = response as? HTTPURLResponse else {
      return .failure(URLError(.badServerResponse))
    }
    var headers: [String: String] = [:]
    for (name, value) in response.allHeaderFields {
      if let name = name as? String, let value = value as? String {
        headers[name.lowercased()] = value
      }
    }
    return .success(
      TransportResponse(status: response.statusCode, headers: headers, body: data ?? Data()))
  }
}

/// A task that may be cancelled before it was started.
private final class RunningTask: @unchecked Sendable {
  private let lock = NSLock()
  private var task: URLSessionDataTask?
  private var isCancelled = false

  func start(_ task: URLSessionDataTask) {
    lock.lock()
    defer { lock.unlock() }
    self.task = task
    // A task that is cancelled still has to be resumed to report it.
    task.resume()
    if isCancelled {
      task.cancel()
    }
  }

  func cancel() {
    lock.lock()
    defer { lock.unlock() }
    isCancelled = true
    task?.cancel()
  }
}
