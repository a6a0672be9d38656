import Foundation

/// An album: every kind of field, and names that languages keep for themselves.
///
/// A second paragraph, with `code`, */ and a <tag>.
public struct Album: Message {
  public static let fullName = "music.v1.Album"

  /// Resource name `albums/{album}`.
  public var name: String
  /// The title.
  public var title: String
  /// In their order.
  public var tracks: [Track]
  /// By country code.
  public var prices: [String: Price]
  /// Listeners by year.
  public var listenersByYear: [Int64: UInt64]
  /// Moods by name.
  public var moods: [String: Mood]
  /// Beyond 2^53.
  public var playCount: Int64
  /// The same, without a sign.
  public var fingerprint: UInt64
  /// Many of them.
  public var sales: [Int64]
  /// The cover, as it is.
  public var cover: Data
  /// First published.
  public var releaseTime: Timestamp?
  /// All tracks together.
  public var length: TimeSpan?
  /// The mood.
  public var mood: Mood
  /// All moods.
  public var allMoods: [Mood]
  /// One of `uri` `record` `radio`, or none.
  public var source: Source?
  /// From 0 to 5; absent: not rated.
  public var rating: Double?
  /// Absent: not known.
  public var live: Bool?
  /// Absent: without one.
  public var subtitle: String?
  /// Loose notes.
  public var notes: JSONValue?
  /// A limit, if there is one.
  public var limit: Int64?
  /// What people say.
  public var comments: [Comment]
  /// Loudness of each second.
  public var loudness: [Float]
  /// No longer filled.
  ///
  /// Deprecated.
  public var label: String
  /// Reserved in Python, Java, Kotlin and others.
  public var `class`: String
  /// Reserved in Python, Java, Go and others.
  public var `import`: String
  /// Reserved in Go and Swift.
  public var `func`: String
  /// Reserved in Java, Go, Swift and JavaScript.
  public var `default`: Bool
  /// Reserved in Python, Kotlin and Swift.
  public var `in`: Int32
  /// Reserved in Kotlin and Swift.
  public var `is`: Int32
  /// Reserved in Kotlin.
  public var object: String
  /// Reserved in Java, Kotlin and Go.
  public var `package`: String
  /// Means the instance in Python and Swift.
  public var self_: String
  /// A method that every Swift and Objective-C object has.
  public var description: String
  /// Reserved in Python.
  public var lambda: String
  /// Reserved in TypeScript, Go and Swift.
  public var `var`: String
  /// A keyword in many places.
  public var type: String
  /// With a number in it.
  public var field39Name: String

