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
    while let running = pending {
      // It may have begun before that token was refused, and have brought the same.
      let fetched = try await running.value
      if fetched.value != refused {
        return fetched
      }
    }
    if let kept = token, isFresh(kept), kept.value != refused {
      return kept
    }
    let task: Task<Token, any Error> = Task { try await self.fetch(forceRefresh: refused != nil) }
    pending = task
    return try await task.value
  }

  /// What belongs to a refresh is done before its task ends, so that those who wait for it find it done.
  private func fetch(forceRefresh: Bool) async throws -> Token {
    defer { pending = nil }
    let fetched = try await provider.token(forceRefresh: forceRefresh)
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

  /// Returns the header; nil: none is needed. `refused`: a token that must not be in it.
  func header(refused: String?) async throws -> CredentialHeader? {
    switch credentials {
    case .none:
      return nil
    case .apiKey(let key):
      return CredentialHeader(name: "x-api-key", value: key, token: nil)
    case .tokens:
      guard let cache else { return nil }
      let token = try await cache.token(refused: refused)
      return CredentialHeader(
        name: "authorization", value: "Bearer \(token.value)", token: token.value)
    }
  }
}

/// Says who calls.
struct CredentialHeader: Sendable {
  let name: String
  let value: String
  /// The token in the value, if there is one.
  let token: String?
}
