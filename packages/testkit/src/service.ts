// Real services as child processes: the only way tests and benchmarks start one. Each runs on Node's own
// executable, on ports the system picks, in a directory of its own, and never outlives the process that started it.

import {
  type Exit,
  type Ports,
  ServiceError,
  type ServiceOptions,
  type ServiceProcess,
  serving,
  spawnService,
  within,
} from './service-process.ts';
import { type TempDir, tempDir } from './temp-dir.ts';

const STEP_MS = 10_000;
/** Longer than a service's own watchdog takes, so that the log has what it says. */
const STOP_MS = 12_000;

/**
 * Starts a service and waits until it logs `{"msg":"serving","port":…,"adminPort":…}` on stdout.
 * Rejects with a ServiceError when it ends or stays silent instead; no process is left behind.
 */
export async function startService(options: ServiceOptions): Promise<Service> {
  const dir = options.dataDir === undefined ? await tempDir(options.service) : borrowed(options.dataDir);
  try {
    return await launch(options, dir);
  } catch (error) {
    await dir[Symbol.asyncDispose]();
    throw error;
  }
}

/** Whether it answers now, and if not, why. */
export interface Readiness {
  readonly ready: boolean;
  readonly reason?: string;
}

/** A service that was seen serving. */
export class Service implements AsyncDisposable {
  readonly port: number;
  readonly adminPort: number;
  readonly pid: number;
  readonly dataDir: string;
  readonly #options: ServiceOptions;
  readonly #process: ServiceProcess;
  readonly #sent = new Set<string>();
  #wallOffsetMs = 0;
  #dir: TempDir;
  /** How the process ends is looked at by the test. */
  #isWatched = false;

  constructor(process: ServiceProcess, ports: Ports, options: ServiceOptions, dir: TempDir) {
    this.port = ports.port;
    this.adminPort = ports.adminPort;
    this.pid = process.pid;
    this.dataDir = dir.path;
    this.#options = options;
    this.#process = process;
    this.#dir = dir;
  }

  /** `127.0.0.1:<port>`, as clients want it. */
  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** Settles when the process has ended; whoever asks for it judges how. */
  get exited(): Promise<Exit> {
    this.#isWatched = true;
    return this.#process.exited;
  }

  /** The last lines of stdout and stderr, at the most 1,000. */
  get logs(): readonly string[] {
    return this.#process.logs.lines;
  }

  /**
   * Sends a signal. SIGSTOP freezes the process as a hung machine would, SIGCONT wakes it. Throws a ServiceError when the
   * process has ended and the test did not look at the end.
   */
  kill(signal: 'SIGTERM' | 'SIGINT' | 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void {
    const { service } = this.#options;
    if (this.#process.kill(signal)) {
      this.#sent.add(signal);
    } else if (!this.#isWatched) {
      this.#isWatched = true; // this error says it; disposal need not
      throw new ServiceError(`${service} had ended before ${signal} was sent`, this.#process.logs);
    }
  }

  /** kill -9, and that it is gone. Rejects with a ServiceError when something else had ended it before. */
  async crash(): Promise<void> {
    const sent = this.#process.kill('SIGKILL');
    const exit = await this.exited;
    if (!sent || exit.signal !== 'SIGKILL') throw this.#endedWith(exit, ' before it was killed');
  }

  /** What /readyz says. Rejects when nothing is said within 10 s. */
  async readiness(): Promise<Readiness> {
    const response = await fetch(`http://127.0.0.1:${this.adminPort}/readyz`, {
      signal: AbortSignal.timeout(10_000),
    });
    return (await response.json()) as Readiness;
  }

  /**
   * Steps the wall clock of this process, in all its threads at once, by `ms` forwards or, below 0, back. Steps add up, and
   * one is made after the other. Its monotonic clock and its timers go on. One that is started again has the machine's time.
   * Rejects with a ServiceError when the process ends, or does not say within 10 s that it is done.
   */
  async stepWallClock(ms: number): Promise<void> {
    const { logs } = this.#process;
    const stepped = Promise.withResolvers<true>();
    const forget = logs.onLine((line) => {
      if (line.includes('"wall clock stepped"')) stepped.resolve(true);
    });
    this.#wallOffsetMs += ms;
    this.#process.setWallClock(this.#wallOffsetMs);
    const ended = this.#process.exited.then(() => undefined);
    try {
      if (await within(Promise.race([stepped.promise, ended]), STEP_MS)) return;
      throw new ServiceError(`the wall clock of ${this.#options.service} was not stepped`, logs);
    } finally {
      forget();
    }
  }

  /** SIGTERM, then how it ended. Rejects with a ServiceError, and kills, when it takes longer than 12 s. */
  stop(): Promise<Exit> {
    this.#isWatched = true;
    return this.#end();
  }

  /**
   * Starts the service again on the same data and the same ports, so that its peers find it where it was.
   * One that still runs is stopped first, as by disposal. `changes` replaces single options. This object keeps describing the
   * process that ended; the data directory now belongs to the new one.
   */
  async restart(changes: Partial<ServiceOptions> = {}): Promise<Service> {
    await this.#endWell();
    const dir = this.#dir;
    this.#dir = borrowed(dir.path);
    const options = { ...this.#options, port: this.port, adminPort: this.adminPort, ...changes };
    return launch(options, dir);
  }

  /**
   * Stops the process and removes its data directory, if that was a temporary one. Rejects with a ServiceError when the
   * process ended, now or before, with another code than 0 or by a signal that `kill` did not send; unless the test
   * looked at the end by itself, with `stop` or `exited`.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.#endWell();
    } finally {
      await this.#dir[Symbol.asyncDispose]();
    }
  }

  async #endWell(): Promise<void> {
    const exit = await this.#end();
    const { code, signal } = exit;
    if (this.#isWatched || code === 0 || (signal !== null && this.#sent.has(signal))) return;
    throw this.#endedWith(exit);
  }

  #endedWith(exit: Exit, when = ''): ServiceError {
    const how = exit.signal ?? `code ${exit.code}`;
    return new ServiceError(`${this.#options.service} ended with ${how}${when}`, this.#process.logs, exit);
  }

  async #end(): Promise<Exit> {
    this.#process.kill('SIGCONT');
    this.#process.kill('SIGTERM');
    const { exited, logs } = this.#process;
    const exit = await within(exited, STOP_MS);
    if (exit !== undefined) return exit;
    this.#process.kill('SIGKILL');
    await exited;
    throw new ServiceError(`${this.#options.service} did not stop within ${STOP_MS} ms`, logs);
  }
}

/** A directory that somebody else removes. */
const borrowed = (path: string): TempDir => ({ path, [Symbol.asyncDispose]: () => Promise.resolve() });

async function launch(options: ServiceOptions, dir: TempDir): Promise<Service> {
  const process = await spawnService(options, dir.path);
  try {
    return new Service(process, await serving(options, process), options, dir);
  } catch (error) {
    process.kill('SIGKILL');
    await process.exited;
    throw error;
  }
}
