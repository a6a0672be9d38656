import Foundation

/// Keeps replies of methods whose policy allows it; the least recently used go first.
actor ReplyCache {
  struct Entry: Sendable {
    let reply: any Message
    let stored: Date
    fileprivate var used: Int
  }

  private let limit: Int
  private var entries: [String: Entry] = [:]
  private var uses = 0

  init(limit: Int) {
    self.limit = limit
  }

  func get(_ key: String) -> Entry? {
    guard var entry = entries[key] else { return nil }
    uses += 1
    entry.used = uses
    entries[key] = entry
    return entry
  }

  func put(_ key: String, _ reply: any Message, at stored: Date) {
    uses += 1
    entries[key] = Entry(reply: reply, stored: stored, used: uses)
    while entries.count > limit, let oldest = entries.min(by: { $0.value.used < $1.value.used }) {
      entries.removeValue(forKey: oldest.key)
    }
  }

  func clear() {
    entries.removeAll()
  }

  /// The method and the request, without the id that differs from call to call.
  static func key(_ method: RPCMethod, _ request: JSONValue) throws -> String {
    var request = request
    if !method.requestIDField.isEmpty {
      _ = request.remove([method.requestIDField])
    }
    let json = String(decoding: try canonicalJSON(request), as: UTF8.self)
    return "\(method.path) \(json)"
  }
}
