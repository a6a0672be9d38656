import Foundation

/// Asks for one page of a feed.
public struct RecommendRequest: Message {
  public static let fullName = "shortlist.v1.RecommendRequest"

  /// The surface, 1 to 64 characters; empty: `home`.
  public var servingConfig: String
  /// One of `userID` `visitorID`, or none.
  public var subject: Subject?
  /// Groups the requests and events of one visit; at most 128 characters. May be empty.
  public var sessionID: String
  /// Where and when.
  public var context: RequestContext?
  /// Items to start from, as if the subject had just engaged with them; at most 50; unknown ids are
  /// ignored.
  public var seedItemIds: [String]
  /// Items that must not appear; at most 1,000.
  public var excludeItemIds: [String]
  /// AIP-160 filter over the declared filterable attributes, at most 2,000 characters; empty: none.
  public var filter: String
  /// Items on a page, 1 to 200; 0: 20.
  public var pageSize: Int32
  /// Token of the page to return; empty: start a new feed. Everything but `page_size`, `read_mask`,
  /// `include_reasons`, `request_id`, `session_id` and `context.client_time` must be as in the
  /// request that started the feed.
  public var pageToken: String
  /// Which fields of `Item` to return in `Recommendation.item`; absent: ids only; `*`: all.
  public var readMask: FieldMask?
  /// 0: by score alone, 1: as different as possible; absent: the surface's.
  public var diversity: Double?
  /// Chosen by the client for tracing, 1 to 128 characters; empty: chosen by the server.
  public var requestID: String
  /// Check the request and return an empty reply without serving or logging a slate.
  public var validateOnly: Bool
  /// Fill `Recommendation.reasons`.
  public var includeReasons: Bool

  public init(
    servingConfig: String = "",
    subject: Subject? = nil,
    sessionID: String = "",
    context: RequestContext? = nil,
    seedItemIds: [String] = [],
    excludeItemIds: [String] = [],
    filter: String = "",
    pageSize: Int32 = 0,
    pageToken: String = "",
    readMask: FieldMask? = nil,
    diversity: Double? = nil,
    requestID: String = "",
    validateOnly: Bool = false,
    includeReasons: Bool = false
  ) {
    self.servingConfig = servingConfig
    self.subject = subject
    self.sessionID = sessionID
    self.context = context
    self.seedItemIds = seedItemIds
    self.excludeItemIds = excludeItemIds
    self.filter = filter
    self.pageSize = pageSize
    self.pageToken = pageToken
    self.readMask = readMask
    self.diversity = diversity
    self.requestID = requestID
    self.validateOnly = validateOnly
    self.includeReasons = includeReasons
  }

  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    self.servingConfig = try fields.read("servingConfig", "serving_config") ?? ""
    try fields.atMostOne(
      ["userId", "user_id"],
      ["visitorId", "visitor_id"])
    if let value: String = try fields.read("userId", "user_id") {
      self.subject = .userID(value)
    } else if let value: String = try fields.read("visitorId", "visitor_id") {
      self.subject = .visitorID(value)
    }
    self.sessionID = try fields.read("sessionId", "session_id") ?? ""
    self.context = try fields.read("context")
    self.seedItemIds = try fields.list("seedItemIds", "seed_item_ids")
    self.excludeItemIds = try fields.list("excludeItemIds", "exclude_item_ids")
    self.filter = try fields.read("filter") ?? ""
    self.pageSize = try fields.read(Int32Form.self, "pageSize", "page_size") ?? 0
    self.pageToken = try fields.read("pageToken", "page_token") ?? ""
    self.readMask = try fields.read("readMask", "read_mask")
    self.diversity = try fields.read(DoubleForm.self, "diversity")
    self.requestID = try fields.read("requestId", "request_id") ?? ""
    self.validateOnly = try fields.read("validateOnly", "validate_only") ?? false
    self.includeReasons = try fields.read("includeReasons", "include_reasons") ?? false
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    if !self.servingConfig.isEmpty { try fields.write(self.servingConfig, "servingConfig") }
    switch self.subject {
    case .userID(let value)?: try fields.write(value, "userId")
    case .visitorID(let value)?: try fields.write(value, "visitorId")
    case nil: break
    }
    if !self.sessionID.isEmpty { try fields.write(self.sessionID, "sessionId") }
    if let value = self.context { try fields.write(value, "context") }
    if !self.seedItemIds.isEmpty { try fields.write(self.seedItemIds, "seedItemIds") }
    if !self.excludeItemIds.isEmpty { try fields.write(self.excludeItemIds, "excludeItemIds") }
    if !self.filter.isEmpty { try fields.write(self.filter, "filter") }
    if self.pageSize != 0 { try fields.write(Int32Form(self.pageSize), "pageSize") }
    if !self.pageToken.isEmpty { try fields.write(self.pageToken, "pageToken") }
    if let value = self.readMask { try fields.write(value, "readMask") }
    if let value = self.diversity { try fields.write(DoubleForm(value), "diversity") }
    if !self.requestID.isEmpty { try fields.write(self.requestID, "requestId") }
    if self.validateOnly { try fields.write(self.validateOnly, "validateOnly") }
    if self.includeReasons { try fields.write(self.includeReasons, "includeReasons") }
  }

  /// One of these, or none.
  public enum Subject: Hashable, Sendable {
    /// A known user.
    case userID(String)
    /// A device or browser that has not signed in.
    case visitorID(String)
  }
}