  public init(
    name: String = "",
    title: String = "",
    tracks: [Track] = [],
    prices: [String: Price] = [:],
    listenersByYear: [Int64: UInt64] = [:],
    moods: [String: Mood] = [:],
    playCount: Int64 = 0,
    fingerprint: UInt64 = 0,
    sales: [Int64] = [],
    cover: Data = Data(),
    releaseTime: Timestamp? = nil,
    length: TimeSpan? = nil,
    mood: Mood = .unspecified,
    allMoods: [Mood] = [],
    source: Source? = nil,
    rating: Double? = nil,
    live: Bool? = nil,
    subtitle: String? = nil,
    notes: JSONValue? = nil,
    limit: Int64? = nil,
    comments: [Comment] = [],
    loudness: [Float] = [],
    label: String = "",
    `class`: String = "",
    `import`: String = "",
    `func`: String = "",
    `default`: Bool = false,
    `in`: Int32 = 0,
    `is`: Int32 = 0,
    object: String = "",
    `package`: String = "",
    self_: String = "",
    description: String = "",
    lambda: String = "",
    `var`: String = "",
    type: String = "",
    field39Name: String = ""
  ) {
    self.name = name
    self.title = title
    self.tracks = tracks
    self.prices = prices
    self.listenersByYear = listenersByYear
    self.moods = moods
    self.playCount = playCount
    self.fingerprint = fingerprint
    self.sales = sales
    self.cover = cover
    self.releaseTime = releaseTime
    self.length = length
    self.mood = mood
    self.allMoods = allMoods
    self.source = source
    self.rating = rating
    self.live = live
    self.subtitle = subtitle
    self.notes = notes
    self.limit = limit
    self.comments = comments
    self.loudness = loudness
    self.label = label
    self.`class` = `class`
    self.`import` = `import`
    self.`func` = `func`
    self.`default` = `default`
    self.`in` = `in`
    self.`is` = `is`
    self.object = object
    self.`package` = `package`
    self.self_ = self_
    self.description = description
    self.lambda = lambda
    self.`var` = `var`
    self.type = type
    self.field39Name = field39Name
  }

  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    self.name = try fields.read("name") ?? ""
    self.title = try fields.read("title") ?? ""
    self.tracks = try fields.list("tracks")
    self.prices = try fields.map("prices")
    self.listenersByYear = try fields.map(UInt64Form.self, "listenersByYear", "listeners_by_year")
    self.moods = try fields.map("moods")
    self.playCount = try fields.read(Int64Form.self, "playCount", "play_count") ?? 0
    self.fingerprint = try fields.read(UInt64Form.self, "fingerprint") ?? 0
    self.sales = try fields.list(Int64Form.self, "sales")
    self.cover = try fields.read(BytesForm.self, "cover") ?? Data()
    self.releaseTime = try fields.read("releaseTime", "release_time")
    self.length = try fields.read("length")
    self.mood = try fields.read("mood") ?? .unspecified
    self.allMoods = try fields.list("allMoods", "all_moods")
    try fields.atMostOne(
      ["uri"],
      ["record"],
      ["radio"])
    if let value: String = try fields.read("uri") {
      self.source = .uri(value)
    } else if let value: Album.Record = try fields.read("record") {
      self.source = .record(value)
    } else if let value: Int32 = try fields.read(Int32Form.self, "radio") {
      self.source = .radio(value)
    }
    self.rating = try fields.read(DoubleForm.self, "rating")
    self.live = try fields.read("live")
    self.subtitle = try fields.read("subtitle")
    self.notes = try fields.read("notes")
    self.limit = try fields.read(Int64Form.self, "limit")
    self.comments = try fields.list("comments")
    self.loudness = try fields.list(FloatForm.self, "loudness")
    self.label = try fields.read("label") ?? ""
    self.`class` = try fields.read("class") ?? ""
    self.`import` = try fields.read("import") ?? ""
    self.`func` = try fields.read("func") ?? ""
    self.`default` = try fields.read("default") ?? false
    self.`in` = try fields.read(Int32Form.self, "in") ?? 0
    self.`is` = try fields.read(Int32Form.self, "is") ?? 0
    self.object = try fields.read("object") ?? ""
    self.`package` = try fields.read("package") ?? ""
    self.self_ = try fields.read("self") ?? ""
    self.description = try fields.read("description") ?? ""
    self.lambda = try fields.read("lambda") ?? ""
    self.`var` = try fields.read("var") ?? ""
    self.type = try fields.read("type") ?? ""
    self.field39Name = try fields.read("field39Name", "field_39_name") ?? ""
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    if !self.name.isEmpty { try fields.write(self.name, "name") }
    if !self.title.isEmpty { try fields.write(self.title, "title") }
    if !self.tracks.isEmpty { try fields.write(self.tracks, "tracks") }
    if !self.prices.isEmpty { try fields.writeMap(self.prices, "prices") }
    if !self.listenersByYear.isEmpty { try fields.writeMap(self.listenersByYear.mapValues({ UInt64Form($0) }), "listenersByYear") }
    if !self.moods.isEmpty { try fields.writeMap(self.moods, "moods") }
    if self.playCount != 0 { try fields.write(Int64Form(self.playCount), "playCount") }
    if self.fingerprint != 0 { try fields.write(UInt64Form(self.fingerprint), "fingerprint") }
    if !self.sales.isEmpty { try fields.write(self.sales.map({ Int64Form($0) }), "sales") }
    if !self.cover.isEmpty { try fields.write(BytesForm(self.cover), "cover") }
    if let value = self.releaseTime { try fields.write(value, "releaseTime") }
    if let value = self.length { try fields.write(value, "length") }
    if !self.mood.isDefault { try fields.write(self.mood, "mood") }
    if !self.allMoods.isEmpty { try fields.write(self.allMoods, "allMoods") }
    switch self.source {
    case .uri(let value)?: try fields.write(value, "uri")
    case .record(let value)?: try fields.write(value, "record")
    case .radio(let value)?: try fields.write(Int32Form(value), "radio")
    case nil: break
    }
    if let value = self.rating { try fields.write(DoubleForm(value), "rating") }
    if let value = self.live { try fields.write(value, "live") }
    if let value = self.subtitle { try fields.write(value, "subtitle") }
    if let value = self.notes { try fields.write(value, "notes") }
    if let value = self.limit { try fields.write(Int64Form(value), "limit") }
    if !self.comments.isEmpty { try fields.write(self.comments, "comments") }
    if !self.loudness.isEmpty { try fields.write(self.loudness.map({ FloatForm($0) }), "loudness") }
    if !self.label.isEmpty { try fields.write(self.label, "label") }
    if !self.`class`.isEmpty { try fields.write(self.`class`, "class") }
    if !self.`import`.isEmpty { try fields.write(self.`import`, "import") }
    if !self.`func`.isEmpty { try fields.write(self.`func`, "func") }
    if self.`default` { try fields.write(self.`default`, "default") }
    if self.`in` != 0 { try fields.write(Int32Form(self.`in`), "in") }
    if self.`is` != 0 { try fields.write(Int32Form(self.`is`), "is") }
    if !self.object.isEmpty { try fields.write(self.object, "object") }
    if !self.`package`.isEmpty { try fields.write(self.`package`, "package") }
    if !self.self_.isEmpty { try fields.write(self.self_, "self") }
    if !self.description.isEmpty { try fields.write(self.description, "description") }
    if !self.lambda.isEmpty { try fields.write(self.lambda, "lambda") }
    if !self.`var`.isEmpty { try fields.write(self.`var`, "var") }
    if !self.type.isEmpty { try fields.write(self.type, "type") }
    if !self.field39Name.isEmpty { try fields.write(self.field39Name, "field39Name") }
  }

  /// One of these, or none.
  public enum Source: Hashable, Sendable {
    /// At a web address.
    case uri(String)
    /// On a record.
    case record(Album.Record)
    /// On the radio, so many times a day.
    case radio(Int32)
  }
}

