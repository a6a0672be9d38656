import Foundation
import XCTest
@testable import Shortlist

final class JSONFormTests: XCTestCase {
  func testTimesAreThoseOfRFC3339() throws {
    let times: [(String, Int64, Int32)] = [
      ("1970-01-01T00:00:00Z", 0, 0),
      ("1969-12-31T23:59:59.000500Z", -1, 500_000),
      ("2024-02-29T12:00:00Z", 1_709_208_000, 0),
      ("2023-11-14T22:13:20.000000001Z", 1_700_000_000, 1),
      ("0001-01-01T00:00:00Z", -62_135_596_800, 0),
      ("9999-12-31T23:59:59.999999999Z", 253_402_300_799, 999_999_999),
    ]
    for (text, seconds, nanoseconds) in times {
      let time = Timestamp(seconds: seconds, nanoseconds: nanoseconds)
      XCTAssertEqual(time.rfc3339, text)
      XCTAssertEqual(Timestamp(rfc3339: text), time)
    }
    XCTAssertEqual(
      Timestamp(rfc3339: "2023-11-15T00:13:20.25+02:00"),
      Timestamp(seconds: 1_700_000_000, nanoseconds: 250_000_000))
    for wrong in ["", "2023-11-15", "2023-13-15T00:00:00Z", "2023-11-15T00:00:00", "x023-11-15T00:00:00Z"] {
      XCTAssertNil(Timestamp(rfc3339: wrong), wrong)
    }
  }

  func testDurationsHaveTheirSign() throws {
    let spans: [(String, Int64, Int32)] = [
      ("0s", 0, 0), ("1.500s", 1, 500_000_000), ("-0.000001s", 0, -1_000), ("-3s", -3, 0),
    ]
    for (text, seconds, nanoseconds) in spans {
      let span = TimeSpan(seconds: seconds, nanoseconds: nanoseconds)
      XCTAssertEqual(span.text, text)
      XCTAssertEqual(TimeSpan(text: text), span)
    }
    XCTAssertEqual(TimeSpan(text: "1.5s")?.timeInterval, 1.5)
    XCTAssertNil(TimeSpan(text: "1.5"))
  }

  func testIntegersOf64BitsAreTextAndReadFromNumbers() throws {
    XCTAssertEqual(try json(IntegerForm(Int64.max)), #""9223372036854775807""#)
    XCTAssertEqual(try json(IntegerForm(Int32.min)), "-2147483648")
    XCTAssertEqual(try read(Int64Form.self, #""9007199254740993""#).value, 9_007_199_254_740_993)
    XCTAssertEqual(try read(Int64Form.self, "7").value, 7)
    XCTAssertThrowsError(try read(Int64Form.self, #""seven""#))
  }

  func testNumbersBytesAndMasks() throws {
    XCTAssertEqual(try json(DoubleForm(-Double.infinity)), #""-Infinity""#)
    XCTAssertTrue(try read(DoubleForm.self, #""NaN""#).value.isNaN)
    XCTAssertEqual(try read(BytesForm.self, #""-_8""#).value, Data([0xFB, 0xFF]))
    let mask: FieldMask = ["available_time", "attributes.release_year"]
    XCTAssertEqual(try json(mask), #""availableTime,attributes.releaseYear""#)
    XCTAssertEqual(try read(FieldMask.self, try json(mask)), mask)
  }

  func testARequestGoesIntoPathQueryAndBody() throws {
    let request = JSONValue.object([
      "item": .object(["name": .string("items/a:b c"), "title": .string("T")]),
      "updateMask": .string("title"),
      "tags": .array([.string("x&y"), .string("z")]),
      "context": .object(["locale": .string("de")]),
    ])
    let path: [HTTPBinding.PathPart] = [
      .literal("/v1/"), .field(["item", "name"], keepsSlashes: true), .literal(":change"),
    ]
    let target = try HTTPBinding(verb: "PATCH", path: path, body: .field("item")).target(of: request)
    XCTAssertEqual(
      target.address,
      "/v1/items/a:b%20c:change?context.locale=de&tags=x%26y&tags=z&updateMask=title")
    XCTAssertEqual(target.body.map { String(decoding: $0, as: UTF8.self) }, #"{"title":"T"}"#)
    XCTAssertThrowsError(
      try HTTPBinding(verb: "GET", path: path, body: .none).target(of: .object([:])))
  }

  private func json(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  private func read<Value: Decodable>(_ type: Value.Type, _ text: String) throws -> Value {
    try JSONDecoder().decode(type, from: Data(text.utf8))
  }
}