/// One page of a feed.
public struct RecommendResponse: Message {
  public static let fullName = "shortlist.v1.RecommendResponse"

  /// In display order; may be fewer than `page_size`, also when more pages follow.
  public var recommendations: [Recommendation]
  /// Token of the next page; empty: the feed has ended.
  public var nextPageToken: String
  /// Send it back with impressions and with every event that the page leads to.
  public var attributionToken: String
  /// The models that served.
  public var modelVersions: [ModelVersion]
  /// The experiments that took part.
  public var exposures: [Exposure]
  /// What did not work; empty: everything did.
  public var degradations: [Degradation]
  /// The session, as given or chosen by the server.
  public var sessionID: String
  /// The request's id, as given or chosen by the server.
  public var requestID: String

  public init(
    recommendations: [Recommendation] = [],
    nextPageToken: String = "",
    attributionToken: String = "",
    modelVersions: [ModelVersion] = [],
    exposures: [Exposure] = [],
    degradations: [Degradation] = [],
    sessionID: String = "",
    requestID: String = ""
  ) {
    self.recommendations = recommendations
    self.nextPageToken = nextPageToken
    self.attributionToken = attributionToken
    self.modelVersions = modelVersions
    self.exposures = exposures
    self.degradations = degradations
    self.sessionID = sessionID
    self.requestID = requestID
  }

  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    self.recommendations = try fields.list("recommendations")
    self.nextPageToken = try fields.read("nextPageToken", "next_page_token") ?? ""
    self.attributionToken = try fields.read("attributionToken", "attribution_token") ?? ""
    self.modelVersions = try fields.list("modelVersions", "model_versions")
    self.exposures = try fields.list("exposures")
    self.degradations = try fields.list("degradations")
    self.sessionID = try fields.read("sessionId", "session_id") ?? ""
    self.requestID = try fields.read("requestId", "request_id") ?? ""
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    if !self.recommendations.isEmpty { try fields.write(self.recommendations, "recommendations") }
    if !self.nextPageToken.isEmpty { try fields.write(self.nextPageToken, "nextPageToken") }
    if !self.attributionToken.isEmpty { try fields.write(self.attributionToken, "attributionToken") }
    if !self.modelVersions.isEmpty { try fields.write(self.modelVersions, "modelVersions") }
    if !self.exposures.isEmpty { try fields.write(self.exposures, "exposures") }
    if !self.degradations.isEmpty { try fields.write(self.degradations, "degradations") }
    if !self.sessionID.isEmpty { try fields.write(self.sessionID, "sessionId") }
    if !self.requestID.isEmpty { try fields.write(self.requestID, "requestId") }
  }
}

