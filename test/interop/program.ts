// A program that runs beside the case: one of our Go peers, Jaeger, or a client that is spoken to. It is stopped
// with its scope, and killed with this process.

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { LogTail } from '@syncline/testkit/log-tail.ts';
import { until } from '@syncline/testkit/wait.ts';

const STOP_MS = 3_000;

const running = new Set<ChildProcessWithoutNullStreams>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** A running program and what it wrote. */
export class Program implements AsyncDisposable {
  /** stdout and stderr, the last 1,000 lines. */
  readonly logs = new LogTail();
  /** Settles with the exit code when the program has ended; null when a signal ended it. */
  readonly exited: Promise<number | null>;
  readonly #name: string;
  readonly #child: ChildProcessWithoutNullStreams;

  /** Spawns `file`; rejects when there is no such executable. */
  static async start(file: string, args: readonly string[]): Promise<Program> {
    const child = spawn(file, args);
    const program = new Program(file, child);
    await once(child, 'spawn');
    return program;
  }

  private constructor(file: string, child: ChildProcessWithoutNullStreams) {
    this.#name = file.split('/').at(-1) ?? file;
    this.#child = child;
    running.add(child);
    this.logs.follow(child.stdout);
    this.logs.follow(child.stderr);
    child.stdin.on('error', () => {}); // the pipe breaks when the program ends first, which `exited` tells
    this.exited = new Promise((resolve) => {
      child.once('close', (code) => {
        running.delete(child);
        resolve(code);
      });
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Writes a line to its stdin. */
  tell(line: string): void {
    this.#child.stdin.write(`${line}\n`);
  }

  /** The first line that matches, once there is one; rejects with what was written after `deadlineMs`. */
  async line(pattern: RegExp, deadlineMs = 10_000): Promise<RegExpExecArray> {
    const match = () => this.logs.lines.map((line) => pattern.exec(line)).find((found) => found !== null);
    const found = await until(match, { deadlineMs, describe: 'a line' }).catch(() => undefined);
    if (found) return found;
    throw new Error(`${this.#name} did not write ${pattern} within ${deadlineMs} ms\n${this.logs.last(20)}`);
  }

  /** The address that our Go peers announce as `listening HOST:PORT`. */
  async listening(deadlineMs = 10_000): Promise<string> {
    const [, address = ''] = await this.line(/^listening (\S+)$/, deadlineMs);
    return address;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGCONT');
    this.#child.kill('SIGTERM');
    const killer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_MS);
    await this.exited;
    clearTimeout(killer);
  }
}
