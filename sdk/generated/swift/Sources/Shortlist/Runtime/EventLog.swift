import Foundation

/// An event that a queue holds: its id and its time.
public protocol QueuedEvent: Message {
  /// By it the server knows repetitions.
  var queueID: String { get set }
  var queueTime: Timestamp? { get set }
}

/// The folder of an event queue can't be written to.
public struct EventFolderNotWritable: Error {
  public let folder: URL
}

/// The events that wait, in files: what was appended is there after a crash.
///
/// Entries are lines of JSON, appended to a segment and synchronised. To start, and when a segment has
/// become long, what waits is written to a new segment, and only then are the older ones removed: a crash
/// in between leaves events twice in the files, and they are read once.
///
/// A folder belongs to one queue.
final class EventLog<Event: QueuedEvent> {
  private struct Entry: Codable {
    var added: Event?
    /// The ids of events that wait no more.
    var done: [String]?
  }

  /// A segment this long is replaced.
  private static var longSegment: Int { 4 << 20 }
  private static var newline: UInt8 { UInt8(ascii: "\n") }

  private let folder: URL
  private var segment = 0
  private var handle: FileHandle?
  private var written = 0
  /// The last write failed and may have left a part of a line.
  private var isTorn = false

  init(folder: URL) throws {
    self.folder = folder
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  /// Reads what waits, oldest first, and begins a segment.
  func load() throws -> [Event] {
    var events: [String: Event] = [:]
    var order: [String] = []
    for number in try segments() {
      let content = try Data(contentsOf: file(number))
      for entry in entries(content) {
        if let event = entry.added, events.updateValue(event, forKey: event.queueID) == nil {
          order.append(event.queueID)
        }
        for id in entry.done ?? [] {
          events[id] = nil
        }
      }
    }
    // An id that was done and added again is twice in the order.
    var seen: Set<String> = []
    var waiting: [Event] = []
    for id in order where seen.insert(id).inserted {
      if let event = events[id] {
        waiting.append(event)
      }
    }
    try begin(with: waiting)
    return waiting
  }

  /// Makes an event durable.
  func add(_ event: Event) throws {
    try append([Entry(added: event)])
  }

  /// Notes that events wait no more. `waiting` are those that do.
  func remove(_ ids: [String], waiting: [Event]) throws {
    try append([Entry(done: ids)])
    if written > Self.longSegment {
      try begin(with: waiting)
    }
  }

  func close() {
    try? handle?.close()
    handle = nil
  }

  /// Writes what waits into a new segment and removes the older ones.
  private func begin(with waiting: [Event]) throws {
    let older = try segments()
    close()
    segment = (older.last ?? 0) + 1
    written = 0
    let path = file(segment)
    guard FileManager.default.createFile(atPath: path.path, contents: nil) else {
      throw EventFolderNotWritable(folder: folder)
    }
    handle = try FileHandle(forWritingTo: path)
    isTorn = false
    try append(waiting.map { Entry(added: $0) })
    for number in older {
      try FileManager.default.removeItem(at: file(number))
    }
  }

  private func append(_ entries: [Entry]) throws {
    guard !entries.isEmpty else { return }
    guard let handle else { throw EventFolderNotWritable(folder: folder) }
    var lines = Data()
    if isTorn {
      lines.append(Self.newline)
    }
    let encoder = JSONEncoder()
    for entry in entries {
      let line = try encoder.encode(entry)
      lines.append(line)
      lines.append(Self.newline)
    }
    isTorn = true
    try handle.write(contentsOf: lines)
    try handle.synchronize()
    isTorn = false
    written += lines.count
  }

  /// A last line that was cut off, or one that is damaged, is left out.
  private func entries(_ content: Data) -> [Entry] {
    let decoder = JSONDecoder()
    return content.split(separator: Self.newline).compactMap { line in
      try? decoder.decode(Entry.self, from: Data(line))
    }
  }

  private func segments() throws -> [Int] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { $0.hasSuffix(".log") }
      .compactMap { Int($0.dropLast(4)) }
      .sorted()
  }

  private func file(_ number: Int) -> URL {
    folder.appendingPathComponent("\(number).log")
  }
}