/// Asks for items similar to one.
public struct RecommendSimilarRequest: Message {
  public static let fullName = "shortlist.v1.RecommendSimilarRequest"

  /// The item to start from.
  public var itemID: String
  /// The surface; empty: `similar`.
  public var servingConfig: String
  /// As in RecommendRequest.
  public var context: RequestContext?
  /// As in RecommendRequest.
  public var filter: String
  /// Items to return, 1 to 200; 0: 20.
  public var pageSize: Int32
  /// As in RecommendRequest.
  public var readMask: FieldMask?
  /// As in RecommendRequest.
  public var includeReasons: Bool
  /// As in RecommendRequest.
  public var requestID: String

  public init(
    itemID: String = "",
    servingConfig: String = "",
    context: RequestContext? = nil,
    filter: String = "",
    pageSize: Int32 = 0,
    readMask: FieldMask? = nil,
    includeReasons: Bool = false,
    requestID: String = ""
  ) {
    self.itemID = itemID
    self.servingConfig = servingConfig
    self.context = context
    self.filter = filter
    self.pageSize = pageSize
    self.readMask = readMask
    self.includeReasons = includeReasons
    self.requestID = requestID
  }

  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    self.itemID = try fields.read("itemId", "item_id") ?? ""
    self.servingConfig = try fields.read("servingConfig", "serving_config") ?? ""
    self.context = try fields.read("context")
    self.filter = try fields.read("filter") ?? ""
    self.pageSize = try fields.read(Int32Form.self, "pageSize", "page_size") ?? 0
    self.readMask = try fields.read("readMask", "read_mask")
    self.includeReasons = try fields.read("includeReasons", "include_reasons") ?? false
    self.requestID = try fields.read("requestId", "request_id") ?? ""
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    if !self.itemID.isEmpty { try fields.write(self.itemID, "itemId") }
    if !self.servingConfig.isEmpty { try fields.write(self.servingConfig, "servingConfig") }
    if let value = self.context { try fields.write(value, "context") }
    if !self.filter.isEmpty { try fields.write(self.filter, "filter") }
    if self.pageSize != 0 { try fields.write(Int32Form(self.pageSize), "pageSize") }
    if let value = self.readMask { try fields.write(value, "readMask") }
    if self.includeReasons { try fields.write(self.includeReasons, "includeReasons") }
    if !self.requestID.isEmpty { try fields.write(self.requestID, "requestId") }
  }
}

/// Items similar to one; shared between callers.
public struct RecommendSimilarResponse: Message {
  public static let fullName = "shortlist.v1.RecommendSimilarResponse"

  /// Most similar first; the item itself is not among them.
  public var recommendations: [Recommendation]
  /// Marked shared: its slates stay out of off-policy data.
  public var attributionToken: String
  /// The models that served.
  public var modelVersions: [ModelVersion]
  /// What did not work.
  public var degradations: [Degradation]
  /// The request's id.
  public var requestID: String

  public init(
    recommendations: [Recommendation] = [],
    attributionToken: String = "",
    modelVersions: [ModelVersion] = [],
    degradations: [Degradation] = [],
    requestID: String = ""
  ) {
    self.recommendations = recommendations
    self.attributionToken = attributionToken
    self.modelVersions = modelVersions
    self.degradations = degradations
    self.requestID = requestID
  }

  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    self.recommendations = try fields.list("recommendations")
    self.attributionToken = try fields.read("attributionToken", "attribution_token") ?? ""
    self.modelVersions = try fields.list("modelVersions", "model_versions")
    self.degradations = try fields.list("degradations")
    self.requestID = try fields.read("requestId", "request_id") ?? ""
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    if !self.recommendations.isEmpty { try fields.write(self.recommendations, "recommendations") }
    if !self.attributionToken.isEmpty { try fields.write(self.attributionToken, "attributionToken") }
    if !self.modelVersions.isEmpty { try fields.write(self.modelVersions, "modelVersions") }
    if !self.degradations.isEmpty { try fields.write(self.degradations, "degradations") }
    if !self.requestID.isEmpty { try fields.write(self.requestID, "requestId") }
  }
}

