// Shortlist 0.1.0: client for TVs and old browsers. Generated; do not edit.

export as namespace Shortlist;

/** The version of this package. */
export const version: string;

/** Returns a new version 4 UUID. */
export function uuid(): string;

// ---- Client ----

export interface ClientOptions {
  /** Where the edge is: `https://api.example.com`. */
  endpoint: string;
  /** Sent as `x-api-key`. */
  apiKey?: string;
  /**
   * Gives the token of the caller. Asked when there is none, when it is about to expire, and with
   * `forceRefresh` when the server said that it has expired; calls that wait share one request. It must
   * answer every time.
   */
  auth?: (
    forceRefresh: boolean,
    done: (error: any, token?: string | { token: string; expiresAt?: Date | number }) => void
  ) => void;
  /** The platform's name in the client header; absent: as the user agent says. */
  platform?: string;
  /** Where replies are kept for when they are asked for again or the server is out of reach; false: nowhere. */
  cache?: false | CacheOptions;
  /** Run around each call, the first outermost. */
  interceptors?: Interceptor[];
  telemetry?: Telemetry;
  /** Sends requests; absent: XMLHttpRequest. */
  transport?: Transport;
  /** For tests. */
  clock?: Partial<Clock>;
}

export interface CacheOptions {
  /** Replies that are kept; absent: 100. */
  maxEntries?: number;
  /** true: in localStorage, too, beyond the page. */
  persist?: boolean;
}

export interface CallOptions {
  /** Of the call with all its attempts; absent: the method's own. */
  timeoutMs?: number;
  /** Tells the server that two calls are the same; absent: a new one for each call. */
  idempotencyKey?: string;
  /** Sent beside the client's own; names in small letters, which the edge must allow to pages. */
  headers?: { [name: string]: string };
  /** false: one attempt only. */
  retry?: false;
  /** false: ask the server whatever is kept. */
  cache?: false;
}

/** How a call went. */
export interface CallInfo {
  /** `/package.Service/Method` */
  method: string;
  attempts: number;
  /** What to quote when asking about the call. */
  requestId: string;
  fromCache: boolean;
  /** The server could not be reached; the reply is an old one. */
  isStale: boolean;
}

/** Called once. `reply` is there if `error` is null. */
export type Callback<Reply> = (error: ShortlistError | null, reply: Reply, info: CallInfo) => void;

export interface Call {
  /** Ends the call: its callback gets a CancelledError before this returns. */
  cancel(): void;
}

export interface Method<Request, Reply> {
  (request: Request, callback: Callback<Reply>): Call;
  (request: Request, options: CallOptions, callback: Callback<Reply>): Call;
}

export class Client {
  constructor(options: ClientOptions);
  /**
   * Keeps the catalogue. A written item is recommendable within seconds; while it is deleted or
   * unavailable it never appears.
   *
   * Every method may return the CREDENTIALS reasons, SCOPE_INSUFFICIENT, QUOTA_EXHAUSTED,
   * OVERLOADED, DEADLINE_TOO_SHORT and INTERNAL; writes also STORAGE_FULL.
   */
  readonly catalog: CatalogMethods;
  /**
   * Takes what users do. A reply means that the event is durable; a replay is harmless.
   *
   * Every method may return the CREDENTIALS reasons, SCOPE_INSUFFICIENT, QUOTA_EXHAUSTED,
   * SUBJECT_MISMATCH, OVERLOADED, STORAGE_FULL, DEADLINE_TOO_SHORT and INTERNAL.
   */
  readonly events: EventMethods;
  /**
   * Answers with slates: ranked lists of items for a subject, an item or a page.
   *
   * An unknown user, an unknown seed, an empty history and fewer candidates than asked for are not
   * errors. Every method may return the CREDENTIALS reasons, SCOPE_INSUFFICIENT, SUBJECT_MISMATCH,
   * QUOTA_EXHAUSTED, OVERLOADED, DEADLINE_TOO_SHORT, DEPENDENCY_UNAVAILABLE and INTERNAL. A reply
   * may be kept for 5 seconds, so long as an item that was deleted meanwhile may still be in it.
   */
  readonly recommendations: RecommendationMethods;
  /**
   * Keeps profiles and honours the rights of users over their data.
   *
   * Every method may return the CREDENTIALS reasons, SCOPE_INSUFFICIENT, QUOTA_EXHAUSTED,
   * SUBJECT_MISMATCH, OVERLOADED, DEADLINE_TOO_SHORT and INTERNAL; writes also STORAGE_FULL.
   */
  readonly users: UserMethods;
}

export interface PagerOptions extends CallOptions {
  /** Items to list at most; absent: all. */
  maxItems?: number;
}

export interface Page<Reply, Item> {
  items: Item[];
  reply: Reply;
  info: CallInfo;
}

/** Lists page by page, each fetched when asked for. */
export interface Pager<Reply, Item> {
  /** Of the next page; a pager of a request with this token goes on from here. Empty: start or end. */
  pageToken: string;
  /** Fetches a page; null after the last. */
  next(done: (error: ShortlistError | null, page: Page<Reply, Item> | null) => void): void;
  /** Calls `each` for item after item until it returns false or there are no more. */
  each(each: (item: Item, index: number) => any, done?: (error: ShortlistError | null) => void): void;
  cancel(): void;
}

export interface EventQueueOptions<Event> {
  /** Queues of one name share what they left unsent; absent: `events`. */
  name?: string;
  /** Events that may wait; the oldest are dropped. Absent: 10,000. */
  maxEvents?: number;
  /** Characters of their JSON; absent: 5 Mi. */
  maxBytes?: number;
  /** Told of events that the server refused; they are not sent again. */
  onRejected?: (event: Event, error: ShortlistError) => void;
  /** Told of events that were dropped for lack of room, with how many there were. */
  onDropped?: (event: Event, droppedCount: number) => void;
  /** Absent: IndexedDB; where there is none, localStorage. */
  store?: EventStore;
}

