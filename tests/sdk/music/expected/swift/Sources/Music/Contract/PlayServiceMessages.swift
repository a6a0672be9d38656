import Foundation

/// Something that was shown or played.
public struct Play: Message {
  public static let fullName = "music.v1.Play"

  /// Unique.
  public var playID: String
  /// What happened.
  public var kind: PlayKind
  /// One of `listenerID` `deviceID`, or none.
  public var whose: Whose?
  /// When.
  public var playTime: Timestamp?
  /// What.
  public var tracks: [PlayedTrack]
  /// Of the radio reply that led to it.
  public var radioToken: String

  public init(
    playID: String = "",
    kind: PlayKind = .unspecified,
    whose: Whose? = nil,
    playTime: Timestamp? = nil,
    tracks: [PlayedTrack] = [],
    radioToken: String = ""
  ) {
    self.playID = playID
    self.kind = kind
    self.whose = whose
    self.playTime = playTime
    self.tracks = tracks
    self.radioToken = radioToken
  }

  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    self.playID = try fields.read("playId", "play_id") ?? ""
    self.kind = try fields.read("kind") ?? .unspecified
    try fields.atMostOne(
      ["listenerId", "listener_id"],
      ["deviceId", "device_id"])
    if let value: String = try fields.read("listenerId", "listener_id") {
      self.whose = .listenerID(value)
    } else if let value: String = try fields.read("deviceId", "device_id") {
      self.whose = .deviceID(value)
    }
    self.playTime = try fields.read("playTime", "play_time")
    self.tracks = try fields.list("tracks")
    self.radioToken = try fields.read("radioToken", "radio_token") ?? ""
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    if !self.playID.isEmpty { try fields.write(self.playID, "playId") }
    if !self.kind.isDefault { try fields.write(self.kind, "kind") }
    switch self.whose {
    case .listenerID(let value)?: try fields.write(value, "listenerId")
    case .deviceID(let value)?: try fields.write(value, "deviceId")
    case nil: break
    }
    if let value = self.playTime { try fields.write(value, "playTime") }
    if !self.tracks.isEmpty { try fields.write(self.tracks, "tracks") }
    if !self.radioToken.isEmpty { try fields.write(self.radioToken, "radioToken") }
  }

  /// One of these, or none.
  public enum Whose: Hashable, Sendable {
    /// Someone known.
    case listenerID(String)
    /// A device.
    case deviceID(String)
  }
}

/// A track of a play.
public struct PlayedTrack: Message {
  public static let fullName = "music.v1.PlayedTrack"

  /// The track.
  public var trackID: String
  /// Its place, from 0.
  public var place: Int32?

  public init(
    trackID: String = "",
    place: Int32? = nil
  ) {
    self.trackID = trackID
    self.place = place
  }

  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    self.trackID = try fields.read("trackId", "track_id") ?? ""
    self.place = try fields.read(Int32Form.self, "place")
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    if !self.trackID.isEmpty { try fields.write(self.trackID, "trackId") }
    if let value = self.place { try fields.write(Int32Form(value), "place") }
  }
}

/// Writes plays.
public struct WritePlaysRequest: Message {
  public static let fullName = "music.v1.WritePlaysRequest"

  /// At most 100.
  public var plays: [Play]
  /// The client's clock.
  public var clock: Timestamp?

  public init(
    plays: [Play] = [],
    clock: Timestamp? = nil
  ) {
    self.plays = plays
    self.clock = clock
  }

  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    self.plays = try fields.list("plays")
    self.clock = try fields.read("clock")
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    if !self.plays.isEmpty { try fields.write(self.plays, "plays") }
    if let value = self.clock { try fields.write(value, "clock") }
  }
}

/// One outcome for each play.
public struct WritePlaysResponse: Message {
  public static let fullName = "music.v1.WritePlaysResponse"

  /// In the order of the request.
  public var outcomes: [PlayOutcome]

  public init(
    outcomes: [PlayOutcome] = []
  ) {
    self.outcomes = outcomes
  }

  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    self.outcomes = try fields.list("outcomes")
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    if !self.outcomes.isEmpty { try fields.write(self.outcomes, "outcomes") }
  }
}

/// What became of a play.
public struct PlayOutcome: Message {
  public static let fullName = "music.v1.PlayOutcome"

  /// Why it was refused; absent: it was not.
  public var failure: RpcStatus?

  public init(
    failure: RpcStatus? = nil
  ) {
    self.failure = failure
  }

  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    self.failure = try fields.read("failure")
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    if let value = self.failure { try fields.write(value, "failure") }
  }
}

/// What happened to a track.
public struct PlayKind: OpenEnum {
  public let rawValue: String

  public init(rawValue: String) {
    self.rawValue = rawValue
  }

  /// Not known to this client.
  public static let unspecified = PlayKind(rawValue: "PLAY_KIND_UNSPECIFIED")
  /// It was shown.
  public static let impression = PlayKind(rawValue: "PLAY_KIND_IMPRESSION")
  /// It was opened.
  public static let click = PlayKind(rawValue: "PLAY_KIND_CLICK")
  /// It was played to its end.
  public static let finish = PlayKind(rawValue: "PLAY_KIND_FINISH")

  public static let namesByNumber: [Int: String] = [
    0: "PLAY_KIND_UNSPECIFIED",
    1: "PLAY_KIND_IMPRESSION",
    2: "PLAY_KIND_CLICK",
    3: "PLAY_KIND_FINISH",
  ]

  public init(from decoder: any Decoder) throws {
    self.init(rawValue: try enumName(from: decoder, Self.namesByNumber))
  }

  public func encode(to encoder: any Encoder) throws {
    try encodeEnum(rawValue, to: encoder)
  }
}