/// Asks for what is trending.
public struct ListTrendingRequest: Message {
  public static let fullName = "shortlist.v1.ListTrendingRequest"

  /// The surface; empty: `trending`.
  public var servingConfig: String
  /// As in RecommendRequest.
  public var context: RequestContext?
  /// As in RecommendRequest.
  public var filter: String
  /// Items to return, 1 to 200; 0: 20.
  public var pageSize: Int32
  /// As in RecommendRequest.
  public var readMask: FieldMask?
  /// As in RecommendRequest.
  public var requestID: String

  public init(
    servingConfig: String = "",
    context: RequestContext? = nil,
    filter: String = "",
    pageSize: Int32 = 0,
    readMask: FieldMask? = nil,
    requestID: String = ""
  ) {
    self.servingConfig = servingConfig
    self.context = context
    self.filter = filter
    self.pageSize = pageSize
    self.readMask = readMask
    self.requestID = requestID
  }

  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    self.servingConfig = try fields.read("servingConfig", "serving_config") ?? ""
    self.context = try fields.read("context")
    self.filter = try fields.read("filter") ?? ""
    self.pageSize = try fields.read(Int32Form.self, "pageSize", "page_size") ?? 0
    self.readMask = try fields.read("readMask", "read_mask")
    self.requestID = try fields.read("requestId", "request_id") ?? ""
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    if !self.servingConfig.isEmpty { try fields.write(self.servingConfig, "servingConfig") }
    if let value = self.context { try fields.write(value, "context") }
    if !self.filter.isEmpty { try fields.write(self.filter, "filter") }
    if self.pageSize != 0 { try fields.write(Int32Form(self.pageSize), "pageSize") }
    if let value = self.readMask { try fields.write(value, "readMask") }
    if !self.requestID.isEmpty { try fields.write(self.requestID, "requestId") }
  }
}

/// What is trending; shared between callers.
public struct ListTrendingResponse: Message {
  public static let fullName = "shortlist.v1.ListTrendingResponse"

  /// Strongest first.
  public var recommendations: [Recommendation]
  /// Marked shared.
  public var attributionToken: String
  /// What did not work.
  public var degradations: [Degradation]
  /// The request's id.
  public var requestID: String

  public init(
    recommendations: [Recommendation] = [],
    attributionToken: String = "",
    degradations: [Degradation] = [],
    requestID: String = ""
  ) {
    self.recommendations = recommendations
    self.attributionToken = attributionToken
    self.degradations = degradations
    self.requestID = requestID
  }

  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    self.recommendations = try fields.list("recommendations")
    self.attributionToken = try fields.read("attributionToken", "attribution_token") ?? ""
    self.degradations = try fields.list("degradations")
    self.requestID = try fields.read("requestId", "request_id") ?? ""
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    if !self.recommendations.isEmpty { try fields.write(self.recommendations, "recommendations") }
    if !self.attributionToken.isEmpty { try fields.write(self.attributionToken, "attributionToken") }
    if !self.degradations.isEmpty { try fields.write(self.degradations, "degradations") }
    if !self.requestID.isEmpty { try fields.write(self.requestID, "requestId") }
  }
}

/// Asks to rank given items.
public struct RankItemsRequest: Message {
  public static let fullName = "shortlist.v1.RankItemsRequest"

  /// The surface; empty: `home`.
  public var servingConfig: String
  /// One of `userID` `visitorID`, or none.
  public var subject: Subject?
  /// Groups the requests and events of one visit.
  public var sessionID: String
  /// Where and when.
  public var context: RequestContext?
  /// The items, 1 to 1,000; duplicates count once.
  public var itemIds: [String]
  /// As in RecommendRequest.
  public var readMask: FieldMask?
  /// As in RecommendRequest.
  public var includeReasons: Bool
  /// As in RecommendRequest.
  public var requestID: String

