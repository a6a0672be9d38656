// Music 2.1.0: client for TVs and old browsers. Generated; do not edit.

export as namespace Music;

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
export type Callback<Reply> = (error: MusicError | null, reply: Reply, info: CallInfo) => void;

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
   * Keeps albums.
   */
  readonly albums: AlbumMethods;
  /**
   * Takes what is played.
   */
  readonly plays: PlayMethods;
  /**
   * Plays without end.
   */
  readonly radios: RadioMethods;
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
  next(done: (error: MusicError | null, page: Page<Reply, Item> | null) => void): void;
  /** Calls `each` for item after item until it returns false or there are no more. */
  each(each: (item: Item, index: number) => any, done?: (error: MusicError | null) => void): void;
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
  onRejected?: (event: Event, error: MusicError) => void;
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
  flush(done?: (error: MusicError | null) => void): void;
  /** Sends what waits and ends; what can't be sent is kept for the next queue of this name. */
  close(done?: (error: MusicError | null) => void): void;
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
  radioToken: string;
}

export interface SlateItem {
  trackId: string;
  place: number;
}

/** Reports what becomes of a slate's items. */
export class ImpressionTracker {
  /** @param subject what all its events have: at least for whom they are. */
  constructor(queue: EventQueue<Play>, slate: Slate<SlateItem>, subject: Partial<Play>);
  /** An item came into view; only the first time counts. */
  shown(item: SlateItem): void;
  /** An item was opened. */
  clicked(item: SlateItem): void;
  /** Something else was done with an item; returns the event's id. */
  event(type: PlayKind, item: SlateItem, fields?: Partial<Play>): string;
}

// ---- Services ----

/**
 * Keeps albums.
 */
export interface AlbumMethods {
  /**
   * Returns an album. Errors: ALBUM_NOT_FOUND.
   */
  getAlbum: Method<GetAlbumRequest, Album>;
  /**
   * Lists albums.
   */
  listAlbums: Method<ListAlbumsRequest, ListAlbumsResponse>;
  /** Lists what `listAlbums` returns, page by page. */
  listAlbumsPager(request: ListAlbumsRequest, options?: PagerOptions): Pager<ListAlbumsResponse, Album>;
}

/**
 * Takes what is played.
 */
export interface PlayMethods {
  /**
   * Writes plays and answers for each.
   */
  writePlays: Method<WritePlaysRequest, WritePlaysResponse>;
  /** Starts a queue that sends its events with `writePlays`. One for each page is enough. */
  queue(options?: EventQueueOptions<Play>): EventQueue<Play>;
}

/**
 * Plays without end.
 */
export interface RadioMethods {
  /**
   * Returns the next tracks of a station.
   */
  nextTracks: Method<NextTracksRequest, NextTracksResponse>;
  /** Lists what `nextTracks` returns, page by page. */
  nextTracksPager(request: NextTracksRequest, options?: PagerOptions): Pager<NextTracksResponse, Pick>;
}

// ---- Errors ----

