import Foundation

/// What differs between clients, beside the server and who calls.
public struct ClientOptions: Sendable {
  /// Sends the attempts; nil: a `URLSession`.
  public var transport: (any Transport)?
  /// Stand around every call; the first is the outermost.
  public var interceptors: [any Interceptor]
  public var telemetry: [TelemetryHooks]
  /// How many replies are kept, of methods whose policy allows it; 0: none.
  public var cacheEntries: Int
  /// Time, chance and waiting, for tests.
  public var hooks: RuntimeHooks

  public init(
    transport: (any Transport)? = nil,
    interceptors: [any Interceptor] = [],
    telemetry: [TelemetryHooks] = [],
    cacheEntries: Int = 100,
    hooks: RuntimeHooks = RuntimeHooks()
  ) {
    self.transport = transport
    self.interceptors = interceptors
    self.telemetry = telemetry
    self.cacheEntries = cacheEntries
    self.hooks = hooks
  }
}

/// Calls the music API over HTTP. Keep one for each server and user.
public struct MusicClient: Sendable {
  /// Keeps albums.
  public let albums: AlbumService
  /// Takes what is played.
  public let plays: PlayService
  /// Plays without end.
  public let radios: RadioService

  private let engine: Engine

  /// A client of the server at an address, such as `https://music.example.com`.
  public init(
    endpoint: URL, credentials: Credentials = .none, options: ClientOptions = ClientOptions()
  ) {
    var address = endpoint.absoluteString
    while address.hasSuffix("/") {
      address.removeLast()
    }
    let engine = Engine(
      endpoint: address,
      transport: options.transport ?? URLSessionTransport(),
      authentication: Authentication(credentials, now: options.hooks.now),
      interceptors: options.interceptors,
      telemetry: options.telemetry,
      cache: options.cacheEntries > 0 ? ReplyCache(limit: options.cacheEntries) : nil,
      hooks: options.hooks)
    self.engine = engine
    albums = AlbumService(engine: engine)
    plays = PlayService(engine: engine)
    radios = RadioService(engine: engine)
  }

  /// Forgets all kept replies: call it when the user signs out.
  public func clearCache() async {
    await engine.cache?.clear()
  }
}