/**
 * Keeps events until they are sent, over restarts, and sends them in batches: at 50 events, 64 KiB, or when
 * the oldest is 5 seconds old; when the page is hidden, and when the device comes online.
 */
export interface EventQueue<Event> {
  /** Adds an event, with an id and a time if it has none, and returns its id; `stored` tells when it is on disk. */
  enqueue(event: Event, stored?: (error: any) => void): string;
  /** Sends what waits; `done` gets the error of a batch that failed. */
  flush(done?: (error: ShortlistError | null) => void): void;
  /** Sends what waits and ends; what can't be sent is kept for the next queue of this name. */
  close(done?: (error: ShortlistError | null) => void): void;
  /** How many wait. */
  size(): number;
}

/** Where an event queue keeps its events. Each calls `done` once, at once or later. */
export interface EventStore {
  /** Gives all rows, sorted by key. */
  load(done: (rows: Array<[string, string]>) => void): void;
  put(key: string, text: string, done: (error?: any) => void): void;
  remove(keys: string[], done: (error?: any) => void): void;
}

/** A reply, or a part of one, whose items are shown. */
export interface Slate<Item> {
  attributionToken: string;
}

export interface SlateItem {
  itemId: string;
  position: number;
}

/** Reports what becomes of a slate's items. */
export class ImpressionTracker {
  /** @param subject what all its events have: at least for whom they are. */
  constructor(queue: EventQueue<Event>, slate: Slate<SlateItem>, subject: Partial<Event>);
  /** An item came into view; only the first time counts. */
  shown(item: SlateItem): void;
  /** An item was opened. */
  clicked(item: SlateItem): void;
  /** Something else was done with an item; returns the event's id. */
  event(type: EventType, item: SlateItem, fields?: Partial<Event>): string;
}

// ---- Services ----

/**
 * Keeps the catalogue. A written item is recommendable within seconds; while it is deleted or
 * unavailable it never appears.
 *
 * Every method may return the CREDENTIALS reasons, SCOPE_INSUFFICIENT, QUOTA_EXHAUSTED, OVERLOADED,
 * DEADLINE_TOO_SHORT and INTERNAL; writes also STORAGE_FULL.
 */
export interface CatalogMethods {
  /**
   * Returns the attribute schema.
   */
  getCatalog: Method<GetCatalogRequest, Catalog>;
  /**
   * Returns one item. Errors: INVALID_REQUEST, ITEM_NOT_FOUND.
   */
  getItem: Method<GetItemRequest, Item>;
  /**
   * Lists items in the order of their creation. Errors: INVALID_REQUEST, INVALID_FILTER,
   * UNKNOWN_ATTRIBUTE, INVALID_PAGE_TOKEN.
   */
  listItems: Method<ListItemsRequest, ListItemsResponse>;
  /** Lists what `listItems` returns, page by page. */
  listItemsPager(request: ListItemsRequest, options?: PagerOptions): Pager<ListItemsResponse, Item>;
}

/**
 * Takes what users do. A reply means that the event is durable; a replay is harmless.
 *
 * Every method may return the CREDENTIALS reasons, SCOPE_INSUFFICIENT, QUOTA_EXHAUSTED,
 * SUBJECT_MISMATCH, OVERLOADED, STORAGE_FULL, DEADLINE_TOO_SHORT and INTERNAL.
 */
export interface EventMethods {
  /**
   * Writes one event. Errors: INVALID_REQUEST, EVENT_TOO_OLD, EVENT_FROM_FUTURE, EVENT_ID_CONFLICT.
   */
  writeEvent: Method<WriteEventRequest, WriteEventResponse>;
  /**
   * Writes up to 500 events and answers for each: one bad event does not fail the others. Errors of
   * the whole batch: INVALID_REQUEST, BATCH_TOO_LARGE.
   */
  batchWriteEvents: Method<BatchWriteEventsRequest, BatchWriteEventsResponse>;
  /** Starts a queue that sends its events with `batchWriteEvents`. One for each page is enough. */
  queue(options?: EventQueueOptions<Event>): EventQueue<Event>;
}

/**
 * Answers with slates: ranked lists of items for a subject, an item or a page.
 *
 * An unknown user, an unknown seed, an empty history and fewer candidates than asked for are not
 * errors. Every method may return the CREDENTIALS reasons, SCOPE_INSUFFICIENT, SUBJECT_MISMATCH,
 * QUOTA_EXHAUSTED, OVERLOADED, DEADLINE_TOO_SHORT, DEPENDENCY_UNAVAILABLE and INTERNAL. A reply may
 * be kept for 5 seconds, so long as an item that was deleted meanwhile may still be in it.
 */
export interface RecommendationMethods {
  /**
   * Returns one page of a personal feed. Errors: INVALID_REQUEST, INVALID_FILTER,
   * UNKNOWN_ATTRIBUTE, INVALID_PAGE_TOKEN, PAGE_TOKEN_EXPIRED, UNKNOWN_SERVING_CONFIG.
   */
  recommend: Method<RecommendRequest, RecommendResponse>;
  /** Lists what `recommend` returns, page by page. */
  recommendPager(request: RecommendRequest, options?: PagerOptions): Pager<RecommendResponse, Recommendation>;
  /**
   * Returns items similar to one item, without a subject; an unknown item gets popular items.
   * Errors: INVALID_REQUEST, INVALID_FILTER, UNKNOWN_ATTRIBUTE, UNKNOWN_SERVING_CONFIG.
   */
  recommendSimilar: Method<RecommendSimilarRequest, RecommendSimilarResponse>;
  /**
   * Returns the items that are engaged with unusually often right now, without a subject. Errors:
   * INVALID_REQUEST, INVALID_FILTER, UNKNOWN_ATTRIBUTE, UNKNOWN_SERVING_CONFIG.
   */
  listTrending: Method<ListTrendingRequest, ListTrendingResponse>;
  /**
   * Ranks the given items for a subject. Items that are unknown, deleted or unavailable are listed
   * in `skipped_item_ids`. Errors: INVALID_REQUEST, UNKNOWN_SERVING_CONFIG.
   */
  rankItems: Method<RankItemsRequest, RankItemsResponse>;
  /**
   * Composes a page of several shelves; no item appears twice on the page. Errors: INVALID_REQUEST,
   * INVALID_FILTER, UNKNOWN_ATTRIBUTE, UNKNOWN_SERVING_CONFIG.
   */
  composePage: Method<ComposePageRequest, ComposePageResponse>;
}

