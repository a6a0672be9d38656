import Foundation

/// A point in time, to the nanosecond. `Date` is a double, which can't hold that.
public struct Timestamp: Hashable, Sendable, Comparable {
  /// Seconds since 1970 in UTC.
  public var seconds: Int64
  /// Nanoseconds after these, from 0 to 999,999,999.
  public var nanoseconds: Int32

  public init(seconds: Int64 = 0, nanoseconds: Int32 = 0) {
    self.seconds = seconds
    self.nanoseconds = nanoseconds
  }

  /// To the microsecond, which is about what a `Date` holds.
  public init(_ date: Date) {
    let microseconds = (date.timeIntervalSince1970 * 1_000_000).rounded()
    let whole = (microseconds / 1_000_000).rounded(.down)
    self.init(
      seconds: Int64(whole), nanoseconds: Int32((microseconds - whole * 1_000_000) * 1_000))
  }

  public var date: Date {
    Date(timeIntervalSince1970: Double(seconds) + Double(nanoseconds) / 1_000_000_000)
  }

  public static func < (left: Timestamp, right: Timestamp) -> Bool {
    (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
  }
}

extension Timestamp: Codable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let parsed = Timestamp(rfc3339: text) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "\(text) is not a time of RFC 3339")
    }
    self = parsed
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(rfc3339)
  }
}

extension Timestamp {
  private static let secondsOfDay: Int64 = 86_400

  /// The time as RFC 3339 writes it, in UTC.
  public var rfc3339: String {
    let remainder = seconds % Self.secondsOfDay
    let second = Int(remainder < 0 ? remainder + Self.secondsOfDay : remainder)
    let days = Int((seconds - Int64(second)) / Self.secondsOfDay)
    let (year, month, dayOfMonth) = CivilDate.of(daysSince1970: days)
    let date = "\(padded(year, 4))-\(padded(month, 2))-\(padded(dayOfMonth, 2))"
    let time = "\(padded(second / 3600, 2)):\(padded(second / 60 % 60, 2)):\(padded(second % 60, 2))"
    return "\(date)T\(time)\(fraction(nanoseconds))Z"
  }

  /// Nil for text that is not a time of RFC 3339.
  public init?(rfc3339 text: String) {
    let characters = Array(text.utf8)
    guard characters.count >= 20,
      let year = digits(characters[0..<4]), characters[4] == UInt8(ascii: "-"),
      let month = digits(characters[5..<7]), characters[7] == UInt8(ascii: "-"),
      let day = digits(characters[8..<10]),
      [UInt8(ascii: "T"), UInt8(ascii: "t")].contains(characters[10]),
      let hour = digits(characters[11..<13]), characters[13] == UInt8(ascii: ":"),
      let minute = digits(characters[14..<16]), characters[16] == UInt8(ascii: ":"),
      let second = digits(characters[17..<19]),
      (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second < 60
    else { return nil }
    var rest = characters[19...]
    var nanoseconds = 0
    if rest.first == UInt8(ascii: ".") {
      let fraction = rest.dropFirst().prefix(while: isDigit)
      guard (1...9).contains(fraction.count), let value = digits(fraction) else { return nil }
      nanoseconds = value
      for _ in fraction.count..<9 { nanoseconds *= 10 }
      rest = rest.dropFirst(1 + fraction.count)
    }
    guard let offset = offsetInSeconds(Array(rest)) else { return nil }
    let days = CivilDate.daysSince1970(year: year, month: month, day: day)
    let inDay = hour * 3600 + minute * 60 + second - offset
    self.init(
      seconds: Int64(days) * Self.secondsOfDay + Int64(inDay), nanoseconds: Int32(nanoseconds))
  }
}

/// The proleptic Gregorian calendar, by arithmetic: formatters are slow, and differ between platforms.
enum CivilDate {
  private static let daysOfEra = 146_097
  /// From 0000-03-01 to 1970-01-01.
  private static let daysBefore1970 = 719_468

  static func daysSince1970(year: Int, month: Int, day: Int) -> Int {
    // Years begin in March, so that the leap day is their last.
    let shifted = month <= 2 ? year - 1 : year
    let era = (shifted >= 0 ? shifted : shifted - 399) / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * daysOfEra + dayOfEra - daysBefore1970
  }

  static func of(daysSince1970 days: Int) -> (year: Int, month: Int, day: Int) {
    let shifted = days + daysBefore1970
    let era = (shifted >= 0 ? shifted : shifted - daysOfEra + 1) / daysOfEra
    let dayOfEra = shifted - era * daysOfEra
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
  }
}

func isDigit(_ character: UInt8) -> Bool {
  (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(character)
}

/// The number that only digits give; nil for none, and for anything else.
func digits(_ characters: ArraySlice<UInt8>) -> Int? {
  guard !characters.isEmpty, characters.count <= 18, characters.allSatisfy(isDigit) else {
    return nil
  }
  var number = 0
  for character in characters {
    number = number * 10 + Int(character - UInt8(ascii: "0"))
  }
  return number
}

private func offsetInSeconds(_ characters: [UInt8]) -> Int? {
  if characters == [UInt8(ascii: "Z")] || characters == [UInt8(ascii: "z")] { return 0 }
  guard characters.count == 6, characters[3] == UInt8(ascii: ":"),
    let hours = digits(characters[1..<3]), let minutes = digits(characters[4..<6])
  else { return nil }
  switch characters[0] {
  case UInt8(ascii: "+"): return hours * 3600 + minutes * 60
  case UInt8(ascii: "-"): return -(hours * 3600 + minutes * 60)
  default: return nil
  }
}

func padded(_ number: Int, _ width: Int) -> String {
  let text = String(number)
  return String(repeating: "0", count: max(0, width - text.count)) + text
}

/// The part after the point with 0, 3, 6 or 9 digits, as protobuf writes it.
func fraction(_ nanoseconds: Int32) -> String {
  let all = padded(Int(nanoseconds), 9)
  if nanoseconds == 0 { return "" }
  if nanoseconds % 1_000_000 == 0 { return ".\(all.prefix(3))" }
  if nanoseconds % 1_000 == 0 { return ".\(all.prefix(6))" }
  return ".\(all)"
}
