import Foundation

/// The JSON form of a scalar that differs from what `Codable` gives it.
protocol ScalarForm: Codable {
  associatedtype Value
  var value: Value { get }
  init(_ value: Value)
}

/// Integers are read from numbers and from text; 64 bits are written as text, which loses nothing in
/// readers whose numbers are doubles.
struct IntegerForm<Integer: FixedWidthInteger & Codable>: ScalarForm {
  let value: Integer

  init(_ value: Integer) {
    self.value = value
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let text = try? container.decode(String.self) else {
      value = try container.decode(Integer.self)
      return
    }
    guard let parsed = Integer(text) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "\(text) is not an integer of this size")
    }
    value = parsed
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if Integer.bitWidth == 64 {
      try container.encode(String(value))
    } else {
      try container.encode(value)
    }
  }
}

typealias Int32Form = IntegerForm<Int32>
typealias Int64Form = IntegerForm<Int64>
typealias UInt32Form = IntegerForm<UInt32>
typealias UInt64Form = IntegerForm<UInt64>

/// Floating-point numbers are numbers, or text for those that JSON has no numbers for.
struct FloatingForm<Number: BinaryFloatingPoint & Codable & LosslessStringConvertible>: ScalarForm {
  let value: Number

  init(_ value: Number) {
    self.value = value
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let text = try? container.decode(String.self) else {
      value = try container.decode(Number.self)
      return
    }
    switch text {
    case "NaN": value = Number.nan
    case "Infinity": value = Number.infinity
    case "-Infinity": value = -Number.infinity
    default:
      guard let parsed = Number(text) else {
        throw DecodingError.dataCorruptedError(
          in: container, debugDescription: "\(text) is not a number")
      }
      value = parsed
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if value.isFinite {
      try container.encode(value)
    } else if value.isNaN {
      try container.encode("NaN")
    } else {
      try container.encode(value > 0 ? "Infinity" : "-Infinity")
    }
  }
}

typealias FloatForm = FloatingForm<Float>
typealias DoubleForm = FloatingForm<Double>

/// Bytes are base64 text; the alphabet for addresses is read, too.
struct BytesForm: ScalarForm {
  let value: Data

  init(_ value: Data) {
    self.value = value
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    var text = try container.decode(String.self)
      .replacingOccurrences(of: "-", with: "+")
      .replacingOccurrences(of: "_", with: "/")
    while text.count % 4 != 0 {
      text += "="
    }
    guard let decoded = Data(base64Encoded: text) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "not base64")
    }
    value = decoded
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(value.base64EncodedString())
  }
}
