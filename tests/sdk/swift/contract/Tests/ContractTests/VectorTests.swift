import Foundation
import Shortlist
import XCTest

/// The vectors that all client packages share: `tests/sdk/vectors`.
final class VectorTests: XCTestCase {
  private struct Vectors: Decodable {
    let vectors: [Vector]
  }

  private struct Vector: Decodable {
    let name: String
    let message: String
    let json: JSONValue
    /// Other JSON that reads as the same message.
    let input: JSONValue?
  }

  func testMessagesHaveTheirCanonicalForm() throws {
    for vector in try vectors("canonical.json") {
      XCTAssertEqual(try roundTrip(vector.message, vector.json), vector.json, vector.name)
    }
  }

  func testOtherFormsAreRead() throws {
    for vector in try vectors("lenient.json") {
      let input = try XCTUnwrap(vector.input, vector.name)
      XCTAssertEqual(try roundTrip(vector.message, input), vector.json, vector.name)
    }
  }

  private func vectors(_ file: String) throws -> [Vector] {
    var folder = URL(fileURLWithPath: #filePath)
    for _ in 0..<5 { folder.deleteLastPathComponent() }
    let content = try Data(contentsOf: folder.appendingPathComponent("vectors/\(file)"))
    let found = try JSONDecoder().decode(Vectors.self, from: content).vectors
    XCTAssertFalse(found.isEmpty)
    return found
  }

  private func roundTrip(_ name: String, _ json: JSONValue) throws -> JSONValue {
    let content = try JSONEncoder().encode(json)
    let written = try rewritten(name, content)
    return try JSONDecoder().decode(JSONValue.self, from: written)
  }

  /// Reads a message and writes it again.
  private func rewritten(_ name: String, _ content: Data) throws -> Data {
    switch name {
    case BatchWriteEventsResponse.fullName: return try rewritten(BatchWriteEventsResponse.self, content)
    case Degradation.fullName: return try rewritten(Degradation.self, content)
    case ErasureReceipt.fullName: return try rewritten(ErasureReceipt.self, content)
    case Event.fullName: return try rewritten(Event.self, content)
    case EventItem.fullName: return try rewritten(EventItem.self, content)
    case Item.fullName: return try rewritten(Item.self, content)
    case MergeUsersResponse.fullName: return try rewritten(MergeUsersResponse.self, content)
    case RecommendRequest.fullName: return try rewritten(RecommendRequest.self, content)
    case Recommendation.fullName: return try rewritten(Recommendation.self, content)
    case UpdateCatalogRequest.fullName: return try rewritten(UpdateCatalogRequest.self, content)
    case WriteEventResponse.fullName: return try rewritten(WriteEventResponse.self, content)
    default: throw UnlistedMessage(name: name)
    }
  }

  private func rewritten<Read: Message>(_ type: Read.Type, _ content: Data) throws -> Data {
    let message = try JSONDecoder().decode(type, from: content)
    return try JSONEncoder().encode(message)
  }
}

/// The vectors have a message that no case above reads.
private struct UnlistedMessage: Error {
  let name: String
}
