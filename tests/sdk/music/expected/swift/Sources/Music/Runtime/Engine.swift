import Foundation

/// Makes calls: what all services of a client share.
struct Engine: Sendable {
  let endpoint: String
  let transport: any Transport
  let authentication: Authentication
  let interceptors: [any Interceptor]
  let telemetry: [TelemetryHooks]
  let cache: ReplyCache?
  let hooks: RuntimeHooks
  let budget = RetryBudget()

  /// Makes a call: once through the interceptors, then from the cache or by attempts.
  func call<Reply: Message>(
    _ method: RPCMethod, _ request: some Message, _ options: CallOptions, reply: Reply.Type
  ) async throws -> Reply {
    let record = CallRecord()
    let started = hooks.now()
    let timeout = options.timeout ?? method.defaultTimeout
    let deadline = timeout > 0 ? started.addingTimeInterval(timeout) : Date.distantFuture
    for listener in telemetry {
      listener.onCallStart?(method)
    }
    do {
      let call = try newCall(method, request, options)
      let invoke = chained({ call in
        try await self.answer(call, deadline, record, reply: reply)
      })
      let found = try await invoke(call)
      guard let typed = found as? Reply else {
        throw CallFailure(
          code: .internal, message: "an interceptor returned a reply of another type"
        ).error
      }
      ended(method, nil, started, record, options)
      return typed
    } catch {
      ended(method, error, started, record, options)
      throw error
    }
  }

  private func newCall(
    _ method: RPCMethod, _ request: some Message, _ options: CallOptions
  ) throws -> Call {
    var headers: [String: String] = [:]
    for (name, value) in options.headers {
      headers[name.lowercased()] = value
    }
    let key = options.idempotencyKey ?? hooks.uuid()
    headers[ClientHeaders.idempotencyKey] = key
    if headers[ClientHeaders.requestID] == nil {
      let own = try jsonValue(request)[method.requestIDField]?.stringValue ?? ""
      headers[ClientHeaders.requestID] = own.isEmpty ? key : own
    }
    return Call(method: method, request: request, headers: headers, options: options)
  }

  /// Puts the interceptors around the last step; the first is the outermost.
  private func chained(_ last: @escaping Interceptor.Next) -> Interceptor.Next {
    var next = last
    for interceptor in interceptors.reversed() {
      let inner = next
      next = { call in try await interceptor.intercept(call, next: inner) }
    }
    return next
  }

  private func ended(
    _ method: RPCMethod, _ error: (any Error)?, _ started: Date, _ record: CallRecord,
    _ options: CallOptions
  ) {
    let failure = (error as? MusicError)?.failure
    var code = StatusCode.ok
    if let failure {
      code = failure.code
    } else if let error {
      code = error is CancellationError ? .cancelled : .unknown
    }
    let end = CallEnd(
      method: method,
      code: code,
      reason: failure?.reason ?? FailureReason(""),
      duration: hooks.now().timeIntervalSince(started),
      info: record.info)
    for listener in telemetry {
      listener.onCallEnd?(end)
    }
    options.onInfo?(end.info)
  }
}

// Answers, from the cache or by attempts.
extension Engine {
  private func answer<Reply: Message>(
    _ call: Call, _ deadline: Date, _ record: CallRecord, reply: Reply.Type
  ) async throws -> any Message {
    let request = try jsonValue(call.request)
    guard let cache, let policy = call.method.cache else {
      return try await attempts(call, request, deadline, record, reply: reply)
    }
    let key = try ReplyCache.key(call.method, request)
    let kept = await cache.get(key)
    let now = hooks.now()
    if let kept, now.timeIntervalSince(kept.stored) <= policy.maxAge {
      record.update { $0.isFromCache = true }
      return kept.reply
    }
    do {
      let fetched = try await attempts(call, request, deadline, record, reply: reply)
      await cache.put(key, fetched, at: hooks.now())
      return fetched
    } catch let error as MusicError where error.code == .unavailable {
      let longest = policy.maxAge + policy.staleIfError
      guard let kept, now.timeIntervalSince(kept.stored) <= longest else { throw error }
      record.update {
        $0.isFromCache = true
        $0.isStale = true
      }
      return kept.reply
    }
  }

  /// Sends a call until it succeeds or must not be repeated.
  private func attempts<Reply: Message>(
    _ call: Call, _ request: JSONValue, _ deadline: Date, _ record: CallRecord, reply: Reply.Type
  ) async throws -> Reply {
    var refused: String?
    var attempt = 1
    while true {
      switch try await attempted(call, request, attempt, deadline, refused, record, reply) {
      case .reply(let found):
        await budget.succeeded()
        return found
      case .failure(let failure, token: let token):
        let delay = wait(after: failure, call, attempt, token: token, alreadyRefused: refused)
        guard let delay else { throw failure.error }
        guard hooks.now() < deadline else { throw deadlineExceeded(call).error }
        guard hooks.now().addingTimeInterval(delay) < deadline, await budget.take()
        else { throw failure.error }
        if failure.reason.retryPolicy == .afterRefresh {
          refused = token
        }
        try await hooks.sleep(delay)
      }
      attempt += 1
    }
  }

  /// Returns how long to wait before another attempt; nil: there must be none.
  private func wait(
    after failure: CallFailure, _ call: Call, _ attempt: Int, token: String?, alreadyRefused: String?
  ) -> TimeInterval? {
    guard call.options.retries, attempt < Backoff.maxAttempts else { return nil }
    if Backoff.isRepeatable(failure, of: call.method) {
      return Backoff.wait(after: failure, attempt: attempt, random: hooks.random)
    }
    let mayRefresh = failure.reason.retryPolicy == .afterRefresh && authentication.canRefresh
    return mayRefresh && token != nil && alreadyRefused == nil ? 0 : nil
  }
}

