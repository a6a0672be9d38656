export { API_NAME, CONTRACT_DIGEST, VERSION } from "./api.js";
export type { CacheOptions } from "./cache/front.js";
export { Client } from "./client.js";
export type {
  AnyMessage,
  CallContext,
  CallInfo,
  CallOptions,
  Interceptor,
  Next,
  PagingOptions,
} from "./core/call.js";
export { callInfo } from "./core/call.js";
export { Channel } from "./core/channel.js";
export type { Authorization, Credentials, Token, TokenProvider } from "./core/credentials.js";
export { apiKey, bearer } from "./core/credentials.js";
export type { Environment } from "./core/environment.js";
export type { ClientOptions } from "./core/options.js";
export { Paged } from "./core/paging.js";
export type { MethodInfo, MethodPolicy } from "./core/policy.js";
export type { Code, ErrorDetail } from "./core/status.js";
export { Failure } from "./core/status.js";
export type { ObservedAttempt, ObservedCall, ObservedEnd, Telemetry } from "./core/telemetry.js";
export type {
  Transport,
  TransportCall,
  TransportFactory,
  TransportReply,
} from "./core/transport.js";
export type { ErrorMore, FieldViolation } from "./errors.js";
export {
  AlbumNotFoundError,
  CancelledError,
  DeadlineExceededError,
  MusicError,
  OutOfTuneError,
  SoldOutError,
  TicketExpiredError,
} from "./errors.js";
export { ImpressionTracker } from "./impressions.js";
export { EventQueue } from "./queue/event_queue.js";
export type { EventQueueOptions } from "./queue/options.js";
export type { EventStore, StoredEvent } from "./queue/store.js";
export { AlbumsClient } from "./services/albums.js";
export { PlaysClient } from "./services/plays.js";
export { RadiosClient } from "./services/radios.js";
export type { EventItemFields, SlateItem, SlateTracker } from "./services/plays.js";
export { connectTransport } from "./transport/connect.js";
export type { FetchOptions } from "./transport/fetching.js";
export { grpcWebTransport } from "./transport/grpc_web.js";
