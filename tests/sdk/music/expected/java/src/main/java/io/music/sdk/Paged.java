package io.music.sdk;

import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * The items of a paged list, fetched page by page as they are asked for. Each iteration starts
 * anew.
 *
 * <p>To go on later, keep the token of the page that comes next and set it in a new request.
 *
 * @param <P> a page, the method's reply
 * @param <T> an item
 */
public final class Paged<P, T> implements Iterable<T> {
  private final BiFunction<String, CallOptions, P> fetch;
  private final Function<P, List<T>> items;
  private final Function<P, String> nextToken;
  private final CallOptions options;
  private final String firstToken;

  /**
   * Called by the generated services.
   *
   * @param fetch returns the page of a token
   */
  public Paged(
      BiFunction<String, CallOptions, P> fetch,
      Function<P, List<T>> items,
      Function<P, String> nextToken,
      String firstToken,
      CallOptions options) {
    this.fetch = fetch;
    this.items = items;
    this.nextToken = nextToken;
    this.firstToken = firstToken;
    this.options = options;
  }

  /** The pages, as the server sends them. */
  public Iterable<P> pages() {
    return Pages::new;
  }

  @Override
  public Iterator<T> iterator() {
    return new Items(new Pages());
  }

  /** The items as a stream. */
  public Stream<T> stream() {
    return StreamSupport.stream(spliterator(), false);
  }

  private final class Pages implements Iterator<P> {
    private String token = firstToken;
    private boolean ended;
    private CallOptions pageOptions = options;

    @Override
    public boolean hasNext() {
      return !ended;
    }

    @Override
    public P next() {
      if (ended) {
        throw new NoSuchElementException();
      }
      P page = fetch.apply(token, pageOptions);
      token = nextToken.apply(page);
      ended = token.isEmpty();
      pageOptions = options.withoutIdempotencyKey();
      return page;
    }
  }

  private final class Items implements Iterator<T> {
    private final Pages pages;
    private Iterator<T> current = Collections.emptyIterator();
    private long left = options.maxItems();

    private Items(Pages pages) {
      this.pages = pages;
    }

    @Override
    public boolean hasNext() {
      // A page may be empty and yet not the last.
      while (left > 0 && !current.hasNext() && pages.hasNext()) {
        current = items.apply(pages.next()).iterator();
      }
      return left > 0 && current.hasNext();
    }

    @Override
    public T next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      left--;
      return current.next();
    }
  }
}
