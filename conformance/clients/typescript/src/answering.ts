import { createInterface } from "node:readline";
import { VERSION } from "@shortlist/sdk";
import type { Outcome, Step, TestRequest } from "./protocol.js";
import { Unsupported } from "./protocol.js";

/** Does the steps of one test. */
export interface Runner {
  outcome(step: Step): Promise<Outcome>;
  end(): Promise<void> | void;
}

/** What a program does with the requests that it reads. */
export interface Program {
  readonly language: string;
  readonly protocols: readonly string[];
  /** Begin a test; rejects with {@link Unsupported} if the SDK lacks what it is about. */
  open(request: TestRequest): Promise<Runner>;
}

/** Answer the lines of standard input, beside each other, until it ends. */
export async function answer(program: Program): Promise<void> {
  const { language, protocols } = program;
  write({ ready: { language, version: VERSION, protocols } });
  const underWay = new Set<Promise<void>>();
  for await (const line of createInterface({ input: process.stdin })) {
    if (line.trim()) {
      const work = run(program, JSON.parse(line) as TestRequest).finally(() => {
        underWay.delete(work);
      });
      underWay.add(work);
    }
  }
  await Promise.all(underWay);
}

async function run(program: Program, request: TestRequest): Promise<void> {
  const { test, steps = [] } = request;
  let runner: Runner | undefined;
  try {
    runner = await program.open(request);
    const outcomes: Outcome[] = [];
    for (const [index, step] of steps.entries()) {
      write({ test, step: index + 1 });
      outcomes.push(await runner.outcome(step));
    }
    write({ test, outcomes });
  } catch (error) {
    if (!(error instanceof Unsupported)) {
      throw error;
    }
    write({ test, unsupported: error.message });
  }
  await runner?.end();
}

function write(line: unknown): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
