import Foundation

/// One recommended item.
public struct Recommendation: Message {
  public static let fullName = "shortlist.v1.Recommendation"

  /// The item.
  public var itemID: String
  /// The item's fields; set when the request's `read_mask` asks for them.
  public var item: Item?
  /// (value - min) / (max - min) over the objective's declared range: finite, in [0, 1].
  public var score: Double
  /// Position in the feed, counted from 0; continues across pages.
  public var position: Int32
  /// Why it is here, most telling first; set when the request asks for reasons.
  public var reasons: [Reason]
  /// Names of the sources that retrieved it.
  public var sources: [String]

  public init(
    itemID: String = "",
    item: Item? = nil,
    score: Double = 0,
    position: Int32 = 0,
    reasons: [Reason] = [],
    sources: [String] = []
  ) {
    self.itemID = itemID
    self.item = item
    self.score = score
    self.position = position
    self.reasons = reasons
    self.sources = sources
  }

  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    self.itemID = try fields.read("itemId", "item_id") ?? ""
    self.item = try fields.read("item")
    self.score = try fields.read(DoubleForm.self, "score") ?? 0
    self.position = try fields.read(Int32Form.self, "position") ?? 0
    self.reasons = try fields.list("reasons")
    self.sources = try fields.list("sources")
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    if !self.itemID.isEmpty { try fields.write(self.itemID, "itemId") }
    if let value = self.item { try fields.write(value, "item") }
    if self.score != 0 { try fields.write(DoubleForm(self.score), "score") }
    if self.position != 0 { try fields.write(Int32Form(self.position), "position") }
    if !self.reasons.isEmpty { try fields.write(self.reasons, "reasons") }
    if !self.sources.isEmpty { try fields.write(self.sources, "sources") }
  }
}

/// Why an item is recommended: a code and typed parameters, so that clients localise.
public struct Reason: Message {
  public static let fullName = "shortlist.v1.Reason"

  /// The kind of reason.
  public var code: ReasonCode
  /// Items the reason refers to (because you liked ...), at most three.
  public var itemIds: [String]
  /// The shared attribute, for SHARES_ATTRIBUTE.
  public var attribute: String
  /// The shared attribute's value, for SHARES_ATTRIBUTE.
  public var value: String

  public init(
    code: ReasonCode = .unspecified,
    itemIds: [String] = [],
    attribute: String = "",
    value: String = ""
  ) {
    self.code = code
    self.itemIds = itemIds
    self.attribute = attribute
    self.value = value
  }

  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    self.code = try fields.read("code") ?? .unspecified
    self.itemIds = try fields.list("itemIds", "item_ids")
    self.attribute = try fields.read("attribute") ?? ""
    self.value = try fields.read("value") ?? ""
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    if !self.code.isDefault { try fields.write(self.code, "code") }
    if !self.itemIds.isEmpty { try fields.write(self.itemIds, "itemIds") }
    if !self.attribute.isEmpty { try fields.write(self.attribute, "attribute") }
    if !self.value.isEmpty { try fields.write(self.value, "value") }
  }
}

/// A variant of an experiment that served a reply.
public struct Exposure: Message {
  public static let fullName = "shortlist.v1.Exposure"

  /// The experiment.
  public var experiment: String
  /// The variant the subject is assigned to.
  public var variant: String

  public init(
    experiment: String = "",
    variant: String = ""
  ) {
    self.experiment = experiment
    self.variant = variant
  }

  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    self.experiment = try fields.read("experiment") ?? ""
    self.variant = try fields.read("variant") ?? ""
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    if !self.experiment.isEmpty { try fields.write(self.experiment, "experiment") }
    if !self.variant.isEmpty { try fields.write(self.variant, "variant") }
  }
}

/// A model version that took part in a reply.
public struct ModelVersion: Message {
  public static let fullName = "shortlist.v1.ModelVersion"

  /// The part it served: `retrieval`, `ranker`.
  public var component: String
  /// The version.
  public var version: String

  public init(
    component: String = "",
    version: String = ""
  ) {
    self.component = component
    self.version = version
  }

  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    self.component = try fields.read("component") ?? ""
    self.version = try fields.read("version") ?? ""
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    if !self.component.isEmpty { try fields.write(self.component, "component") }
    if !self.version.isEmpty { try fields.write(self.version, "version") }
  }
}

/// A part that did not do its work for this reply.
public struct Degradation: Message {
  public static let fullName = "shortlist.v1.Degradation"

  /// What happened.
  public var kind: DegradationKind
  /// Which component: the name of the source, hydrator or model.
  public var component: String

  public init(
    kind: DegradationKind = .unspecified,
    component: String = ""
  ) {
    self.kind = kind
    self.component = component
  }

  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    self.kind = try fields.read("kind") ?? .unspecified
    self.component = try fields.read("component") ?? ""
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    if !self.kind.isDefault { try fields.write(self.kind, "kind") }
    if !self.component.isEmpty { try fields.write(self.component, "component") }
  }
}