  public init(
    servingConfig: String = "",
    subject: Subject? = nil,
    sessionID: String = "",
    context: RequestContext? = nil,
    itemIds: [String] = [],
    readMask: FieldMask? = nil,
    includeReasons: Bool = false,
    requestID: String = ""
  ) {
    self.servingConfig = servingConfig
    self.subject = subject
    self.sessionID = sessionID
    self.context = context
    self.itemIds = itemIds
    self.readMask = readMask
    self.includeReasons = includeReasons
    self.requestID = requestID
  }

  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    self.servingConfig = try fields.read("servingConfig", "serving_config") ?? ""
    try fields.atMostOne(
      ["userId", "user_id"],
      ["visitorId", "visitor_id"])
    if let value: String = try fields.read("userId", "user_id") {
      self.subject = .userID(value)
    } else if let value: String = try fields.read("visitorId", "visitor_id") {
      self.subject = .visitorID(value)
    }
    self.sessionID = try fields.read("sessionId", "session_id") ?? ""
    self.context = try fields.read("context")
    self.itemIds = try fields.list("itemIds", "item_ids")
    self.readMask = try fields.read("readMask", "read_mask")
    self.includeReasons = try fields.read("includeReasons", "include_reasons") ?? false
    self.requestID = try fields.read("requestId", "request_id") ?? ""
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    if !self.servingConfig.isEmpty { try fields.write(self.servingConfig, "servingConfig") }
    switch self.subject {
    case .userID(let value)?: try fields.write(value, "userId")
    case .visitorID(let value)?: try fields.write(value, "visitorId")
    case nil: break
    }
    if !self.sessionID.isEmpty { try fields.write(self.sessionID, "sessionId") }
    if let value = self.context { try fields.write(value, "context") }
    if !self.itemIds.isEmpty { try fields.write(self.itemIds, "itemIds") }
    if let value = self.readMask { try fields.write(value, "readMask") }
    if self.includeReasons { try fields.write(self.includeReasons, "includeReasons") }
    if !self.requestID.isEmpty { try fields.write(self.requestID, "requestId") }
  }

  /// One of these, or none.
  public enum Subject: Hashable, Sendable {
    /// A known user.
    case userID(String)
    /// A device or browser that has not signed in.
    case visitorID(String)
  }
}

/// The given items, ranked.
public struct RankItemsResponse: Message {
  public static let fullName = "shortlist.v1.RankItemsResponse"

  /// Best first, by score alone.
  public var recommendations: [Recommendation]
  /// Ids that are unknown, deleted or unavailable, in the order given.
  public var skippedItemIds: [String]
  /// As in RecommendResponse.
  public var attributionToken: String
  /// The models that served.
  public var modelVersions: [ModelVersion]
  /// The experiments that took part.
  public var exposures: [Exposure]
  /// What did not work.
  public var degradations: [Degradation]
  /// The request's id.
  public var requestID: String

  public init(
    recommendations: [Recommendation] = [],
    skippedItemIds: [String] = [],
    attributionToken: String = "",
    modelVersions: [ModelVersion] = [],
    exposures: [Exposure] = [],
    degradations: [Degradation] = [],
    requestID: String = ""
  ) {
    self.recommendations = recommendations
    self.skippedItemIds = skippedItemIds
    self.attributionToken = attributionToken
    self.modelVersions = modelVersions
    self.exposures = exposures
    self.degradations = degradations
    self.requestID = requestID
  }

  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    self.recommendations = try fields.list("recommendations")
    self.skippedItemIds = try fields.list("skippedItemIds", "skipped_item_ids")
    self.attributionToken = try fields.read("attributionToken", "attribution_token") ?? ""
    self.modelVersions = try fields.list("modelVersions", "model_versions")
    self.exposures = try fields.list("exposures")
    self.degradations = try fields.list("degradations")
    self.requestID = try fields.read("requestId", "request_id") ?? ""
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    if !self.recommendations.isEmpty { try fields.write(self.recommendations, "recommendations") }
    if !self.skippedItemIds.isEmpty { try fields.write(self.skippedItemIds, "skippedItemIds") }
    if !self.attributionToken.isEmpty { try fields.write(self.attributionToken, "attributionToken") }
    if !self.modelVersions.isEmpty { try fields.write(self.modelVersions, "modelVersions") }
    if !self.exposures.isEmpty { try fields.write(self.exposures, "exposures") }
    if !self.degradations.isEmpty { try fields.write(self.degradations, "degradations") }
    if !self.requestID.isEmpty { try fields.write(self.requestID, "requestId") }
  }
}

