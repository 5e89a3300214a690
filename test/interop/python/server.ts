// The servers in this folder beside a case: see server.py for what it serves and checks.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { CaseContext } from '../context.ts';
import type { Program } from '../program.ts';

const SERVER = join(import.meta.dirname, 'server.py');

/** An NSP and a proxy in one process. */
export class PythonNeighbours {
  /** host:port */
  readonly nsp: string;
  readonly proxy: string;
  readonly #context: CaseContext;
  readonly #program: Program;

  /** Starts them; both serve when this resolves. */
  static async start(context: CaseContext): Promise<PythonNeighbours> {
    const program = await context.start('grpcio', [SERVER]);
    const [, addresses = ''] = await program.line(/^serving (.+)$/);
    return new PythonNeighbours(context, program, JSON.parse(addresses) as { nsp: string; proxy: string });
  }

  private constructor(
    context: CaseContext,
    program: Program,
    { nsp, proxy }: { nsp: string; proxy: string },
  ) {
    this.#context = context;
    this.#program = program;
    this.nsp = nsp;
    this.proxy = proxy;
  }

  /** Checks what those make of the two that were started on them. Fails with the first check that fails. */
  async check(started: {
    readonly tap: string;
    readonly ipam?: string;
    readonly 'load-balancer'?: string;
  }): Promise<void> {
    this.#program.tell(JSON.stringify(started));
    const code = await this.#program.exited;
    const { lines } = this.#program.logs;
    assert.equal(code, 0, lines.join('\n'));
    this.#context.note(`checks: ${lines.length - 1}`);
  }
}
