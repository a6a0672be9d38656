import Foundation

/// Where and when a request or event happens. Everything is optional.
public struct RequestContext: Message {
  public static let fullName = "shortlist.v1.RequestContext"

  /// The kind of device.
  public var deviceClass: DeviceClass
  /// Name of the platform, such as `web`, `ios`, `android`, `tizen`; at most 64 characters.
  public var platform: String
  /// BCP 47 language tag, at most 35 characters.
  public var locale: String
  /// ISO 3166-1 alpha-2 country code, upper case.
  public var country: String
  /// Attributes of the surface that the models may know (a tab, a placement, a campaign): at most
  /// 20 names of at most 64 and values of at most 256 characters.
  public var surfaceAttributes: [String: String]
  /// The client's clock; absent: the server's.
  public var clientTime: Timestamp?

  public init(
    deviceClass: DeviceClass = .unspecified,
    platform: String = "",
    locale: String = "",
    country: String = "",
    surfaceAttributes: [String: String] = [:],
    clientTime: Timestamp? = nil
  ) {
    self.deviceClass = deviceClass
    self.platform = platform
    self.locale = locale
    self.country = country
    self.surfaceAttributes = surfaceAttributes
    self.clientTime = clientTime
  }

  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    self.deviceClass = try fields.read("deviceClass", "device_class") ?? .unspecified
    self.platform = try fields.read("platform") ?? ""
    self.locale = try fields.read("locale") ?? ""
    self.country = try fields.read("country") ?? ""
    self.surfaceAttributes = try fields.map("surfaceAttributes", "surface_attributes")
    self.clientTime = try fields.read("clientTime", "client_time")
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    if !self.deviceClass.isDefault { try fields.write(self.deviceClass, "deviceClass") }
    if !self.platform.isEmpty { try fields.write(self.platform, "platform") }
    if !self.locale.isEmpty { try fields.write(self.locale, "locale") }
    if !self.country.isEmpty { try fields.write(self.country, "country") }
    if !self.surfaceAttributes.isEmpty { try fields.writeMap(self.surfaceAttributes, "surfaceAttributes") }
    if let value = self.clientTime { try fields.write(value, "clientTime") }
  }
}

/// The kind of device.
public struct DeviceClass: OpenEnum {
  public let rawValue: String

  public init(rawValue: String) {
    self.rawValue = rawValue
  }

  /// Unknown.
  public static let unspecified = DeviceClass(rawValue: "DEVICE_CLASS_UNSPECIFIED")
  /// A phone.
  public static let phone = DeviceClass(rawValue: "DEVICE_CLASS_PHONE")
  /// A tablet.
  public static let tablet = DeviceClass(rawValue: "DEVICE_CLASS_TABLET")
  /// A desktop or laptop computer.
  public static let desktop = DeviceClass(rawValue: "DEVICE_CLASS_DESKTOP")
  /// A television or a box connected to one.
  public static let tv = DeviceClass(rawValue: "DEVICE_CLASS_TV")
  /// Anything else.
  public static let other = DeviceClass(rawValue: "DEVICE_CLASS_OTHER")

  public static let namesByNumber: [Int: String] = [
    0: "DEVICE_CLASS_UNSPECIFIED",
    1: "DEVICE_CLASS_PHONE",
    2: "DEVICE_CLASS_TABLET",
    3: "DEVICE_CLASS_DESKTOP",
    4: "DEVICE_CLASS_TV",
    5: "DEVICE_CLASS_OTHER",
  ]

  public init(from decoder: any Decoder) throws {
    self.init(rawValue: try enumName(from: decoder, Self.namesByNumber))
  }

  public func encode(to encoder: any Encoder) throws {
    try encodeEnum(rawValue, to: encoder)
  }
}
