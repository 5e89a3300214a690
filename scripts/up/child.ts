// One service as a child process, in a process group of its own: Ctrl-C reaches this process alone, which stops its
// children in order.

import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { ChildSettings } from './child-settings.ts';
import { type LogRecord, readLog } from './log-record.ts';
import type { UpService } from './service-table.ts';

const repository = fileURLToPath(new URL('../../', import.meta.url));
const followParent = new URL('./follow-parent.ts', import.meta.url).href;
const telemetry = '@syncline/telemetry/register.ts';

/** Lines that are kept for the case that the service ends by itself. */
const linesKept = 20;

/** A service says so when another process has its port or its file. */
const occupied = / another process(?: has it\b|; )/;

/** A service that ended although nobody stopped it. */
export class ServiceEndedError extends Error {
  override name = 'ServiceEndedError';
  /** 2 for wrong settings, 1 for anything else. */
  readonly exitCode: number;

  constructor(message: string, exitCode: number) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** A child and what it says. */
export class Child {
  readonly name: string;
  /** The processes that outlive it. */
  readonly follows: readonly string[];
  /** Its gRPC port, once it serves. Rejects with ServiceEndedError when it never does. */
  readonly serving: Promise<number>;
  /** Settles when it has ended. */
  readonly ended: Promise<void>;
  readonly #process: ChildProcess;
  readonly #lines: LogRecord[] = [];

  /** Starts the service. `heard` gets what it logs. */
  constructor(
    { name, service, follows = [] }: UpService,
    { env, named }: ChildSettings,
    heard: (record: LogRecord) => void,
  ) {
    this.name = name;
    this.follows = follows;
    const main = `${repository}services/${service}/src/main.ts`;
    this.#process = spawn(process.execPath, ['--import', telemetry, '--import', followParent, main], {
      cwd: repository,
      env: { OTEL_SERVICE_NAME: name, ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    });
    const serving = Promise.withResolvers<number>();
    const ended = Promise.withResolvers<void>();
    this.serving = serving.promise;
    this.ended = ended.promise;
    // Whoever waits for it hears of it; nobody needs to.
    this.serving.catch(() => {});
    const hear = (line: string) => {
      const record = readLog(named(line));
      this.#lines.push(record);
      if (this.#lines.length > linesKept) this.#lines.shift();
      if (record.message === 'serving' && record.port !== undefined) serving.resolve(record.port);
      heard(record);
    };
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      if (stream !== null) createInterface({ input: stream }).on('line', hear);
    }
    // A pipe that breaks is told by the end of the process.
    this.#process.stdin?.on('error', () => {});
    const end = (how: string, code: number | null) => {
      serving.reject(new ServiceEndedError(this.#why(how), code === 2 ? 2 : 1));
      ended.resolve();
    };
    this.#process.once('error', (error) => end(error.message, null));
    // One that is killed says nothing more: its end is told before what follows from it.
    this.#process.once('exit', (_code, signal) => {
      if (signal !== null) end(signal, null);
    });
    this.#process.once('close', (code, signal) => end(signal ?? `exit code ${code}`, code));
  }

  get hasEnded(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }

  kill(signal: 'SIGTERM' | 'SIGKILL'): void {
    this.#process.kill(signal);
  }

  /** The error of its end, with what it said itself. */
  endedBecause(): ServiceEndedError {
    const { exitCode, signalCode } = this.#process;
    return new ServiceEndedError(this.#why(signalCode ?? `exit code ${exitCode}`), exitCode === 2 ? 2 : 1);
  }

  #why(how: string): string {
    // What it logged before is not why.
    if (this.#process.signalCode !== null) return `${this.name}: ended with ${how}`;
    const errors = this.#lines.filter(({ error }) => error !== '').map(({ error }) => error);
    const text = this.#lines.filter(({ level }) => level === 'text').map(({ message }) => message);
    const said = (errors.length > 0 ? errors.slice(0, 1) : text).join('\n');
    if (said === '') return `${this.name}: ended with ${how}`;
    return `${this.name}: ${said}${occupied.test(said) ? '. Is `make up` running already?' : ''}`;
  }
}