/**
 * Keeps profiles and honours the rights of users over their data.
 *
 * Every method may return the CREDENTIALS reasons, SCOPE_INSUFFICIENT, QUOTA_EXHAUSTED,
 * SUBJECT_MISMATCH, OVERLOADED, DEADLINE_TOO_SHORT and INTERNAL; writes also STORAGE_FULL.
 */
export interface UserMethods {
  /**
   * Returns a profile. Errors: INVALID_REQUEST, USER_NOT_FOUND.
   */
  getUser: Method<GetUserRequest, User>;
  /**
   * Changes a profile. Errors: INVALID_REQUEST, UNKNOWN_ATTRIBUTE, USER_NOT_FOUND.
   */
  updateUser: Method<UpdateUserRequest, User>;
  /**
   * Adds a visitor's events to a user, once: from then on the visitor's history counts as the
   * user's, and later events of the visitor go to the user. Errors: INVALID_REQUEST.
   */
  mergeUsers: Method<MergeUsersRequest, MergeUsersResponse>;
}

// ---- Errors ----

/** What went wrong with a call. */
export class ShortlistError extends Error {
  constructor(fields: { code: string; message: string; reason?: string });
  /** The canonical code: `INVALID_ARGUMENT`. */
  code: string;
  /** As the contract names it; empty if the failure did not come from the API itself. */
  reason: string;
  /** What belongs to the reason. */
  metadata: { [name: string]: string };
  details: Array<{ '@type': string; [name: string]: any }>;
  /** The refused fields of the request. */
  fieldViolations: Array<{ field: string; description: string }>;
  /** What to quote when asking about the failure. */
  requestId: string;
  /** How long the server asks to wait; absent: it did not say. */
  retryDelayMs?: number;
}

/** CANCELLED: the caller cancelled the call. */
export class CancelledError extends ShortlistError {}

/** DEADLINE_EXCEEDED: the call's time was over. */
export class DeadlineExceededError extends ShortlistError {}

/** UNAVAILABLE: no reply came. */
export class UnavailableError extends ShortlistError {}

/**
 * INVALID_ARGUMENT: a field is out of range; BadRequest names it.
 */
export class InvalidRequestError extends ShortlistError {}

/**
 * INVALID_ARGUMENT: the filter has a syntax or type error; BadRequest names the place.
 */
export class InvalidFilterError extends ShortlistError {}

/**
 * INVALID_ARGUMENT: an attribute is not declared, or not filterable.
 */
export class UnknownAttributeError extends ShortlistError {}

/**
 * INVALID_ARGUMENT: the page token is malformed, foreign, or belongs to another request.
 */
export class InvalidPageTokenError extends ShortlistError {}

/**
 * INVALID_ARGUMENT: more entries than a batch may have.
 */
export class BatchTooLargeError extends ShortlistError {}

/**
 * INVALID_ARGUMENT: the event is more than 30 days old, or older than its subject's erasure.
 */
export class EventTooOldError extends ShortlistError {}

/**
 * INVALID_ARGUMENT: the event is more than 5 minutes ahead.
 */
export class EventFromFutureError extends ShortlistError {}

/**
 * FAILED_PRECONDITION: the feed has expired; start a new one.
 */
export class PageTokenExpiredError extends ShortlistError {}

/**
 * ALREADY_EXISTS: the event id was used with another payload.
 */
export class EventIdConflictError extends ShortlistError {}

/**
 * ALREADY_EXISTS: an item with this id exists.
 */
export class ItemAlreadyExistsError extends ShortlistError {}

/**
 * NOT_FOUND: no such surface.
 */
export class UnknownServingConfigError extends ShortlistError {}

/**
 * NOT_FOUND: no such item.
 */
export class ItemNotFoundError extends ShortlistError {}

/**
 * NOT_FOUND: no such user.
 */
export class UserNotFoundError extends ShortlistError {}

/**
 * NOT_FOUND: no such operation.
 */
export class OperationNotFoundError extends ShortlistError {}

/**
 * UNAUTHENTICATED: no credentials were sent.
 */
export class CredentialsMissingError extends ShortlistError {}

/**
 * UNAUTHENTICATED: the credentials are not valid here.
 */
export class CredentialsInvalidError extends ShortlistError {}

/**
 * UNAUTHENTICATED: the credentials have expired; refresh once and retry.
 */
export class CredentialsExpiredError extends ShortlistError {}

/**
 * PERMISSION_DENIED: the caller's scope does not allow the method.
 */
export class ScopeInsufficientError extends ShortlistError {}

/**
 * PERMISSION_DENIED: the caller may act for its own subject only.
 */
export class SubjectMismatchError extends ShortlistError {}

/**
 * RESOURCE_EXHAUSTED: the caller's quota is used up; RetryInfo says when to retry.
 */
export class QuotaExhaustedError extends ShortlistError {}

/**
 * RESOURCE_EXHAUSTED: the server sheds load; RetryInfo says when to retry.
 */
export class OverloadedError extends ShortlistError {}

/**
 * RESOURCE_EXHAUSTED: the server's disk is full.
 */
export class StorageFullError extends ShortlistError {}

/**
 * UNAVAILABLE: a dependency did not answer.
 */
export class DependencyUnavailableError extends ShortlistError {}

/**
 * DEADLINE_EXCEEDED: too little time was left to answer.
 */
export class DeadlineTooShortError extends ShortlistError {}

/**
 * INTERNAL: a fault of the server; quote the request id.
 */
export class InternalError extends ShortlistError {}

/**
 * ALREADY_EXISTS: a surface with this name exists.
 */
