import Foundation
import Shortlist

/// Does the steps of one test, one after the other, on one client.
actor Session {
  private let request: TestRequest
  private var opened: TestClient?
  /// The last slate, and who asked for it.
  private var slate: (any RecommendationSlate)?
  private var subject: Event.Subject?
  private var tracker: ImpressionTracker?

  init(_ request: TestRequest) {
    self.request = request
  }

  /// Does a step and tells what came of it.
  func outcome(_ step: Step) async -> JSONValue {
    let info = Shared(CallInfo())
    let started = Date()
    var members: [String: JSONValue] = [:]
    do {
      members["reply"] = try await done(step, info)
    } catch let error as Interrupted {
      members["reply"] = error.reply
      members["error"] = form(of: error.cause)
    } catch {
      members["error"] = form(of: error)
    }
    members["elapsed_ms"] = .integer(Int64(Date().timeIntervalSince(started) * 1000))
    if !info.current.requestID.isEmpty || info.current.isFromCache {
      members["info"] = form(of: info.current)
    }
    return .object(members)
  }

  private func done(_ step: Step, _ info: Shared<CallInfo>) async throws -> JSONValue {
    let nothing = JSONValue.object([:])
    switch step.action {
    case .call? where step.times > 1: return try await manyCalls(step)
    case .call?: return try await call(step, info)
    case .cancelAfter?: return try await cancelled(step, info)
    case .paginateAll?: return try await allItems(step, info)
    case .enqueueEvents?: try await enqueue(step)
    case .flush?: return try await flushed()
    case .sendEventsThenFlush?:
      try await enqueue(step)
      return try await flushed()
    case .killAndRestart?: try await killAndRestart()
    case .background?: try await client().queue.onBackground()
    case .close?: try await close()
    case .shown?: try await openTracker().shown(item(step))
    case .clicked?: try await openTracker().clicked(item(step))
    case .wait?: try await pause(step.afterMs)
    case .encode?: return try rewritten(step.method, step.request?["json"]) ?? nothing
    case nil: break
    }
    return nothing
  }

  private func client() throws -> TestClient {
    if let opened { return opened }
    let made = try TestClient(request)
    opened = made
    return made
  }

  private func options(_ step: Step, _ info: Shared<CallInfo>) -> CallOptions {
    CallOptions(
      timeout: step.timeoutMs > 0 ? step.timeoutMs / 1000 : nil,
      idempotencyKey: step.idempotencyKey.isEmpty ? nil : step.idempotencyKey,
      headers: step.metadata,
      retries: request.options?.retry ?? true,
      maxItems: step.maxItems > 0 ? step.maxItems : nil,
      onInfo: { found in info.update { $0 = found } })
  }

  private func pause(_ milliseconds: Double) async throws {
    try await Task.sleep(nanoseconds: UInt64(milliseconds * 1_000_000))
  }
}

// Calls.
extension Session {
  private func call(_ step: Step, _ info: Shared<CallInfo>) async throws -> JSONValue {
    let made = calls[step.method]!
    let reply = try await made(client().client, step.request, options(step, info))
    if let slate = reply as? any RecommendationSlate {
      self.slate = slate
      subject = asked(step.request)
      tracker = nil
    }
    return try encoded(reply)
  }

  private func manyCalls(_ step: Step) async throws -> JSONValue {
    let made = calls[step.method]!
    let client = try client().client
    let options = options(step, Shared(CallInfo()))
    var succeeded = 0
    await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<step.times {
        group.addTask {
          do {
            _ = try await made(client, step.request, options)
            return true
          } catch {
            return false
          }
        }
      }
      for await hasSucceeded in group where hasSucceeded {
        succeeded += 1
      }
    }
    return .object([
      "succeeded": .integer(Int64(succeeded)), "failed": .integer(Int64(step.times - succeeded)),
    ])
  }

  private func cancelled(_ step: Step, _ info: Shared<CallInfo>) async throws -> JSONValue {
    let made = calls[step.method]!
    let client = try client().client
    let options = options(step, info)
    let task = Task { try await made(client, step.request, options) }
    try await pause(step.afterMs)
    task.cancel()
    return try encoded(try await task.value)
  }

  private func allItems(_ step: Step, _ info: Shared<CallInfo>) async throws -> JSONValue {
    let items = Shared<[JSONValue]>([])
    let pager = pagers[step.method]!
    do {
      try await pager(client().client, step.request, options(step, info)) { item in
        items.update { $0.append(item) }
      }
    } catch {
      throw Interrupted(reply: .object(["items": .array(items.current)]), cause: error)
    }
    return .object(["items": .array(items.current)])
  }
}

// Events and what is shown.
extension Session {
  private func enqueue(_ step: Step) async throws {
    guard case .array(let events)? = step.request else { return }
    for event in events {
      try await client().queue.enqueue(decoded(Event.self, event))
    }
  }

  private func flushed() async throws -> JSONValue {
    let opened = try client()
    do {
      try await opened.queue.flush()
    } catch is ShortlistError {
      // What the server did not take waits.
    }
    return .object([
      "pending": .integer(Int64(await opened.queue.count)),
      "rejected": .array(opened.rejected.current),
      "dropped": .integer(Int64(await opened.queue.dropped)),
    ])
  }

  /// Without a reference the queue sends no more.
  private func killAndRestart() async throws {
    tracker = nil
    opened = nil
    try await client().queue.start()
  }

  private func close() async throws {
    try await opened?.queue.close()
  }

  private func openTracker() throws -> ImpressionTracker {
    if let tracker { return tracker }
    guard let slate, let subject else { throw NoSlate() }
    let made = ImpressionTracker(queue: try client().queue, slate: slate, subject: subject)
    tracker = made
    return made
  }

  private func item(_ step: Step) throws -> Recommendation {
    guard let slate else { throw NoSlate() }
    var place = 0
    if case .integer(let position)? = step.request?["position"] {
      place = Int(position)
    }
    guard slate.recommendations.indices.contains(place) else { throw NoSlate() }
    return slate.recommendations[place]
  }

  private func asked(_ request: JSONValue?) -> Event.Subject? {
    if let user = request?["user_id"]?.stringValue ?? request?["userId"]?.stringValue {
      return .userID(user)
    }
    let visitor = request?["visitor_id"]?.stringValue ?? request?["visitorId"]?.stringValue
    return visitor.map { .visitorID($0) }
  }
}

/// An error came after a part of the reply.
private struct Interrupted: Error {
  let reply: JSONValue
  let cause: any Error
}

/// No slate with that item was asked for.
private struct NoSlate: Error {}
