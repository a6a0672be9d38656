import type { DescMessage, DescMethod, MessageShape } from "@bufbuild/protobuf";

/** One attempt of a call, as a transport carries it. */
export interface TransportCall<Request> {
  readonly method: DescMethod;
  readonly request: Request;
  readonly metadata: Headers;
  /** What is left of the deadline, whole milliseconds; absent: no limit. */
  readonly timeoutMs: number | undefined;
  readonly signal: AbortSignal;
  /** The request should outlive its page. */
  readonly keepalive: boolean;
}

/** A reply with its headers and trailers. */
export interface TransportReply<O extends DescMessage = DescMessage> {
  readonly message: MessageShape<O>;
  readonly metadata: Headers;
}

/**
 * Carries calls to a server. It makes one attempt, never retries, gives up when the signal is
 * aborted, and throws {@link Failure}.
 */
export interface Transport {
  unary(call: TransportCall<MessageShape<DescMessage>>): Promise<TransportReply>;
  stream(
    call: TransportCall<AsyncIterable<MessageShape<DescMessage>>>,
  ): AsyncIterable<MessageShape<DescMessage>>;
}

/** Makes a transport to an endpoint. */
export type TransportFactory = (endpoint: string) => Transport;