export class ServingConfigAlreadyExistsError extends ShortlistError {}

/**
 * NOT_FOUND: the surface has no such rule.
 */
export class RuleNotFoundError extends ShortlistError {}

/**
 * ALREADY_EXISTS: the surface has a rule with this name.
 */
export class RuleAlreadyExistsError extends ShortlistError {}

/**
 * ABORTED: it was changed since it was read; read it again.
 */
export class EtagMismatchError extends ShortlistError {}

// ---- Extension points ----

export interface CallContext {
  readonly method: string;
  request: any;
  /** Of all attempts. */
  headers: { [name: string]: string };
  readonly options: CallOptions;
}

/** Calls `next` to go on, now or later, and `done` with what comes of it or with something else. */
export type Interceptor = (
  call: CallContext,
  next: (done: Callback<any>) => void,
  done: Callback<any>
) => void;

export interface CallEvent extends CallInfo {
  /** `OK`, or the code of the failure. */
  code: string;
  /** Of the attempt, or of the call. */
  durationMs: number;
}

/** Hooks; what they throw is ignored. */
export interface Telemetry {
  onCallStart?(event: CallEvent): void;
  /** After each attempt. */
  onAttempt?(event: CallEvent): void;
  onCallEnd?(event: CallEvent): void;
}

export interface TransportRequest {
  verb: string;
  url: string;
  headers: { [name: string]: string };
  body?: string;
  /** What is left of the call's time; absent: it has no limit. */
  timeoutMs?: number;
  /** `/package.Service/Method` and the message, for transports that answer themselves. */
  method: string;
  message: any;
}

/** What an XMLHttpRequest has when it is done. */
export interface TransportReply {
  /** Of HTTP; 0: no reply came. */
  status: number;
  responseText: string;
  getResponseHeader(name: string): string | null;
}

export type Transport = (request: TransportRequest, done: (reply: TransportReply) => void) => { abort(): void };

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** From 0 to 1, without 1. */
  random(): number;
  setTimeout(action: () => void, ms: number): any;
  clearTimeout(timer: any): void;
}

// ---- Messages ----
//
// 64-bit integers are strings, times are RFC 3339 (`2026-01-31T12:00:00Z`), durations `1.5s`, bytes base64.
// Newer servers may send fields and enum values that are not here.

/**
 * What happened. Values unknown to a server are refused with INVALID_REQUEST; values unknown to a
 * client are to be ignored.
 */
export type EventType =
  /**
   * Not set; refused.
   */
  | 'EVENT_TYPE_UNSPECIFIED'
  /**
   * The item came into view.
   */
  | 'EVENT_TYPE_IMPRESSION'
  /**
   * The item was opened.
   */
  | 'EVENT_TYPE_CLICK'
  /**
   * The item's page or player was shown, however it was reached.
   */
  | 'EVENT_TYPE_VIEW'
  /**
   * The item was watched, read or listened to for long.
   */
  | 'EVENT_TYPE_LONG_VIEW'
  /**
   * The user liked the item.
   */
  | 'EVENT_TYPE_LIKE'
  /**
   * The user put the item into a cart.
   */
  | 'EVENT_TYPE_ADD_TO_CART'
  /**
   * The user took the item out of a cart.
   */
  | 'EVENT_TYPE_REMOVE_FROM_CART'
  /**
   * The user bought the item.
   */
  | 'EVENT_TYPE_PURCHASE'
  /**
   * The user rated the item.
   */
  | 'EVENT_TYPE_RATE'
  /**
   * The user shared the item.
   */
  | 'EVENT_TYPE_SHARE'
  /**
   * The user followed the item's author or channel.
   */
  | 'EVENT_TYPE_FOLLOW'
  /**
   * The user commented on the item.
   */
  | 'EVENT_TYPE_COMMENT'
  /**
   * The user does not want to see the item again.
   */
  | 'EVENT_TYPE_HIDE'
  | (string & {})
  | number;

/**
 * Whether an item may be shown.
 */
export type ItemState =
  /**
   * Not set; ACTIVE in a write.
   */
  | 'ITEM_STATE_UNSPECIFIED'
  /**
   * May be shown.
   */
  | 'ITEM_STATE_ACTIVE'
  /**
   * Kept, but never shown (out of stock, withdrawn, under review).
   */
  | 'ITEM_STATE_UNAVAILABLE'
  | (string & {})
  | number;

/**
 * The type of an attribute's values.
 */
export type AttributeType =
  /**
   * Not set; refused.
   */
  | 'ATTRIBUTE_TYPE_UNSPECIFIED'
  /**
   * One string, compared as a whole (a category, an author, a language).
   */
  | 'ATTRIBUTE_TYPE_STRING'
  /**
   * A set of strings (genres, tags).
   */
  | 'ATTRIBUTE_TYPE_STRINGS'
  /**
   * A finite number (a price, a duration, a year).
   */
  | 'ATTRIBUTE_TYPE_NUMBER'
  /**
   * A point in time.
   */
  | 'ATTRIBUTE_TYPE_TIMESTAMP'
  /**
   * Free text, split into words for content similarity; not filterable by equality.
   */
  | 'ATTRIBUTE_TYPE_TEXT'
  | (string & {})
  | number;

/**
 * The kind of reason.
 */
export type ReasonCode =
  /**
   * Not known to this client.
   */
  | 'REASON_CODE_UNSPECIFIED'
  /**
   * Fits what the user engaged with, by the collaborative model.
   */
  | 'REASON_CODE_MATCHES_YOUR_TASTE'
  /**
   * Often engaged with together with `item_ids`.
   */
  | 'REASON_CODE_ENGAGED_TOGETHER'
  /**
   * Its content is similar to `item_ids`.
   */
  | 'REASON_CODE_SIMILAR_CONTENT'
  /**
   * Shares `value` of `attribute` with items the user engaged with.
   */
  | 'REASON_CODE_SHARES_ATTRIBUTE'
  /**
   * Engaged with unusually often right now.
   */
  | 'REASON_CODE_TRENDING'
  /**
   * Engaged with by many.
   */
  | 'REASON_CODE_POPULAR'
  /**
   * New in the catalogue.
   */
  | 'REASON_CODE_NEW'
  /**
   * Shown to learn more about it or about the user.
   */
  | 'REASON_CODE_EXPLORATION'
  /**
   * The user engaged with it before.
   */
  | 'REASON_CODE_ENGAGED_BEFORE'
  /**
   * Placed by a rule of the surface.
   */
  | 'REASON_CODE_EDITORIAL'
  | (string & {})
  | number;