/// Asks for a page of shelves.
public struct ComposePageRequest: Message {
  public static let fullName = "shortlist.v1.ComposePageRequest"

  /// One of `userID` `visitorID`, or none.
  public var subject: Subject?
  /// Groups the requests and events of one visit.
  public var sessionID: String
  /// Where and when.
  public var context: RequestContext?
  /// The shelves from top to bottom, 1 to 20; an item goes to the first shelf that wants it.
  public var shelves: [ShelfRequest]
  /// Items that must not appear on any shelf; at most 1,000.
  public var excludeItemIds: [String]
  /// As in RecommendRequest.
  public var readMask: FieldMask?
  /// As in RecommendRequest.
  public var includeReasons: Bool
  /// As in RecommendRequest.
  public var requestID: String

  public init(
    subject: Subject? = nil,
    sessionID: String = "",
    context: RequestContext? = nil,
    shelves: [ShelfRequest] = [],
    excludeItemIds: [String] = [],
    readMask: FieldMask? = nil,
    includeReasons: Bool = false,
    requestID: String = ""
  ) {
    self.subject = subject
    self.sessionID = sessionID
    self.context = context
    self.shelves = shelves
    self.excludeItemIds = excludeItemIds
    self.readMask = readMask
    self.includeReasons = includeReasons
    self.requestID = requestID
  }

  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    try fields.atMostOne(
      ["userId", "user_id"],
      ["visitorId", "visitor_id"])
    if let value: String = try fields.read("userId", "user_id") {
      self.subject = .userID(value)
    } else if let value: String = try fields.read("visitorId", "visitor_id") {
      self.subject = .visitorID(value)
    }
    self.sessionID = try fields.read("sessionId", "session_id") ?? ""
    self.context = try fields.read("context")
    self.shelves = try fields.list("shelves")
    self.excludeItemIds = try fields.list("excludeItemIds", "exclude_item_ids")
    self.readMask = try fields.read("readMask", "read_mask")
    self.includeReasons = try fields.read("includeReasons", "include_reasons") ?? false
    self.requestID = try fields.read("requestId", "request_id") ?? ""
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    switch self.subject {
    case .userID(let value)?: try fields.write(value, "userId")
    case .visitorID(let value)?: try fields.write(value, "visitorId")
    case nil: break
    }
    if !self.sessionID.isEmpty { try fields.write(self.sessionID, "sessionId") }
    if let value = self.context { try fields.write(value, "context") }
    if !self.shelves.isEmpty { try fields.write(self.shelves, "shelves") }
    if !self.excludeItemIds.isEmpty { try fields.write(self.excludeItemIds, "excludeItemIds") }
    if let value = self.readMask { try fields.write(value, "readMask") }
    if self.includeReasons { try fields.write(self.includeReasons, "includeReasons") }
    if !self.requestID.isEmpty { try fields.write(self.requestID, "requestId") }
  }

  /// One of these, or none.
  public enum Subject: Hashable, Sendable {
    /// A known user.
    case userID(String)
    /// A device or browser that has not signed in.
    case visitorID(String)
  }
}

/// Asks for one shelf.
public struct ShelfRequest: Message {
  public static let fullName = "shortlist.v1.ShelfRequest"

  /// The surface; empty: `home`.
  public var servingConfig: String
  /// As in RecommendRequest; for this shelf alone.
  public var filter: String
  /// As in RecommendRequest; for this shelf alone.
  public var seedItemIds: [String]
  /// Items on the shelf, 1 to 50; 0: 20.
  public var pageSize: Int32

