import Foundation

/// The time of a call was over.
struct DeadlinePassed: Error {}

/// Runs work for at most so many seconds. It returns in time, and when the calling task is cancelled, even
/// if the work does neither; the work is cancelled then.
func within<Value: Sendable>(
  seconds: TimeInterval, _ work: @escaping @Sendable () async throws -> Value
) async throws -> Value {
  let gate = Gate<Value>()
  let worker: Task<Void, Never> = Task {
    do {
      let value = try await work()
      gate.open(with: .success(value))
    } catch {
      gate.open(with: .failure(error))
    }
  }
  let timer: Task<Void, Never> = Task {
    guard seconds < RuntimeHooks.longestWait else { return }
    do {
      try await RuntimeHooks.wait(seconds)
    } catch {
      return
    }
    gate.open(with: .failure(DeadlinePassed()))
  }
  defer {
    worker.cancel()
    timer.cancel()
  }
  return try await withTaskCancellationHandler {
    try await gate.value()
  } onCancel: {
    gate.open(with: .failure(CancellationError()))
  }
}

/// Lets one waiter through, with the first result it is given.
private final class Gate<Value: Sendable>: @unchecked Sendable {
  private let lock = NSLock()
  private var result: Result<Value, any Error>?
  private var waiter: CheckedContinuation<Value, any Error>?

  func open(with result: Result<Value, any Error>) {
    lock.lock()
    guard self.result == nil else {
      lock.unlock()
      return
    }
    self.result = result
    let waiter = self.waiter
    self.waiter = nil
    lock.unlock()
    waiter?.resume(with: result)
  }

  func value() async throws -> Value {
    try await withCheckedThrowingContinuation {
      (continuation: CheckedContinuation<Value, any Error>) in
      self.wait(continuation)
    }
  }

  private func wait(_ continuation: CheckedContinuation<Value, any Error>) {
    lock.lock()
    guard let result else {
      waiter = continuation
      lock.unlock()
      return
    }
    lock.unlock()
    continuation.resume(with: result)
  }
}