/**
 * What happened to a part of the request.
 */
export type DegradationKind =
  /**
   * Not known to this client.
   */
  | 'DEGRADATION_KIND_UNSPECIFIED'
  /**
   * A source failed or was late and was left out.
   */
  | 'DEGRADATION_KIND_SOURCE_LEFT_OUT'
  /**
   * All sources failed; popular items were served.
   */
  | 'DEGRADATION_KIND_POPULAR_FALLBACK'
  /**
   * Feature values could not be read; defaults were used.
   */
  | 'DEGRADATION_KIND_DEFAULT_FEATURES'
  /**
   * The ranker failed or was late; a simpler scorer took its place.
   */
  | 'DEGRADATION_KIND_FALLBACK_RANKER'
  /**
   * Too little time was left; the fallback slate was served.
   */
  | 'DEGRADATION_KIND_FALLBACK_SLATE'
  /**
   * No trained model is loaded yet.
   */
  | 'DEGRADATION_KIND_NO_MODEL'
  | (string & {})
  | number;

/**
 * The kind of device.
 */
export type DeviceClass =
  /**
   * Unknown.
   */
  | 'DEVICE_CLASS_UNSPECIFIED'
  /**
   * A phone.
   */
  | 'DEVICE_CLASS_PHONE'
  /**
   * A tablet.
   */
  | 'DEVICE_CLASS_TABLET'
  /**
   * A desktop or laptop computer.
   */
  | 'DEVICE_CLASS_DESKTOP'
  /**
   * A television or a box connected to one.
   */
  | 'DEVICE_CLASS_TV'
  /**
   * Anything else.
   */
  | 'DEVICE_CLASS_OTHER'
  | (string & {})
  | number;

/**
 * The `Status` type defines a logical error model that is suitable for different programming
 * environments, including REST APIs and RPC APIs. It is used by [gRPC](https://github.com/grpc).
 * Each `Status` message contains three pieces of data: error code, error message, and error
 * details.
 *
 * You can find out more about this error model and how to work with it in the [API Design
 * Guide](https://cloud.google.com/apis/design/errors).
 */
export interface Status {
  /**
   * The status code, which should be an enum value of [google.rpc.Code][google.rpc.Code].
   */
  code: number;
  /**
   * A developer-facing error message, which should be in English. Any user-facing error message
   * should be localized and sent in the [google.rpc.Status.details][google.rpc.Status.details]
   * field, or localized by the client.
   */
  message: string;
  /**
   * A list of messages that carry the error details. There is a common set of message types for
   * APIs to use.
   */
  details: Array<{ '@type': string; [name: string]: any }>;
}

/**
 * Asks for the schema.
 */
export interface GetCatalogRequest {
}

/**
 * Asks for one item.
 */
export interface GetItemRequest {
  /**
   * `items/{item}`.
   */
  name: string;
  /**
   * Which fields to return; absent: all.
   */
  readMask?: string;
}

/**
 * Asks for a page of items.
 */
export interface ListItemsRequest {
  /**
   * Items on a page, 1 to 1,000; 0: 100.
   */
  pageSize?: number;
  /**
   * Token of the page; empty: the first.
   */
  pageToken?: string;
  /**
   * AIP-160 filter over the declared filterable attributes; empty: all.
   */
  filter?: string;
  /**
   * Which fields to return; absent: all.
   */
  readMask?: string;
}

/**
 * A page of items.
 */
export interface ListItemsResponse {
  /**
   * In the order of their creation.
   */
  items: Item[];
  /**
   * Token of the next page; empty: this is the last.
   */
  nextPageToken: string;
}

/**
 * Something a user did with items, or was shown. Immutable once accepted.
 */
export interface Event {
  /**
   * Chosen by the client, unique within 30 days: 1 to 128 characters of printable ASCII without
   * space and `/`. The same id with the same payload is accepted without effect; with another
   * payload it is EVENT_ID_CONFLICT.
   */
  eventId: string;
  /**
   * What happened.
   */
  type: EventType;
  /**
   * A known user.
   */
  userId?: string;
  /**
   * A device or browser that has not signed in.
   */
  visitorId?: string;
  /**
   * The items concerned, at least one and at most 200. Unknown item ids are accepted.
   */
  items: EventItem[];
  /**
   * When it happened, by the client's clock, corrected by the batch's `sent_time`. More than 5
   * minutes ahead is EVENT_FROM_FUTURE, more than 30 days old is EVENT_TOO_OLD. Absent: when the
   * server received it.
   */
  eventTime?: string | Date;
  /**
   * Groups the events of one visit; at most 128 characters. May be empty.
   */
  sessionId?: string;
  /**
   * The `attribution_token` of the slate that led to the event, unchanged. May be empty; a token
   * that cannot be read is INVALID_REQUEST.
   */
  attributionToken?: string;
  /**
   * Where it happened.
   */
  context?: RequestContext;
}

/**
 * One item of an event.
 */
export interface EventItem {
  /**
   * The item.
   */
  itemId: string;
  /**
   * Units bought or added; absent: 1.
   */
  quantity?: number;
  /**
   * Price of one unit in the catalogue's currency; absent: unknown.
   */
  price?: number;
  /**
   * How long the item was looked at, watched or listened to; absent: unknown.
   */
  dwell?: string;
  /**
   * Explicit rating on a scale of 1 to 5; required for RATE, ignored otherwise.
   */
  rating?: number;
  /**
   * Position in the slate that showed it, counted from 0; absent: unknown.
   */
  position?: number;
}

