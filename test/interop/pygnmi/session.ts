// One pygnmi client in a process of its own (session.py): questions and answers are lines of JSON, one at a time.

import { join } from 'node:path';
import { within } from '@syncline/testkit/service-process.ts';
import type { CaseContext } from '../context.ts';
import type { Program } from '../program.ts';

const SCRIPT = join(import.meta.dirname, 'session.py');
const ANSWER_MS = 30_000;

/** What a call of pygnmi raised; `code` is the gRPC status name where there was one. */
export class PygnmiError extends Error {
  override name = 'PygnmiError';
  readonly type: string;
  readonly code: string;

  constructor(error: { readonly type: string; readonly text: string; readonly code: string }) {
    super(`${error.type} ${error.code}: ${error.text}`);
    this.type = error.type;
    this.code = error.code;
  }
}

/** An update as pygnmi's parser shows it. */
export interface ParsedUpdate {
  readonly path: string | null;
  readonly val?: unknown;
}

/** A subscription message as pygnmi's parser shows it; its stream subscriber merges all up to sync_response. */
export interface ParsedMessage {
  readonly update?: {
    readonly timestamp?: number;
    readonly prefix?: string;
    readonly update?: readonly ParsedUpdate[];
    readonly delete?: readonly { readonly path: string }[];
  };
  readonly sync_response?: boolean;
}

/** What get() gives. */
export interface ParsedGet {
  readonly notification: readonly {
    readonly timestamp: number;
    readonly prefix: string | null;
    readonly update?: readonly ParsedUpdate[];
  }[];
}

type Reply =
  | { readonly result: unknown }
  | { readonly error: { readonly type: string; readonly text: string; readonly code: string } };

/** A connected client. */
export class PygnmiSession {
  readonly #program: Program;

  constructor(program: Program) {
    this.#program = program;
  }

  /** Calls a method of session.py's Session; rejects with a PygnmiError when it raised. */
  async ask<Result>(call: string, args: Readonly<Record<string, unknown>> = {}): Promise<Result> {
    const reply = Promise.withResolvers<Reply>();
    const forget = this.#program.logs.onLine((line) => {
      if (line.startsWith('answer ')) reply.resolve(JSON.parse(line.slice('answer '.length)) as Reply);
    });
    const ended = this.#program.exited.then((code) => {
      throw new Error(
        `pygnmi ended with ${code} instead of answering ${call}\n${this.#program.logs.last(20)}`,
      );
    });
    ended.catch(() => {}); // its news are stale once the answer is there
    try {
      this.#program.tell(JSON.stringify({ call, ...args }));
      const answer = await within(Promise.race([reply.promise, ended]), ANSWER_MS);
      if (answer === undefined) throw new Error(`pygnmi did not answer ${call} within ${ANSWER_MS} ms`);
      if ('error' in answer) throw new PygnmiError(answer.error);
      return answer.result as Result;
    } finally {
      forget();
    }
  }
}

/**
 * Starts a client of a server on this machine; it has asked for Capabilities when this resolves. Rejects with a
 * PygnmiError when that was refused.
 */
export async function connect(
  server: { readonly port: number },
  context: CaseContext,
  ...flags: readonly string[]
): Promise<PygnmiSession> {
  const program = await context.start('pygnmi', [
    SCRIPT,
    '--host=127.0.0.1',
    `--port=${server.port}`,
    ...flags,
  ]);
  const session = new PygnmiSession(program);
  await session.ask<null>('connect');
  return session;
}