  public init(
    servingConfig: String = "",
    filter: String = "",
    seedItemIds: [String] = [],
    pageSize: Int32 = 0
  ) {
    self.servingConfig = servingConfig
    self.filter = filter
    self.seedItemIds = seedItemIds
    self.pageSize = pageSize
  }

  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    self.servingConfig = try fields.read("servingConfig", "serving_config") ?? ""
    self.filter = try fields.read("filter") ?? ""
    self.seedItemIds = try fields.list("seedItemIds", "seed_item_ids")
    self.pageSize = try fields.read(Int32Form.self, "pageSize", "page_size") ?? 0
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    if !self.servingConfig.isEmpty { try fields.write(self.servingConfig, "servingConfig") }
    if !self.filter.isEmpty { try fields.write(self.filter, "filter") }
    if !self.seedItemIds.isEmpty { try fields.write(self.seedItemIds, "seedItemIds") }
    if self.pageSize != 0 { try fields.write(Int32Form(self.pageSize), "pageSize") }
  }
}

/// A page of shelves.
public struct ComposePageResponse: Message {
  public static let fullName = "shortlist.v1.ComposePageResponse"

  /// In the order of the request.
  public var shelves: [Shelf]
  /// The experiments that took part.
  public var exposures: [Exposure]
  /// The models that served.
  public var modelVersions: [ModelVersion]
  /// The session, as given or chosen by the server.
  public var sessionID: String
  /// The request's id.
  public var requestID: String

  public init(
    shelves: [Shelf] = [],
    exposures: [Exposure] = [],
    modelVersions: [ModelVersion] = [],
    sessionID: String = "",
    requestID: String = ""
  ) {
    self.shelves = shelves
    self.exposures = exposures
    self.modelVersions = modelVersions
    self.sessionID = sessionID
    self.requestID = requestID
  }

  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    self.shelves = try fields.list("shelves")
    self.exposures = try fields.list("exposures")
    self.modelVersions = try fields.list("modelVersions", "model_versions")
    self.sessionID = try fields.read("sessionId", "session_id") ?? ""
    self.requestID = try fields.read("requestId", "request_id") ?? ""
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    if !self.shelves.isEmpty { try fields.write(self.shelves, "shelves") }
    if !self.exposures.isEmpty { try fields.write(self.exposures, "exposures") }
    if !self.modelVersions.isEmpty { try fields.write(self.modelVersions, "modelVersions") }
    if !self.sessionID.isEmpty { try fields.write(self.sessionID, "sessionId") }
    if !self.requestID.isEmpty { try fields.write(self.requestID, "requestId") }
  }
}

/// One shelf of a page.
public struct Shelf: Message {
  public static let fullName = "shortlist.v1.Shelf"

  /// The surface that filled it.
  public var servingConfig: String
  /// In display order.
  public var recommendations: [Recommendation]
  /// Send it back with impressions and with every event that the shelf leads to.
  public var attributionToken: String
  /// What did not work.
  public var degradations: [Degradation]

  public init(
    servingConfig: String = "",
    recommendations: [Recommendation] = [],
    attributionToken: String = "",
    degradations: [Degradation] = []
  ) {
    self.servingConfig = servingConfig
    self.recommendations = recommendations
    self.attributionToken = attributionToken
    self.degradations = degradations
  }

  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    self.servingConfig = try fields.read("servingConfig", "serving_config") ?? ""
    self.recommendations = try fields.list("recommendations")
    self.attributionToken = try fields.read("attributionToken", "attribution_token") ?? ""
    self.degradations = try fields.list("degradations")
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    if !self.servingConfig.isEmpty { try fields.write(self.servingConfig, "servingConfig") }
    if !self.recommendations.isEmpty { try fields.write(self.recommendations, "recommendations") }
    if !self.attributionToken.isEmpty { try fields.write(self.attributionToken, "attributionToken") }
    if !self.degradations.isEmpty { try fields.write(self.degradations, "degradations") }
  }
}