/**
 * Writes one event.
 */
export interface WriteEventRequest {
  /**
   * The event.
   */
  event: Event;
  /**
   * The client's clock when it sent the request; the server corrects `event_time` by the
   * difference. Absent: the client's clock is taken as right.
   */
  sentTime?: string | Date;
}

/**
 * The event is durable.
 */
export interface WriteEventResponse {
  /**
   * The event had been written before; this write had no effect.
   */
  duplicate: boolean;
  /**
   * Place in the log, increasing.
   */
  offset: string;
}

/**
 * Writes several events.
 */
export interface BatchWriteEventsRequest {
  /**
   * At least 1 and at most 500; more is BATCH_TOO_LARGE. Checked one by one, so a fault is reported
   * for its event alone.
   */
  events: Event[];
  /**
   * As in WriteEventRequest.
   */
  sentTime?: string | Date;
}

/**
 * One result for each event.
 */
export interface BatchWriteEventsResponse {
  /**
   * In the order of the request.
   */
  results: WriteEventResult[];
}

/**
 * What became of one event.
 */
export interface WriteEventResult {
  /**
   * The event's id, as given.
   */
  eventId: string;
  /**
   * The event is durable.
   */
  accepted?: WriteEventResponse;
  /**
   * The event was refused; the same errors as of WriteEvent.
   */
  error?: Status;
}

/**
 * Something that can be recommended. Resource `items/{item}`.
 */
export interface Item {
  /**
   * Resource name `items/{item}`, where `{item}` is the item id: 1 to 128 characters of printable
   * ASCII without space and `/`, case-sensitive.
   */
  name: string;
  /**
   * Human-readable title, at most 1,000 characters. May be empty.
   */
  title: string;
  /**
   * Values of the attributes declared in the catalog, by attribute name. An undeclared name is
   * refused with UNKNOWN_ATTRIBUTE. An absent attribute has no value.
   */
  attributes: { [key: string]: AttributeValue };
  /**
   * When the item may first be shown. Absent: from its creation.
   */
  availableTime?: string;
  /**
   * When the item may no longer be shown. Absent: never.
   */
  expireTime?: string;
  /**
   * Whether the item may be shown now. `ITEM_STATE_UNSPECIFIED` in a write means ACTIVE.
   */
  state: ItemState;
  /**
   * Set by the server when the item was first written.
   */
  createTime?: string;
  /**
   * Set by the server at every write.
   */
  updateTime?: string;
  /**
   * Web address of a picture, at most 2,000 characters. May be empty.
   */
  imageUri: string;
}

/**
 * One attribute value; its kind must be the declared type of the attribute.
 */
export interface AttributeValue {
  /**
   * For attributes of type STRING or TEXT; at most 10,000 characters.
   */
  stringValue?: string;
  /**
   * For attributes of type STRINGS.
   */
  stringsValue?: StringList;
  /**
   * For attributes of type NUMBER; finite.
   */
  numberValue?: number;
  /**
   * For attributes of type TIMESTAMP.
   */
  timestampValue?: string;
}

/**
 * One attribute value; its kind must be the declared type of the attribute.
 */
export interface AttributeValueInit {
  /**
   * For attributes of type STRING or TEXT; at most 10,000 characters.
   */
  stringValue?: string;
  /**
   * For attributes of type STRINGS.
   */
  stringsValue?: StringListInit;
  /**
   * For attributes of type NUMBER; finite.
   */
  numberValue?: number;
  /**
   * For attributes of type TIMESTAMP.
   */
  timestampValue?: string | Date;
}

/**
 * A set of strings, at most 200 of at most 256 characters.
 */
export interface StringList {
  /**
   * The strings; order has no meaning, duplicates are dropped.
   */
  values: string[];
}

/**
 * A set of strings, at most 200 of at most 256 characters.
 */
export interface StringListInit {
  /**
   * The strings; order has no meaning, duplicates are dropped.
   */
  values?: string[];
}

/**
 * The schema of the one catalogue of a deployment. Resource `catalog`.
 */
export interface Catalog {
  /**
   * Always `catalog`.
   */
  name: string;
  /**
   * Declared item attributes. Additive only: an attribute is never removed and never changes type.
   */
  itemAttributes: Attribute[];
  /**
   * Declared user attributes, under the same rule.
   */
  userAttributes: Attribute[];
  /**
   * Number of items that are not deleted.
   */
  itemCount: string;
  /**
   * When the schema last changed.
   */
  updateTime?: string;
}

/**
 * Declares one attribute.
 */
export interface Attribute {
  /**
   * Lower-case identifier, at most 64 characters.
   */
  name: string;
  /**
   * The type of its values.
   */
  type: AttributeType;
  /**
   * May be used in `filter` expressions.
   */
  filterable: boolean;
  /**
   * Is offered to the models as a feature.
   */
  feature: boolean;
}

/**
 * One recommended item.
 */
export interface Recommendation {
  /**
   * The item.
   */
  itemId: string;
  /**
   * The item's fields; set when the request's `read_mask` asks for them.
   */
  item?: Item;
  /**
   * (value - min) / (max - min) over the objective's declared range: finite, in [0, 1].
   */
  score: number;
  /**
   * Position in the feed, counted from 0; continues across pages.
   */
  position: number;
  /**
   * Why it is here, most telling first; set when the request asks for reasons.
   */
  reasons: Reason[];
  /**
   * Names of the sources that retrieved it.
   */
  sources: string[];
}

/**
 * Why an item is recommended: a code and typed parameters, so that clients localise.
 */
export interface Reason {
  /**
   * The kind of reason.
   */
  code: ReasonCode;
  /**
   * Items the reason refers to (because you liked ...), at most three.
   */
  itemIds: string[];
  /**
   * The shared attribute, for SHARES_ATTRIBUTE.
   */
  attribute: string;
  /**
   * The shared attribute's value, for SHARES_ATTRIBUTE.
   */
  value: string;
}