/** What went wrong with a call. */
export class MusicError extends Error {
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
export class CancelledError extends MusicError {}

/** DEADLINE_EXCEEDED: the call's time was over. */
export class DeadlineExceededError extends MusicError {}

/** UNAVAILABLE: no reply came. */
export class UnavailableError extends MusicError {}

/**
 * NOT_FOUND: no such album.
 */
export class AlbumNotFoundError extends MusicError {}

/**
 * UNAVAILABLE: between two stations.
 */
export class OutOfTuneError extends MusicError {}

/**
 * RESOURCE_EXHAUSTED: too many listeners; RetryInfo says when to come back.
 */
export class SoldOutError extends MusicError {}

/**
 * UNAUTHENTICATED: the ticket is from yesterday.
 */
export class TicketExpiredError extends MusicError {}

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
 * A mood; some are names that languages keep for themselves.
 */
export type Mood =
  /**
   * Not known to this client.
   */
  | 'MOOD_UNSPECIFIED'
  /**
   * Calm.
   */
  | 'MOOD_CALM'
  /**
   * Nothing at all.
   */
  | 'MOOD_NONE'
  /**
   * The usual.
   */
  | 'MOOD_DEFAULT'
  /**
   * Of oneself.
   */
  | 'MOOD_SELF'
  /**
   * No longer used.
   */
  | 'MOOD_GRUNGE'
  | (string & {})
  | number;

/**
 * How fast it spins.
 */
export type AlbumRecordSpeed =
  /**
   * Not known.
   */
  | 'SPEED_UNSPECIFIED'
  /**
   * 33 turns a minute.
   */
  | 'SPEED_LONG'
  /**
   * 45 turns a minute.
   */
  | 'SPEED_SINGLE'
  | (string & {})
  | number;

/**
 * What happened to a track.
 */
export type PlayKind =
  /**
   * Not known to this client.
   */
  | 'PLAY_KIND_UNSPECIFIED'
  /**
   * It was shown.
   */
  | 'PLAY_KIND_IMPRESSION'
  /**
   * It was opened.
   */
  | 'PLAY_KIND_CLICK'
  /**
   * It was played to its end.
   */
  | 'PLAY_KIND_FINISH'
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
 * An album: every kind of field, and names that languages keep for themselves.
 *
 * A second paragraph, with `code`, *\/ and a <tag>.
 */
export interface Album {
  /**
   * Resource name `albums/{album}`.
   */
  name: string;
  /**
   * The title.
   */
  title: string;
  /**
   * In their order.
   */
  tracks: Track[];
  /**
   * By country code.
   */
  prices: { [key: string]: Price };
  /**
   * Listeners by year.
   */
  listenersByYear: { [key: string]: string };
  /**
   * Moods by name.
   */
  moods: { [key: string]: Mood };
  /**
   * Beyond 2^53.
   */
  playCount: string;
  /**
   * The same, without a sign.
   */
  fingerprint: string;
  /**
   * Many of them.
   */
  sales: string[];
  /**
   * The cover, as it is.
   */
  cover: string;
  /**
   * First published.
   */
  releaseTime?: string;
  /**
   * All tracks together.
   */
  length?: string;
  /**
   * The mood.
   */
  mood: Mood;
  /**
   * All moods.
   */
  allMoods: Mood[];
  /**
   * At a web address.
   */
  uri?: string;
  /**
   * On a record.
   */
  record?: AlbumRecord;
  /**
   * On the radio, so many times a day.
   */
  radio?: number;
  /**
   * From 0 to 5; absent: not rated.
   */
  rating?: number;
  /**
   * Absent: not known.
   */
  live?: boolean;
  /**
   * Absent: without one.
   */
  subtitle?: string;
  /**
   * Loose notes.
   */
  notes?: { [name: string]: any };
  /**
   * A limit, if there is one.
   */
  limit?: string;
  /**
   * What people say.
   */
  comments: Comment[];
  /**
   * Loudness of each second.
   */
  loudness: number[];
  /**
   * No longer filled.
   *
   * @deprecated
   */
  label: string;
  /**
   * Reserved in Python, Java, Kotlin and others.
   */
  class: string;
  /**
   * Reserved in Python, Java, Go and others.
   */
  import: string;
  /**
   * Reserved in Go and Swift.
   */
  func: string;
  /**
   * Reserved in Java, Go, Swift and JavaScript.
   */
  default: boolean;
  /**
   * Reserved in Python, Kotlin and Swift.
   */
  in: number;
  /**
   * Reserved in Kotlin and Swift.
   */
  is: number;
  /**
   * Reserved in Kotlin.
   */
  object: string;
  /**
   * Reserved in Java, Kotlin and Go.
   */
  package: string;
  /**
   * Means the instance in Python and Swift.
   */
  self: string;
  /**
   * A method that every Swift and Objective-C object has.
   */
  description: string;
  /**
   * Reserved in Python.
   */
  lambda: string;
  /**
   * Reserved in TypeScript, Go and Swift.
   */
  var: string;
  /**
   * A keyword in many places.
   */
  type: string;
  /**
   * With a number in it.
   */
  field39Name: string;
}

/**
 * A record; nested, with something nested.
 */
export interface AlbumRecord {
  /**
   * How it spins.
   */
  speed: AlbumRecordSpeed;
  /**
   * The sides.
   */
  sides: AlbumRecordSide[];
}

/**
 * A side.
 */
export interface AlbumRecordSide {
  /**
   * `A` or `B`.
   */
  letter: string;
}

/**
 * One track.
 */
export interface Track {
  /**
   * The id.
   */
  trackId: string;
  /**
   * The title.
   */
  title: string;
  /**
   * How long it plays.
   */
  length?: string;
}

/**
 * An amount of money.
 */
export interface Price {
  /**
   * Whole units.
   */
  units: string;
  /**
   * Such as `EUR`.
   */
  currency: string;
}

/**
 * A comment, which may be answered.
 */
export interface Comment {
  /**
   * What is said.
   */
  text: string;
  /**
   * The answers.
   */
  replies: Comment[];
}

/**
 * Asks for an album.
 */
export interface GetAlbumRequest {
  /**
   * `albums/{album}`.
   */
  name: string;
  /**
   * Which fields to return; absent: all.
   */
  readMask?: string;
}

/**
 * Asks for a page of albums.
 */
export interface ListAlbumsRequest {
  /**
   * Albums on a page; 0: 10.
   */
  limit?: number;
  /**
   * Where to go on; empty: at the start.
   */
  cursor?: string;
  /**
   * Only those of a mood.
   */
  mood?: Mood;
}

/**
 * A page of albums.
 */
export interface ListAlbumsResponse {
  /**
   * The albums.
   */
  albums: Album[];
  /**
   * Empty: this is the last.
   */
  nextCursor: string;
}

/**
 * Something that was shown or played.
 */
export interface Play {
  /**
   * Unique.
   */
  playId?: string;
  /**
   * What happened.
   */
  kind?: PlayKind;
  /**
   * Someone known.
   */
  listenerId?: string;
  /**
   * A device.
   */
  deviceId?: string;
  /**
   * When.
   */
  playTime?: string | Date;
  /**
   * What.
   */
  tracks?: PlayedTrack[];
  /**
   * Of the radio reply that led to it.
   */
  radioToken?: string;
}

/**
 * A track of a play.
 */
export interface PlayedTrack {
  /**
   * The track.
   */
  trackId?: string;
  /**
   * Its place, from 0.
   */
  place?: number;
}

/**
 * Writes plays.
 */
export interface WritePlaysRequest {
  /**
   * At most 100.
   */
  plays?: Play[];
  /**
   * The client's clock.
   */
  clock?: string | Date;
}

/**
 * One outcome for each play.
 */
export interface WritePlaysResponse {
  /**
   * In the order of the request.
   */
  outcomes: PlayOutcome[];
}

/**
 * What became of a play.
 */
export interface PlayOutcome {
  /**
   * Why it was refused; absent: it was not.
   */
  failure?: Status;
}

/**
 * Asks for tracks.
 */
export interface NextTracksRequest {
  /**
   * The station.
   */
  station?: string;
  /**
   * Someone known.
   */
  listenerId?: string;
  /**
   * A device.
   */
  deviceId?: string;
  /**
   * So many; 0: 5.
   */
  count?: number;
  /**
   * Where to go on.
   */
  cursor?: string;
  /**
   * For tracing.
   */
  requestId?: string;
}

/**
 * The next tracks.
 */
export interface NextTracksResponse {
  /**
   * In their order.
   */
  picks: Pick[];
  /**
   * Empty: the station has ended.
   */
  nextCursor: string;
  /**
   * Goes back with plays.
   */
  radioToken: string;
}

/**
 * A track that was picked.
 */
export interface Pick {
  /**
   * Its id.
   */
  trackId: string;
  /**
   * Its place, from 0.
   */
  place: number;
  /**
   * All about it.
   */
  track?: Track;
}