/// The kind of reason.
public struct ReasonCode: OpenEnum {
  public let rawValue: String

  public init(rawValue: String) {
    self.rawValue = rawValue
  }

  /// Not known to this client.
  public static let unspecified = ReasonCode(rawValue: "REASON_CODE_UNSPECIFIED")
  /// Fits what the user engaged with, by the collaborative model.
  public static let matchesYourTaste = ReasonCode(rawValue: "REASON_CODE_MATCHES_YOUR_TASTE")
  /// Often engaged with together with `item_ids`.
  public static let engagedTogether = ReasonCode(rawValue: "REASON_CODE_ENGAGED_TOGETHER")
  /// Its content is similar to `item_ids`.
  public static let similarContent = ReasonCode(rawValue: "REASON_CODE_SIMILAR_CONTENT")
  /// Shares `value` of `attribute` with items the user engaged with.
  public static let sharesAttribute = ReasonCode(rawValue: "REASON_CODE_SHARES_ATTRIBUTE")
  /// Engaged with unusually often right now.
  public static let trending = ReasonCode(rawValue: "REASON_CODE_TRENDING")
  /// Engaged with by many.
  public static let popular = ReasonCode(rawValue: "REASON_CODE_POPULAR")
  /// New in the catalogue.
  public static let new = ReasonCode(rawValue: "REASON_CODE_NEW")
  /// Shown to learn more about it or about the user.
  public static let exploration = ReasonCode(rawValue: "REASON_CODE_EXPLORATION")
  /// The user engaged with it before.
  public static let engagedBefore = ReasonCode(rawValue: "REASON_CODE_ENGAGED_BEFORE")
  /// Placed by a rule of the surface.
  public static let editorial = ReasonCode(rawValue: "REASON_CODE_EDITORIAL")

  public static let namesByNumber: [Int: String] = [
    0: "REASON_CODE_UNSPECIFIED",
    1: "REASON_CODE_MATCHES_YOUR_TASTE",
    2: "REASON_CODE_ENGAGED_TOGETHER",
    3: "REASON_CODE_SIMILAR_CONTENT",
    4: "REASON_CODE_SHARES_ATTRIBUTE",
    5: "REASON_CODE_TRENDING",
    6: "REASON_CODE_POPULAR",
    7: "REASON_CODE_NEW",
    8: "REASON_CODE_EXPLORATION",
    9: "REASON_CODE_ENGAGED_BEFORE",
    10: "REASON_CODE_EDITORIAL",
  ]

  public init(from decoder: any Decoder) throws {
    self.init(rawValue: try enumName(from: decoder, Self.namesByNumber))
  }

  public func encode(to encoder: any Encoder) throws {
    try encodeEnum(rawValue, to: encoder)
  }
}

/// What happened to a part of the request.
public struct DegradationKind: OpenEnum {
  public let rawValue: String

  public init(rawValue: String) {
    self.rawValue = rawValue
  }

  /// Not known to this client.
  public static let unspecified = DegradationKind(rawValue: "DEGRADATION_KIND_UNSPECIFIED")
  /// A source failed or was late and was left out.
  public static let sourceLeftOut = DegradationKind(rawValue: "DEGRADATION_KIND_SOURCE_LEFT_OUT")
  /// All sources failed; popular items were served.
  public static let popularFallback = DegradationKind(rawValue: "DEGRADATION_KIND_POPULAR_FALLBACK")
  /// Feature values could not be read; defaults were used.
  public static let defaultFeatures = DegradationKind(rawValue: "DEGRADATION_KIND_DEFAULT_FEATURES")
  /// The ranker failed or was late; a simpler scorer took its place.
  public static let fallbackRanker = DegradationKind(rawValue: "DEGRADATION_KIND_FALLBACK_RANKER")
  /// Too little time was left; the fallback slate was served.
  public static let fallbackSlate = DegradationKind(rawValue: "DEGRADATION_KIND_FALLBACK_SLATE")
  /// No trained model is loaded yet.
  public static let noModel = DegradationKind(rawValue: "DEGRADATION_KIND_NO_MODEL")

  public static let namesByNumber: [Int: String] = [
    0: "DEGRADATION_KIND_UNSPECIFIED",
    1: "DEGRADATION_KIND_SOURCE_LEFT_OUT",
    2: "DEGRADATION_KIND_POPULAR_FALLBACK",
    3: "DEGRADATION_KIND_DEFAULT_FEATURES",
    4: "DEGRADATION_KIND_FALLBACK_RANKER",
    5: "DEGRADATION_KIND_FALLBACK_SLATE",
    6: "DEGRADATION_KIND_NO_MODEL",
  ]

  public init(from decoder: any Decoder) throws {
    self.init(rawValue: try enumName(from: decoder, Self.namesByNumber))
  }

  public func encode(to encoder: any Encoder) throws {
    try encodeEnum(rawValue, to: encoder)
  }
}