/**
 * A variant of an experiment that served a reply.
 */
export interface Exposure {
  /**
   * The experiment.
   */
  experiment: string;
  /**
   * The variant the subject is assigned to.
   */
  variant: string;
}

/**
 * A model version that took part in a reply.
 */
export interface ModelVersion {
  /**
   * The part it served: `retrieval`, `ranker`.
   */
  component: string;
  /**
   * The version.
   */
  version: string;
}

/**
 * A part that did not do its work for this reply.
 */
export interface Degradation {
  /**
   * What happened.
   */
  kind: DegradationKind;
  /**
   * Which component: the name of the source, hydrator or model.
   */
  component: string;
}

/**
 * Asks for one page of a feed.
 */
export interface RecommendRequest {
  /**
   * The surface, 1 to 64 characters; empty: `home`.
   */
  servingConfig?: string;
  /**
   * A known user.
   */
  userId?: string;
  /**
   * A device or browser that has not signed in.
   */
  visitorId?: string;
  /**
   * Groups the requests and events of one visit; at most 128 characters. May be empty.
   */
  sessionId?: string;
  /**
   * Where and when.
   */
  context?: RequestContext;
  /**
   * Items to start from, as if the subject had just engaged with them; at most 50; unknown ids are
   * ignored.
   */
  seedItemIds?: string[];
  /**
   * Items that must not appear; at most 1,000.
   */
  excludeItemIds?: string[];
  /**
   * AIP-160 filter over the declared filterable attributes, at most 2,000 characters; empty: none.
   */
  filter?: string;
  /**
   * Items on a page, 1 to 200; 0: 20.
   */
  pageSize?: number;
  /**
   * Token of the page to return; empty: start a new feed. Everything but `page_size`, `read_mask`,
   * `include_reasons`, `request_id`, `session_id` and `context.client_time` must be as in the
   * request that started the feed.
   */
  pageToken?: string;
  /**
   * Which fields of `Item` to return in `Recommendation.item`; absent: ids only; `*`: all.
   */
  readMask?: string;
  /**
   * 0: by score alone, 1: as different as possible; absent: the surface's.
   */
  diversity?: number;
  /**
   * Chosen by the client for tracing, 1 to 128 characters; empty: chosen by the server.
   */
  requestId?: string;
  /**
   * Check the request and return an empty reply without serving or logging a slate.
   */
  validateOnly?: boolean;
  /**
   * Fill `Recommendation.reasons`.
   */
  includeReasons?: boolean;
}

/**
 * One page of a feed.
 */
export interface RecommendResponse {
  /**
   * In display order; may be fewer than `page_size`, also when more pages follow.
   */
  recommendations: Recommendation[];
  /**
   * Token of the next page; empty: the feed has ended.
   */
  nextPageToken: string;
  /**
   * Send it back with impressions and with every event that the page leads to.
   */
  attributionToken: string;
  /**
   * The models that served.
   */
  modelVersions: ModelVersion[];
  /**
   * The experiments that took part.
   */
  exposures: Exposure[];
  /**
   * What did not work; empty: everything did.
   */
  degradations: Degradation[];
  /**
   * The session, as given or chosen by the server.
   */
  sessionId: string;
  /**
   * The request's id, as given or chosen by the server.
   */
  requestId: string;
}

/**
 * Asks for items similar to one.
 */
export interface RecommendSimilarRequest {
  /**
   * The item to start from.
   */
  itemId: string;
  /**
   * The surface; empty: `similar`.
   */
  servingConfig?: string;
  /**
   * As in RecommendRequest.
   */
  context?: RequestContext;
  /**
   * As in RecommendRequest.
   */
  filter?: string;
  /**
   * Items to return, 1 to 200; 0: 20.
   */
  pageSize?: number;
  /**
   * As in RecommendRequest.
   */
  readMask?: string;
  /**
   * As in RecommendRequest.
   */
  includeReasons?: boolean;
  /**
   * As in RecommendRequest.
   */
  requestId?: string;
}

/**
 * Items similar to one; shared between callers.
 */
export interface RecommendSimilarResponse {
  /**
   * Most similar first; the item itself is not among them.
   */
  recommendations: Recommendation[];
  /**
   * Marked shared: its slates stay out of off-policy data.
   */
  attributionToken: string;
  /**
   * The models that served.
   */
  modelVersions: ModelVersion[];
  /**
   * What did not work.
   */
  degradations: Degradation[];
  /**
   * The request's id.
   */
  requestId: string;
}

/**
 * Asks for what is trending.
 */
export interface ListTrendingRequest {
  /**
   * The surface; empty: `trending`.
   */
  servingConfig?: string;
  /**
   * As in RecommendRequest.
   */
  context?: RequestContext;
  /**
   * As in RecommendRequest.
   */
  filter?: string;
  /**
   * Items to return, 1 to 200; 0: 20.
   */
  pageSize?: number;
  /**
   * As in RecommendRequest.
   */
  readMask?: string;
  /**
   * As in RecommendRequest.
   */
  requestId?: string;
}

/**
 * What is trending; shared between callers.
 */
export interface ListTrendingResponse {
  /**
   * Strongest first.
   */
  recommendations: Recommendation[];
  /**
   * Marked shared.
   */
  attributionToken: string;
  /**
   * What did not work.
   */
  degradations: Degradation[];
  /**
   * The request's id.
   */
  requestId: string;
}

/**
 * Asks to rank given items.
 */
export interface RankItemsRequest {
  /**
   * The surface; empty: `home`.
   */
  servingConfig?: string;
  /**
   * A known user.
   */
  userId?: string;
  /**
   * A device or browser that has not signed in.
   */
  visitorId?: string;
  /**
   * Groups the requests and events of one visit.
   */
  sessionId?: string;
  /**
   * Where and when.
   */
  context?: RequestContext;
  /**
   * The items, 1 to 1,000; duplicates count once.
   */
  itemIds: string[];
  /**
   * As in RecommendRequest.
   */
  readMask?: string;
  /**
   * As in RecommendRequest.
   */
  includeReasons?: boolean;
  /**
   * As in RecommendRequest.
   */
  requestId?: string;
}

