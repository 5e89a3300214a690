// One child process of a service: spawned, followed until it announces its ports, watched to its end.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { LogTail } from './log-tail.ts';

/** Settings by their names in a service's table, such as `releaseDelay`. */
export type Settings = Readonly<Record<string, string>>;

/** Which service to start, and with what. */
export interface ServiceOptions {
  /** The folder under services/, and the infix of its settings: region-syncer reads SYNCLINE_REGION_SYNCER_PORT. */
  readonly service: string;
  /** Settings on top of ports and data directory. SYNCLINE_* and OTEL_* of this process are not passed on. */
  readonly env?: Readonly<Record<string, string>>;
  /** The same by the names in the service's own table; `env` goes before it. */
  readonly settings?: Settings;
  readonly args?: readonly string[];
  /** SYNCLINE_DATA; without it a temporary directory that is removed on disposal. */
  readonly dataDir?: string | undefined;
  /** gRPC port, 0 by default: any that is free. */
  readonly port?: number;
  /** Admin port, 0 by default. */
  readonly adminPort?: number;
  /** Milliseconds until "serving" must have been logged, 20,000 by default. */
  readonly deadlineMs?: number;
  /** The file to run, services/<service>/src/main.ts by default. */
  readonly main?: string;
}

/** How a process ended: by itself with a code, or by a signal. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A service that did not come up, or would not go; the message ends with what it logged last. */
export class ServiceError extends Error {
  override name = 'ServiceError';
  readonly exit: Exit | undefined;

  constructor(message: string, logs: LogTail, exit?: Exit) {
    super(`${message}\n--- log tail\n${logs.last(30)}\n---`);
    this.exit = exit;
  }
}

/** What a service announces once it serves. */
export interface Ports {
  readonly port: number;
  readonly adminPort: number;
}

/** A process that was spawned and may not serve yet. */
export interface ServiceProcess {
  readonly pid: number;
  readonly logs: LogTail;
  /** Settles when the process has ended and its output is read. */
  readonly exited: Promise<Exit>;
  /** Sends a signal; false when it has ended. */
  kill(signal: NodeJS.Signals): boolean;
  /** Sets its wall clock to the machine's and `offsetMs`; it logs that when it is done (stepped-clock.ts). */
  setWallClock(offsetMs: number): void;
}

const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));
/** What every service is started with: a wall clock to be stepped, an end when this process ends, tracing as in production. */
const PRELOADS = ['./stepped-clock.ts', './follow-parent.ts', '../../telemetry/src/register.ts'].flatMap(
  (file) => ['--import', new URL(file, import.meta.url).href],
);

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** The environment that says these settings: `releaseDelay` of the ipam is SYNCLINE_IPAM_RELEASE_DELAY. */
export function environmentOf(service: string, settings: Settings): Readonly<Record<string, string>> {
  const variable = (name: string) =>
    `SYNCLINE_${service.replaceAll('-', '_')}_${name.replaceAll(/[A-Z]/g, '_$&')}`;
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [variable(name).toUpperCase(), value]),
  );
}

/** Spawns the service on `dataDir`; rejects when the process cannot be made at all. */
export async function spawnService(options: ServiceOptions, dataDir: string): Promise<ServiceProcess> {
  const main = options.main ?? `${REPOSITORY}services/${options.service}/src/main.ts`;
  const child = spawn(process.execPath, [...PRELOADS, main, ...(options.args ?? [])], {
    cwd: REPOSITORY,
    env: {
      ...hermetic(process.env),
      ...environmentOf(options.service, {
        port: String(options.port ?? 0),
        adminPort: String(options.adminPort ?? 0),
        ...options.settings,
      }),
      SYNCLINE_DATA: dataDir,
      ...options.env,
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const logs = new LogTail();
  logs.follow(child.stdout);
  logs.follow(child.stderr);
  child.stdin.on('error', () => {}); // the pipe breaks when the child ends first, which `exited` tells
  running.add(child);
  const exited = new Promise<Exit>((resolve) => {
    child.once('close', (code, signal) => {
      running.delete(child);
      resolve({ code, signal });
    });
  });
  await once(child, 'spawn');
  if (child.pid === undefined) throw new ServiceError(`${options.service} has no process`, logs);
  return {
    pid: child.pid,
    logs,
    exited,
    kill: (signal) => child.kill(signal),
    setWallClock: (offsetMs) => child.stdin.write(String(offsetMs)),
  };
}

function hermetic(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(SYNCLINE|OTEL)_/.test(name)));
}

/** The ports the service announces; rejects with a ServiceError when it ends first, or at the deadline. */
export async function serving(options: ServiceOptions, started: ServiceProcess): Promise<Ports> {
  const announced = Promise.withResolvers<Ports>();
  const forget = started.logs.onLine((line) => {
    const ports = parseServing(line);
    if (ports !== undefined) announced.resolve(ports);
  });
  const deadlineMs = options.deadlineMs ?? 20_000;
  const ended = started.exited.then((exit) => {
    const how = exit.signal ?? `code ${exit.code}`;
    throw new ServiceError(`${options.service} ended with ${how} before it served`, started.logs, exit);
  });
  try {
    const ports = await within(Promise.race([announced.promise, ended]), deadlineMs);
    if (ports !== undefined) return ports;
    throw new ServiceError(`${options.service} did not serve within ${deadlineMs} ms`, started.logs);
  } finally {
    forget();
    ended.catch(() => {}); // its news are stale once the service serves
  }
}

function parseServing(line: string): Ports | undefined {
  if (!line.includes('"serving"')) return undefined;
  const record = JSON.parse(line) as { msg?: unknown; port?: unknown; adminPort?: unknown };
  if (record.msg !== 'serving' || typeof record.port !== 'number' || typeof record.adminPort !== 'number') {
    return undefined;
  }
  return { port: record.port, adminPort: record.adminPort };
}

/** What `promise` gives, or undefined after `ms`. */
export async function within<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  const timeout = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => timeout.resolve(undefined), ms);
  try {
    return await Promise.race([promise, timeout.promise]);
  } finally {
    clearTimeout(timer);
  }
}