// One attempt.
extension Engine {
  private enum Outcome<Reply: Sendable>: Sendable {
    case reply(Reply)
    /// With the token that was sent.
    case failure(CallFailure, token: String?)
  }

  private func attempted<Reply: Message>(
    _ call: Call, _ request: JSONValue, _ attempt: Int, _ deadline: Date, _ refused: String?,
    _ record: CallRecord, _ reply: Reply.Type
  ) async throws -> Outcome<Reply> {
    try Task.checkCancellation()
    let started = hooks.now()
    let left = deadline.timeIntervalSince(started)
    guard left > 0 else { throw deadlineExceeded(call).error }
    let requestID = call.headers[ClientHeaders.requestID] ?? ""
    record.update {
      $0.attempts = attempt
      $0.requestID = requestID
    }
    var outcome: Outcome<Reply>
    do {
      outcome = try await within(seconds: left) { () async throws -> Outcome<Reply> in
        try await self.exchange(call, request, attempt, left: left, refused, record)
      }
    } catch is DeadlinePassed {
      outcome = .failure(deadlineExceeded(call), token: nil)
    } catch {
      if Task.isCancelled { throw CancellationError() }
      outcome = .failure(notSent(error), token: nil)
    }
    var code = StatusCode.ok
    if case .failure(var failure, token: let token) = outcome {
      failure.method = call.method.path
      failure.requestID = failure.requestID.isEmpty ? requestID : failure.requestID
      code = failure.code
      let id = failure.requestID
      record.update { $0.requestID = id }
      outcome = .failure(failure, token: token)
    }
    let end = AttemptEnd(
      method: call.method, attempt: attempt, code: code,
      duration: hooks.now().timeIntervalSince(started))
    for listener in telemetry {
      listener.onAttempt?(end)
    }
    return outcome
  }

  /// Sends an attempt and reads what comes back.
  private func exchange<Reply: Message>(
    _ call: Call, _ request: JSONValue, _ attempt: Int, left: TimeInterval, _ refused: String?,
    _ record: CallRecord
  ) async throws -> Outcome<Reply> {
    var sent = try transportRequest(call, request, attempt, left: left)
    let credential: CredentialHeader?
    do {
      credential = try await authentication.header(refused: refused)
    } catch {
      var failure = CallFailure(code: .unauthenticated, message: "credentials: \(error)")
      failure.underlying = error
      return .failure(failure, token: nil)
    }
    if let credential {
      sent.headers[credential.name] = credential.value
    }
    let response = try await transport.send(sent)
    guard (200..<300).contains(response.status) else {
      return .failure(CallFailure(response: response), token: credential?.token)
    }
    if let id = response.headers[ClientHeaders.requestID], !id.isEmpty {
      record.update { $0.requestID = id }
    }
    if let type = response.headers["content-type"], !type.lowercased().contains("json") {
      return .failure(CallFailure(code: .internal, message: "the reply is \(type), not JSON"), token: nil)
    }
    do {
      let body = response.body.isEmpty ? Data("{}".utf8) : response.body
      return .reply(try JSONDecoder().decode(Reply.self, from: body))
    } catch {
      var failure = CallFailure(code: .internal, message: "the reply can't be read: \(error)")
      failure.underlying = error
      return .failure(failure, token: nil)
    }
  }

  private func transportRequest(
    _ call: Call, _ request: JSONValue, _ attempt: Int, left: TimeInterval
  ) throws -> TransportRequest {
    let target = try call.method.http.target(of: request)
    guard let url = URL(string: endpoint + target.address) else {
      throw HTTPTargetError.badAddress(endpoint + target.address)
    }
    var headers = call.headers
    headers["accept"] = "application/json"
    headers["user-agent"] = ClientHeaders.identity
    headers[ClientHeaders.client] = ClientHeaders.identity
    headers[ClientHeaders.attempt] = String(attempt)
    if left < RuntimeHooks.longestWait {
      headers[ClientHeaders.timeout] = ClientHeaders.timeoutValue(left)
    }
    if target.body != nil {
      headers["content-type"] = "application/json"
    }
    return TransportRequest(
      method: call.method, verb: call.method.http.verb, url: url, headers: headers,
      body: target.body)
  }

  private func deadlineExceeded(_ call: Call) -> CallFailure {
    var failure = CallFailure(code: .deadlineExceeded, message: "the call's time is over")
    failure.method = call.method.path
    failure.requestID = call.headers[ClientHeaders.requestID] ?? ""
    return failure
  }

  /// What it means that an attempt could not be sent, or that nothing came back.
  private func notSent(_ error: any Error) -> CallFailure {
    var failure: CallFailure
    switch error {
    case HTTPTargetError.emptyPathField(let field):
      failure = CallFailure(code: .invalidArgument, message: "\(field) is empty")
    case HTTPTargetError.badAddress(let address):
      failure = CallFailure(code: .invalidArgument, message: "\(address) is not an address")
    case is EncodingError:
      failure = CallFailure(code: .invalidArgument, message: "the request has no JSON form")
    default:
      failure = CallFailure(code: .unavailable, message: "the server can't be reached: \(error)")
    }
    failure.underlying = error
    return failure
  }
}