/**
 * The given items, ranked.
 */
export interface RankItemsResponse {
  /**
   * Best first, by score alone.
   */
  recommendations: Recommendation[];
  /**
   * Ids that are unknown, deleted or unavailable, in the order given.
   */
  skippedItemIds: string[];
  /**
   * As in RecommendResponse.
   */
  attributionToken: string;
  /**
   * The models that served.
   */
  modelVersions: ModelVersion[];
  /**
   * The experiments that took part.
   */
  exposures: Exposure[];
  /**
   * What did not work.
   */
  degradations: Degradation[];
  /**
   * The request's id.
   */
  requestId: string;
}

/**
 * Asks for a page of shelves.
 */
export interface ComposePageRequest {
  /**
   * A known user.
   */
  userId?: string;
  /**
   * A device or browser that has not signed in.
   */
  visitorId?: string;
  /**
   * Groups the requests and events of one visit.
   */
  sessionId?: string;
  /**
   * Where and when.
   */
  context?: RequestContext;
  /**
   * The shelves from top to bottom, 1 to 20; an item goes to the first shelf that wants it.
   */
  shelves: ShelfRequest[];
  /**
   * Items that must not appear on any shelf; at most 1,000.
   */
  excludeItemIds?: string[];
  /**
   * As in RecommendRequest.
   */
  readMask?: string;
  /**
   * As in RecommendRequest.
   */
  includeReasons?: boolean;
  /**
   * As in RecommendRequest.
   */
  requestId?: string;
}

/**
 * Asks for one shelf.
 */
export interface ShelfRequest {
  /**
   * The surface; empty: `home`.
   */
  servingConfig?: string;
  /**
   * As in RecommendRequest; for this shelf alone.
   */
  filter?: string;
  /**
   * As in RecommendRequest; for this shelf alone.
   */
  seedItemIds?: string[];
  /**
   * Items on the shelf, 1 to 50; 0: 20.
   */
  pageSize?: number;
}

/**
 * A page of shelves.
 */
export interface ComposePageResponse {
  /**
   * In the order of the request.
   */
  shelves: Shelf[];
  /**
   * The experiments that took part.
   */
  exposures: Exposure[];
  /**
   * The models that served.
   */
  modelVersions: ModelVersion[];
  /**
   * The session, as given or chosen by the server.
   */
  sessionId: string;
  /**
   * The request's id.
   */
  requestId: string;
}

/**
 * One shelf of a page.
 */
export interface Shelf {
  /**
   * The surface that filled it.
   */
  servingConfig: string;
  /**
   * In display order.
   */
  recommendations: Recommendation[];
  /**
   * Send it back with impressions and with every event that the shelf leads to.
   */
  attributionToken: string;
  /**
   * What did not work.
   */
  degradations: Degradation[];
}

/**
 * Where and when a request or event happens. Everything is optional.
 */
export interface RequestContext {
  /**
   * The kind of device.
   */
  deviceClass?: DeviceClass;
  /**
   * Name of the platform, such as `web`, `ios`, `android`, `tizen`; at most 64 characters.
   */
  platform?: string;
  /**
   * BCP 47 language tag, at most 35 characters.
   */
  locale?: string;
  /**
   * ISO 3166-1 alpha-2 country code, upper case.
   */
  country?: string;
  /**
   * Attributes of the surface that the models may know (a tab, a placement, a campaign): at most 20
   * names of at most 64 and values of at most 256 characters.
   */
  surfaceAttributes?: { [key: string]: string };
  /**
   * The client's clock; absent: the server's.
   */
  clientTime?: string | Date;
}

/**
 * A person or account known by a stable id. Resource `users/{user}`.
 */
export interface User {
  /**
   * Resource name `users/{user}`; the id follows the same rule as item ids.
   */
  name: string;
  /**
   * Values of the user attributes declared in the catalog; an undeclared name is refused with
   * UNKNOWN_ATTRIBUTE.
   */
  attributes: { [key: string]: AttributeValue };
  /**
   * Set by the server when the profile was first written.
   */
  createTime?: string;
  /**
   * Set by the server at every write.
   */
  updateTime?: string;
}

/**
 * A person or account known by a stable id. Resource `users/{user}`.
 */
export interface UserInit {
  /**
   * Resource name `users/{user}`; the id follows the same rule as item ids.
   */
  name?: string;
  /**
   * Values of the user attributes declared in the catalog; an undeclared name is refused with
   * UNKNOWN_ATTRIBUTE.
   */
  attributes?: { [key: string]: AttributeValueInit };
  /**
   * Set by the server when the profile was first written.
   */
  createTime?: string | Date;
  /**
   * Set by the server at every write.
   */
  updateTime?: string | Date;
}

/**
 * Asks for a profile.
 */
export interface GetUserRequest {
  /**
   * `users/{user}`.
   */
  name: string;
}

/**
 * Changes a profile.
 */
export interface UpdateUserRequest {
  /**
   * The user, by its `name`, with its new values.
   */
  user: UserInit;
  /**
   * Which fields to change, such as `attributes` or `attributes.country`; absent: those that are
   * set, each attribute for itself; `*`: all.
   */
  updateMask?: string;
  /**
   * Create the profile if there is none.
   */
  allowMissing?: boolean;
  /**
   * Check only.
   */
  validateOnly?: boolean;
}

/**
 * Adds a visitor to a user.
 */
export interface MergeUsersRequest {
  /**
   * The user, `users/{user}`; the profile need not exist.
   */
  user: string;
  /**
   * The visitor to add. A visitor that was added to another user is INVALID_REQUEST.
   */
  visitorId: string;
}

/**
 * The visitor is merged.
 */
export interface MergeUsersResponse {
  /**
   * Events that now count as the user's; 0 if the visitor had been merged before.
   */
  mergedEventCount: string;
}
