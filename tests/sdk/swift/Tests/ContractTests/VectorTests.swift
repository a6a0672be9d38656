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
    for _ in 0..<4 { folder.deleteLastPathComponent() }
    let content = try Data(contentsOf: folder.appendingPathComponent("vectors/\(file)"))
    let found = try JSONDecoder().decode(Vectors.self, from: content).vectors
    XCTAssertFalse(found.isEmpty)
    return found
  }

  private func roundTrip(_ name: String, _ json: JSONValue) throws -> JSONValue {
    let type = try XCTUnwrap(Self.types[name], "no type is listed for \(name)")
    let message = try JSONDecoder().decode(type, from: JSONEncoder().encode(json))
    return try JSONDecoder().decode(JSONValue.self, from: JSONEncoder().encode(message))
  }

  private static let types: [String: any Message.Type] = {
    let all: [any Message.Type] = [
      BatchWriteEventsResponse.self, Degradation.self, ErasureReceipt.self, Event.self,
      EventItem.self, Item.self, MergeUsersResponse.self, RecommendRequest.self,
      Recommendation.self, UpdateCatalogRequest.self, WriteEventResponse.self,
    ]
    return Dictionary(uniqueKeysWithValues: all.map { ($0.fullName, $0) })
  }()
}
