/// The pages of a list, each fetched when it is asked for. It ends after the first error.
public struct Pages<Request: Message, Page: Message>: AsyncSequence, Sendable {
  public typealias Element = Page

  let first: Request
  let fetch: @Sendable (Request) async throws -> Page
  /// The request for the page after one; nil: that was the last.
  let following: @Sendable (Request, Page) -> Request?

  public func makeAsyncIterator() -> Iterator {
    Iterator(request: first, pages: self)
  }

  public struct Iterator: AsyncIteratorProtocol, Sendable {
    fileprivate var request: Request?
    fileprivate let pages: Pages

    public mutating func next() async throws -> Page? {
      guard let current = request else { return nil }
      request = nil
      let page = try await pages.fetch(current)
      request = pages.following(current, page)
      return page
    }
  }
}

/// The items of a list's pages; pages are fetched when they are needed.
public struct PagedItems<Request: Message, Page: Message, Item: Sendable>: AsyncSequence, Sendable {
  public typealias Element = Item

  let pages: Pages<Request, Page>
  let items: @Sendable (Page) -> [Item]
  let limit: Int?

  public func makeAsyncIterator() -> Iterator {
    Iterator(pages: pages.makeAsyncIterator(), items: items, left: limit ?? Int.max)
  }

  public struct Iterator: AsyncIteratorProtocol, Sendable {
    fileprivate var pages: Pages<Request, Page>.Iterator
    fileprivate let items: @Sendable (Page) -> [Item]
    fileprivate var left: Int
    fileprivate var waiting: ArraySlice<Item> = []

    fileprivate init(
      pages: Pages<Request, Page>.Iterator, items: @escaping @Sendable (Page) -> [Item], left: Int
    ) {
      self.pages = pages
      self.items = items
      self.left = left
    }

    public mutating func next() async throws -> Item? {
      guard left > 0 else { return nil }
      while waiting.isEmpty {
        guard let page = try await pages.next() else { return nil }
        waiting = items(page)[...]
      }
      left -= 1
      return waiting.removeFirst()
    }
  }
}
