import type {
  DescMessage,
  DescMethod,
  DescMethodUnary,
  MessageInitShape,
  MessageShape,
} from "@bufbuild/protobuf";
import { create } from "@bufbuild/protobuf";
import type { AnyMessage } from "../core/call.js";
import { methodName } from "../core/policy.js";
import { Failure } from "../core/status.js";
import type { Transport, TransportCall, TransportReply } from "../core/transport.js";

/** A reply, an error, or what makes one of them from the request. */
export type MockAnswer<I extends DescMessage, O extends DescMessage> =
  | MessageInitShape<O>
  | Error
  | ((
      request: MessageShape<I>,
      call: RecordedCall,
    ) => MessageInitShape<O> | Promise<MessageInitShape<O>>);

/** An attempt that reached the mock. */
export interface RecordedCall {
  /** `package.Service/Method`. */
  readonly method: string;
  readonly request: AnyMessage;
  readonly metadata: Headers;
  readonly timeoutMs: number | undefined;
  readonly signal: AbortSignal;
  readonly keepalive: boolean;
}

type Answer = MockAnswer<DescMessage, DescMessage>;

/**
 * Stands in for a server in tests: answers as it is told and records what it was asked.
 *
 * @example
 * const mock = new MockTransport();
 * mock.on(MyService.method.myCall, mockError({ code: "UNAVAILABLE" }), { text: "hello" });
 * const client = new Client({ endpoint: "", transport: mock });
 */
export class MockTransport implements Transport {
  /** All attempts so far. */
  readonly calls: RecordedCall[] = [];
  readonly #answers = new Map<string, Answer[]>();

  /** Answer a method: with each answer once, in order, and with the last from then on. */
  on<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    ...answers: MockAnswer<I, O>[]
  ): this {
    this.#answers.set(methodName(method), answers as unknown as Answer[]);
    return this;
  }

  /** Return the attempts of a method. */
  callsOf(method: DescMethod): RecordedCall[] {
    return this.calls.filter((each) => each.method === methodName(method));
  }

  async unary(call: TransportCall<AnyMessage>): Promise<TransportReply> {
    const { method, request, metadata, timeoutMs, signal, keepalive } = call;
    const name = methodName(method);
    const recorded = { method: name, request, metadata, timeoutMs, signal, keepalive };
    this.calls.push(recorded);
    const answers = this.#answers.get(name) ?? [];
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    if (answer === undefined) {
      throw new Failure("UNIMPLEMENTED", `the mock has no answer for ${name}`);
    }
    const made = typeof answer === "function" ? await answer(request, recorded) : answer;
    if (made instanceof Error) {
      throw made;
    }
    const message = create(method.output, made as MessageInitShape<DescMessage>);
    return { message, metadata: new Headers() };
  }

  // biome-ignore lint/correctness/useYield: the mock refuses every stream.
  async *stream(call: TransportCall<AsyncIterable<AnyMessage>>): AsyncGenerator<AnyMessage> {
    throw new Failure("UNIMPLEMENTED", `the mock carries no streams: ${methodName(call.method)}`);
  }
}
