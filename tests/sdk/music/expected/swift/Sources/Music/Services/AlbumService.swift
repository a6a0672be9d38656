import Foundation

/// Keeps albums.
public struct AlbumService: Sendable {
  let engine: Engine

  /// The methods with their call policies.
  public enum Methods {
    public static let getAlbum = RPCMethod(
      path: "/music.v1.AlbumService/GetAlbum",
      isIdempotent: true,
      retryableCodes: [.unavailable, .aborted],
      defaultTimeout: 3,
      cache: CachePolicy(maxAge: 60, staleIfError: 3600),
      http: HTTPBinding(
        verb: "GET",
        path: [.literal("/v1/"), .field(["name"], keepsSlashes: true)],
        body: .none),
      requestIDField: "")
    public static let listAlbums = RPCMethod(
      path: "/music.v1.AlbumService/ListAlbums",
      isIdempotent: true,
      retryableCodes: [.unavailable],
      defaultTimeout: 1.5,
      cache: nil,
      http: HTTPBinding(
        verb: "GET",
        path: [.literal("/v1/albums")],
        body: .none),
      requestIDField: "")
    public static let updateAlbum = RPCMethod(
      path: "/music.v1.AlbumService/UpdateAlbum",
      isIdempotent: false,
      retryableCodes: [],
      defaultTimeout: 3,
      cache: nil,
      http: HTTPBinding(
        verb: "PATCH",
        path: [.literal("/v1/"), .field(["album", "name"], keepsSlashes: true)],
        body: .field("album")),
      requestIDField: "")
    public static let delete = RPCMethod(
      path: "/music.v1.AlbumService/Delete",
      isIdempotent: true,
      retryableCodes: [.unavailable],
      defaultTimeout: 3,
      cache: nil,
      http: HTTPBinding(
        verb: "DELETE",
        path: [.literal("/v1/"), .field(["name"], keepsSlashes: true)],
        body: .none),
      requestIDField: "")
    public static let `import` = RPCMethod(
      path: "/music.v1.AlbumService/Import",
      isIdempotent: false,
      retryableCodes: [],
      defaultTimeout: 30,
      cache: nil,
      http: HTTPBinding(
        verb: "POST",
        path: [.literal("/v1/albums:import")],
        body: .all),
      requestIDField: "")
  }
}

extension AlbumService {
  /// Returns an album. Errors: ALBUM_NOT_FOUND.
  public func getAlbum(
    _ request: GetAlbumRequest, options: CallOptions = CallOptions()
  ) async throws -> Album {
    try await engine.call(
      Methods.getAlbum, request, options, reply: Album.self)
  }

  /// Lists albums.
  public func listAlbums(
    _ request: ListAlbumsRequest, options: CallOptions = CallOptions()
  ) async throws -> ListAlbumsResponse {
    try await engine.call(
      Methods.listAlbums, request, options, reply: ListAlbumsResponse.self)
  }

  /// The pages of `listAlbums`, from the request's page token on.
  public func listAlbumsPages(
    _ request: ListAlbumsRequest, options: CallOptions = CallOptions()
  ) -> Pages<ListAlbumsRequest, ListAlbumsResponse> {
    Pages(
      first: request,
      fetch: { request in try await self.listAlbums(request, options: options) },
      following: { request, page in
        guard !page.nextCursor.isEmpty else { return nil }
        var following = request
        following.cursor = page.nextCursor
        return following
      })
  }

  /// The items of all pages of `listAlbums`, from the request's page token on.
  public func listAlbumsAll(
    _ request: ListAlbumsRequest, options: CallOptions = CallOptions()
  ) -> PagedItems<ListAlbumsRequest, ListAlbumsResponse, Album> {
    PagedItems(
      pages: listAlbumsPages(request, options: options),
      items: { page in page.albums },
      limit: options.maxItems)
  }

  /// Changes an album.
  public func updateAlbum(
    _ request: UpdateAlbumRequest, options: CallOptions = CallOptions()
  ) async throws -> Album {
    try await engine.call(
      Methods.updateAlbum, request, options, reply: Album.self)
  }

  /// Deletes an album. Its name is a keyword in some languages.
  public func delete(
    _ request: DeleteRequest, options: CallOptions = CallOptions()
  ) async throws {
    _ = try await engine.call(Methods.delete, request, options, reply: Empty.self)
  }

  /// Imports a folder of albums.
  public func `import`(
    _ request: ImportRequest, options: CallOptions = CallOptions()
  ) async throws -> LongrunningOperation {
    try await engine.call(
      Methods.`import`, request, options, reply: LongrunningOperation.self)
  }
}
