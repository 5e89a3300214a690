// What a test says to one of our PD programs, and what it is told: lines of JSON, see console/console.go.

import { within } from '@syncline/testkit/service-process.ts';
import type { Program } from '../program.ts';

const ANSWER_MS = 20_000;

/** A command that the program could not do; it goes on. */
export class PdError extends Error {
  override name = 'PdError';
}

type Answer = { readonly result: unknown } | { readonly error: string };

/** The console of a running program. */
export class PdConsole {
  readonly #program: Program;
  #asked = 0;

  constructor(program: Program) {
    this.#program = program;
  }

  /** Gives the answer to `command`; rejects with a PdError when there is an error in it. */
  async ask<Result>(command: string): Promise<Result> {
    this.#asked += 1;
    const start = `{"answer":${this.#asked},`;
    const answered = Promise.withResolvers<Answer>();
    const forget = this.#program.logs.onLine((line) => {
      if (line.startsWith(start)) answered.resolve(JSON.parse(line) as Answer);
    });
    try {
      this.#program.tell(command);
      const answer = await within(Promise.race([answered.promise, this.#ended(command)]), ANSWER_MS);
      if (answer === undefined) throw new Error(`no answer to ${command} within ${ANSWER_MS} ms`);
      if ('error' in answer) throw new PdError(`${command}: ${answer.error}`);
      return answer.result as Result;
    } finally {
      forget();
    }
  }

  /** The first event of that name, once there is one. */
  async event<With>(name: string, deadlineMs: number): Promise<With> {
    const [line] = await this.#program.line(new RegExp(`^\\{"event":"${name}",.*$`), deadlineMs);
    return (JSON.parse(line) as { readonly with: With }).with;
  }

  async #ended(command: string): Promise<never> {
    const code = await this.#program.exited;
    throw new Error(`ended with ${code} instead of answering ${command}\n${this.#program.logs.last(20)}`);
  }
}
