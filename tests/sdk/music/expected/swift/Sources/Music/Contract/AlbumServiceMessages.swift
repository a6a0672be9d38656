import Foundation

/// Asks for an album.
public struct GetAlbumRequest: Message {
  public static let fullName = "music.v1.GetAlbumRequest"

  /// `albums/{album}`.
  public var name: String
  /// Which fields to return; absent: all.
  public var readMask: FieldMask?

  public init(
    name: String = "",
    readMask: FieldMask? = nil
  ) {
    self.name = name
    self.readMask = readMask
  }

  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    self.name = try fields.read("name") ?? ""
    self.readMask = try fields.read("readMask", "read_mask")
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    if !self.name.isEmpty { try fields.write(self.name, "name") }
    if let value = self.readMask { try fields.write(value, "readMask") }
  }
}

/// Asks for a page of albums.
public struct ListAlbumsRequest: Message {
  public static let fullName = "music.v1.ListAlbumsRequest"

  /// Albums on a page; 0: 10.
  public var limit: Int32
  /// Where to go on; empty: at the start.
  public var cursor: String
  /// Only those of a mood.
  public var mood: Mood

  public init(
    limit: Int32 = 0,
    cursor: String = "",
    mood: Mood = .unspecified
  ) {
    self.limit = limit
    self.cursor = cursor
    self.mood = mood
  }

  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    self.limit = try fields.read(Int32Form.self, "limit") ?? 0
    self.cursor = try fields.read("cursor") ?? ""
    self.mood = try fields.read("mood") ?? .unspecified
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    if self.limit != 0 { try fields.write(Int32Form(self.limit), "limit") }
    if !self.cursor.isEmpty { try fields.write(self.cursor, "cursor") }
    if !self.mood.isDefault { try fields.write(self.mood, "mood") }
  }
}

/// A page of albums.
public struct ListAlbumsResponse: Message {
  public static let fullName = "music.v1.ListAlbumsResponse"

  /// The albums.
  public var albums: [Album]
  /// Empty: this is the last.
  public var nextCursor: String

  public init(
    albums: [Album] = [],
    nextCursor: String = ""
  ) {
    self.albums = albums
    self.nextCursor = nextCursor
  }

  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    self.albums = try fields.list("albums")
    self.nextCursor = try fields.read("nextCursor", "next_cursor") ?? ""
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    if !self.albums.isEmpty { try fields.write(self.albums, "albums") }
    if !self.nextCursor.isEmpty { try fields.write(self.nextCursor, "nextCursor") }
  }
}

/// Changes an album.
public struct UpdateAlbumRequest: Message {
  public static let fullName = "music.v1.UpdateAlbumRequest"

  /// With its new values.
  public var album: Album?
  /// Which fields to change.
  public var updateMask: FieldMask?

  public init(
    album: Album? = nil,
    updateMask: FieldMask? = nil
  ) {
    self.album = album
    self.updateMask = updateMask
  }

  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    self.album = try fields.read("album")
    self.updateMask = try fields.read("updateMask", "update_mask")
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    if let value = self.album { try fields.write(value, "album") }
    if let value = self.updateMask { try fields.write(value, "updateMask") }
  }
}

/// Deletes an album.
public struct DeleteRequest: Message {
  public static let fullName = "music.v1.DeleteRequest"

  /// `albums/{album}`.
  public var name: String

  public init(
    name: String = ""
  ) {
    self.name = name
  }

  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    self.name = try fields.read("name") ?? ""
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    if !self.name.isEmpty { try fields.write(self.name, "name") }
  }
}

/// Imports albums.
public struct ImportRequest: Message {
  public static let fullName = "music.v1.ImportRequest"

  /// The folder.
  public var path: String

  public init(
    path: String = ""
  ) {
    self.path = path
  }

  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    self.path = try fields.read("path") ?? ""
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    if !self.path.isEmpty { try fields.write(self.path, "path") }
  }
}

/// What was imported.
public struct ImportResponse: Message {
  public static let fullName = "music.v1.ImportResponse"

  /// Albums imported.
  public var albumCount: Int64

  public init(
    albumCount: Int64 = 0
  ) {
    self.albumCount = albumCount
  }

  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    self.albumCount = try fields.read(Int64Form.self, "albumCount", "album_count") ?? 0
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    if self.albumCount != 0 { try fields.write(Int64Form(self.albumCount), "albumCount") }
  }
}

/// How far an import is.
public struct ImportMetadata: Message {
  public static let fullName = "music.v1.ImportMetadata"

  /// Albums read so far.
  public var readCount: Int64

  public init(
    readCount: Int64 = 0
  ) {
    self.readCount = readCount
  }

  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    self.readCount = try fields.read(Int64Form.self, "readCount", "read_count") ?? 0
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    if self.readCount != 0 { try fields.write(Int64Form(self.readCount), "readCount") }
  }
}
