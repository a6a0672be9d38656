import Foundation
import Shortlist

/// The program under test: one request a line, each answered when it is done.
@main
struct Program {
  static func main() async {
    let ready: JSONValue = .object([
      "language": .string("swift"),
      "version": .string(Program.version),
      "protocols": .array([.string("rest")]),
    ])
    write(.object(["ready": ready]))
    await withTaskGroup(of: Void.self) { group in
      for await line in lines() {
        group.addTask { await answer(Data(line.utf8)) }
      }
    }
  }

  /// The SDK names its version nowhere but in what it sends.
  private static let version = "0.1.0"

  /// The lines of standard input. They are read on a thread of their own: waiting for one must not take a
  /// thread from the calls.
  private static func lines() -> AsyncStream<String> {
    AsyncStream { continuation in
      Thread.detachNewThread {
        while let line = readLine() {
          continuation.yield(line)
        }
        continuation.finish()
      }
    }
  }

  private static func answer(_ line: Data) async {
    do {
      let request = try JSONDecoder().decode(TestRequest.self, from: line)
      let test = JSONValue.string(request.test)
      if let reason = unsupported(request) {
        return write(.object(["test": test, "unsupported": .string(reason)]))
      }
      let session = Session(request)
      var outcomes: [JSONValue] = []
      for (place, step) in request.steps.enumerated() {
        write(.object(["test": test, "step": .integer(Int64(place + 1))]))
        outcomes.append(await session.outcome(step))
      }
      write(.object(["test": test, "outcomes": .array(outcomes)]))
    } catch {
      FileHandle.standardError.write(Data("a request can't be read: \(error)\n".utf8))
    }
  }

  private static func unsupported(_ request: TestRequest) -> String? {
    for step in request.steps {
      switch step.action {
      case nil: return "\(step.name) is not offered"
      case .encode? where messageType(step.method) == nil: return "no message \(step.method)"
      case .call?, .cancelAfter?:
        if calls[step.method] == nil { return "no method \(step.method)" }
      case .paginateAll?:
        if pagers[step.method] == nil { return "no pages of \(step.method)" }
      default: break
      }
    }
    return nil
  }
}

private let output = NSLock()

/// Writes a line; lines of several tasks don't mix.
private func write(_ value: JSONValue) {
  guard var line = try? JSONEncoder().encode(value) else { return }
  line.append(UInt8(ascii: "\n"))
  output.withLock { FileHandle.standardOutput.write(line) }
}
