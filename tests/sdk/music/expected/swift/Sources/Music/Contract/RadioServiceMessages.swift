import Foundation

/// Asks for tracks.
public struct NextTracksRequest: Message {
  public static let fullName = "music.v1.NextTracksRequest"

  /// The station.
  public var station: String
  /// One of `listenerID` `deviceID`, or none.
  public var whose: Whose?
  /// So many; 0: 5.
  public var count: Int32
  /// Where to go on.
  public var cursor: String
  /// For tracing.
  public var requestID: String

  public init(
    station: String = "",
    whose: Whose? = nil,
    count: Int32 = 0,
    cursor: String = "",
    requestID: String = ""
  ) {
    self.station = station
    self.whose = whose
    self.count = count
    self.cursor = cursor
    self.requestID = requestID
  }

  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    self.station = try fields.read("station") ?? ""
    try fields.atMostOne(
      ["listenerId", "listener_id"],
      ["deviceId", "device_id"])
    if let value: String = try fields.read("listenerId", "listener_id") {
      self.whose = .listenerID(value)
    } else if let value: String = try fields.read("deviceId", "device_id") {
      self.whose = .deviceID(value)
    }
    self.count = try fields.read(Int32Form.self, "count") ?? 0
    self.cursor = try fields.read("cursor") ?? ""
    self.requestID = try fields.read("requestId", "request_id") ?? ""
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    if !self.station.isEmpty { try fields.write(self.station, "station") }
    switch self.whose {
    case .listenerID(let value)?: try fields.write(value, "listenerId")
    case .deviceID(let value)?: try fields.write(value, "deviceId")
    case nil: break
    }
    if self.count != 0 { try fields.write(Int32Form(self.count), "count") }
    if !self.cursor.isEmpty { try fields.write(self.cursor, "cursor") }
    if !self.requestID.isEmpty { try fields.write(self.requestID, "requestId") }
  }

  /// One of these, or none.
  public enum Whose: Hashable, Sendable {
    /// Someone known.
    case listenerID(String)
    /// A device.
    case deviceID(String)
  }
}

/// The next tracks.
public struct NextTracksResponse: Message {
  public static let fullName = "music.v1.NextTracksResponse"

  /// In their order.
  public var picks: [Pick]
  /// Empty: the station has ended.
  public var nextCursor: String
  /// Goes back with plays.
  public var radioToken: String

  public init(
    picks: [Pick] = [],
    nextCursor: String = "",
    radioToken: String = ""
  ) {
    self.picks = picks
    self.nextCursor = nextCursor
    self.radioToken = radioToken
  }

  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    self.picks = try fields.list("picks")
    self.nextCursor = try fields.read("nextCursor", "next_cursor") ?? ""
    self.radioToken = try fields.read("radioToken", "radio_token") ?? ""
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    if !self.picks.isEmpty { try fields.write(self.picks, "picks") }
    if !self.nextCursor.isEmpty { try fields.write(self.nextCursor, "nextCursor") }
    if !self.radioToken.isEmpty { try fields.write(self.radioToken, "radioToken") }
  }
}

/// A track that was picked.
public struct Pick: Message {
  public static let fullName = "music.v1.Pick"

  /// Its id.
  public var trackID: String
  /// Its place, from 0.
  public var place: Int32
  /// All about it.
  public var track: Track?

  public init(
    trackID: String = "",
    place: Int32 = 0,
    track: Track? = nil
  ) {
    self.trackID = trackID
    self.place = place
    self.track = track
  }

  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    self.trackID = try fields.read("trackId", "track_id") ?? ""
    self.place = try fields.read(Int32Form.self, "place") ?? 0
    self.track = try fields.read("track")
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    if !self.trackID.isEmpty { try fields.write(self.trackID, "trackId") }
    if self.place != 0 { try fields.write(Int32Form(self.place), "place") }
    if let value = self.track { try fields.write(value, "track") }
  }
}