extension Album {
  /// A record; nested, with something nested.
  public struct Record: Message {
    public static let fullName = "music.v1.Album.Record"

    /// How it spins.
    public var speed: Album.Record.Speed
    /// The sides.
    public var sides: [Album.Record.Side]

    public init(
      speed: Album.Record.Speed = .unspecified,
      sides: [Album.Record.Side] = []
    ) {
      self.speed = speed
      self.sides = sides
    }

    public init(from decoder: any Decoder) throws {
      let fields = try FieldReader(decoder)
      self.speed = try fields.read("speed") ?? .unspecified
      self.sides = try fields.list("sides")
    }

    public func encode(to encoder: any Encoder) throws {
      var fields = FieldWriter(encoder)
      if !self.speed.isDefault { try fields.write(self.speed, "speed") }
      if !self.sides.isEmpty { try fields.write(self.sides, "sides") }
    }
  }
}

extension Album.Record {
  /// A side.
  public struct Side: Message {
    public static let fullName = "music.v1.Album.Record.Side"

    /// `A` or `B`.
    public var letter: String

    public init(
      letter: String = ""
    ) {
      self.letter = letter
    }

    public init(from decoder: any Decoder) throws {
      let fields = try FieldReader(decoder)
      self.letter = try fields.read("letter") ?? ""
    }

    public func encode(to encoder: any Encoder) throws {
      var fields = FieldWriter(encoder)
      if !self.letter.isEmpty { try fields.write(self.letter, "letter") }
    }
  }
}

/// One track.
public struct Track: Message {
  public static let fullName = "music.v1.Track"

  /// The id.
  public var trackID: String
  /// The title.
  public var title: String
  /// How long it plays.
  public var length: TimeSpan?

