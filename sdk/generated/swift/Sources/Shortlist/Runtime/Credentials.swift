import Foundation

/// Who calls.
public enum Credentials: Sendable {
  /// Nobody in particular.
  case none
  /// The holder of an API key.
  case apiKey(String)
  /// The subject of a token, which is fetched when it is needed and refreshed before it expires.
  case tokens(any TokenProvider)
}

/// A bearer token.
public struct Token: Hashable, Sendable {
  /// Without `Bearer`.
  public var value: String
  /// When it stops being valid; nil: it is used until the server refuses it.
  public var expiry: Date?

  public init(value: String, expiry: Date? = nil) {
    self.value = value
    self.expiry = expiry
  }
}

/// Gets tokens, one at a time however many calls wait for it.
public protocol TokenProvider: Sendable {
  /// Returns a valid token. `forceRefresh`: the last one was refused; get a new one.
  func token(forceRefresh: Bool) async throws -> Token
}

/// Keeps the provider's token, and lets concurrent calls share one refresh.
actor TokenCache {
  /// How long before its expiry a token is replaced.
  private static let skew: TimeInterval = 30

  private let provider: any TokenProvider
  private let now: @Sendable () -> Date
  private var token: Token?
  private var pending: Task<Token, any Error>?

  init(provider: any TokenProvider, now: @escaping @Sendable () -> Date) {
    self.provider = provider
    self.now = now
  }

  /// Returns the kept token unless it is stale, or the one that was refused.
  func token(refused: String?) async throws -> Token {
    if let token, isFresh(token), token.value != refused {
      return token
    }
    if let pending {
      return try await pending.value
    }
    let provider = self.provider
    let task = Task { try await provider.token(forceRefresh: refused != nil) }
    pending = task
    defer { pending = nil }
    let fetched = try await task.value
    token = fetched
    return fetched
  }

  private func isFresh(_ token: Token) -> Bool {
    guard let expiry = token.expiry else { return true }
    return now() < expiry.addingTimeInterval(-Self.skew)
  }
}

/// Gives each attempt its header.
struct Authentication: Sendable {
  private let credentials: Credentials
  private let cache: TokenCache?

  init(_ credentials: Credentials, now: @escaping @Sendable () -> Date) {
    self.credentials = credentials
    if case .tokens(let provider) = credentials {
      cache = TokenCache(provider: provider, now: now)
    } else {
      cache = nil
    }
  }

  /// Whether refused credentials can be replaced.
  var canRefresh: Bool { cache != nil }

  /// Returns the header, and the token in it. `refused`: a token that must not be in it.
  func header(refused: String?) async throws -> (name: String, value: String, token: String?)? {
    switch credentials {
    case .none: return nil
    case .apiKey(let key): return ("x-api-key", key, nil)
    case .tokens:
      guard let token = try await cache?.token(refused: refused) else { return nil }
      return ("authorization", "Bearer \(token.value)", token.value)
    }
  }
}