  public init(
    trackID: String = "",
    title: String = "",
    length: TimeSpan? = nil
  ) {
    self.trackID = trackID
    self.title = title
    self.length = length
  }

  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    self.trackID = try fields.read("trackId", "track_id") ?? ""
    self.title = try fields.read("title") ?? ""
    self.length = try fields.read("length")
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    if !self.trackID.isEmpty { try fields.write(self.trackID, "trackId") }
    if !self.title.isEmpty { try fields.write(self.title, "title") }
    if let value = self.length { try fields.write(value, "length") }
  }
}

/// An amount of money.
public struct Price: Message {
  public static let fullName = "music.v1.Price"

  /// Whole units.
  public var units: Int64
  /// Such as `EUR`.
  public var currency: String

  public init(
    units: Int64 = 0,
    currency: String = ""
  ) {
    self.units = units
    self.currency = currency
  }

  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    self.units = try fields.read(Int64Form.self, "units") ?? 0
    self.currency = try fields.read("currency") ?? ""
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    if self.units != 0 { try fields.write(Int64Form(self.units), "units") }
    if !self.currency.isEmpty { try fields.write(self.currency, "currency") }
  }
}

/// A comment, which may be answered.
public struct Comment: Message {
  public static let fullName = "music.v1.Comment"

  /// What is said.
  public var text: String
  /// The answers.
  public var replies: [Comment]

  public init(
    text: String = "",
    replies: [Comment] = []
  ) {
    self.text = text
    self.replies = replies
  }

  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    self.text = try fields.read("text") ?? ""
    self.replies = try fields.list("replies")
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    if !self.text.isEmpty { try fields.write(self.text, "text") }
    if !self.replies.isEmpty { try fields.write(self.replies, "replies") }
  }
}

/// A mood; some are names that languages keep for themselves.
public struct Mood: OpenEnum {
  public let rawValue: String

  public init(rawValue: String) {
    self.rawValue = rawValue
  }

  /// Not known to this client.
  public static let unspecified = Mood(rawValue: "MOOD_UNSPECIFIED")
  /// Calm.
  public static let calm = Mood(rawValue: "MOOD_CALM")
  /// Nothing at all.
  public static let none_ = Mood(rawValue: "MOOD_NONE")
  /// The usual.
  public static let `default` = Mood(rawValue: "MOOD_DEFAULT")
  /// Of oneself.
  public static let self_ = Mood(rawValue: "MOOD_SELF")
  /// No longer used.
  public static let grunge = Mood(rawValue: "MOOD_GRUNGE")

  public static let namesByNumber: [Int: String] = [
    0: "MOOD_UNSPECIFIED",
    1: "MOOD_CALM",
    2: "MOOD_NONE",
    3: "MOOD_DEFAULT",
    4: "MOOD_SELF",
    5: "MOOD_GRUNGE",
  ]

  public init(from decoder: any Decoder) throws {
    self.init(rawValue: try enumName(from: decoder, Self.namesByNumber))
  }

  public func encode(to encoder: any Encoder) throws {
    try encodeEnum(rawValue, to: encoder)
  }
}

extension Album.Record {
  /// How fast it spins.
  public struct Speed: OpenEnum {
    public let rawValue: String

    public init(rawValue: String) {
      self.rawValue = rawValue
    }

    /// Not known.
    public static let unspecified = Speed(rawValue: "SPEED_UNSPECIFIED")
    /// 33 turns a minute.
    public static let long = Speed(rawValue: "SPEED_LONG")
    /// 45 turns a minute.
    public static let single = Speed(rawValue: "SPEED_SINGLE")

    public static let namesByNumber: [Int: String] = [
      0: "SPEED_UNSPECIFIED",
      1: "SPEED_LONG",
      2: "SPEED_SINGLE",
    ]

    public init(from decoder: any Decoder) throws {
      self.init(rawValue: try enumName(from: decoder, Self.namesByNumber))
    }

    public func encode(to encoder: any Encoder) throws {
      try encodeEnum(rawValue, to: encoder)
    }
  }
}
