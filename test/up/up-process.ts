// `make up` as a process of its own, as a terminal would start it: Ctrl-C goes to its whole process group.

import { spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { integer, systemRng } from '@syncline/runtime/rng.ts';
import { until } from '@syncline/testkit/wait.ts';

const repository = fileURLToPath(new URL('../../', import.meta.url));

/** A running `make up`; disposing kills what is left of it. */
export interface Up extends AsyncDisposable {
  readonly pid: number | undefined;
  readonly lines: readonly string[];
  /** Waits for a line that begins so. */
  line(start: string): Promise<string>;
  /** Sends a signal to its process group, as Ctrl-C does. */
  signal(signal: 'SIGINT' | 'SIGKILL'): void;
  /** How it ended. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
}

/** Starts it on these data and ports. */
export function startUp(data: string, env: Readonly<Record<string, string>>): Up {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(SYNCLINE|OTEL)_/.test(name));
  const child = spawn(process.execPath, [`${repository}scripts/up.ts`], {
    cwd: repository,
    env: { ...Object.fromEntries(inherited), SYNCLINE_DATA: data, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => lines.push(line));
  }
  const ended = new Promise<Awaited<Up['ended']>>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  const signal = (name: 'SIGINT' | 'SIGKILL') => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
      process.kill(-child.pid, name);
    }
  };
  return {
    pid: child.pid,
    lines,
    ended,
    signal,
    line: async (start) => {
      const find = () => lines.find((line) => line.startsWith(start));
      const found = until(find, { describe: `a line "${start}"`, deadlineMs: 55_000 });
      await Promise.race([found.catch(() => undefined), ended]);
      const line = find();
      if (line === undefined) throw new Error(`no line "${start}" among:\n${lines.join('\n')}`);
      return line;
    },
    async [Symbol.asyncDispose]() {
      signal('SIGKILL');
      await ended;
      await until(() => processesOf(data), {
        describe: 'the end of all',
        deadlineMs: 20_000,
        accept: isEmpty,
      });
    },
  };
}

/** The processes that were started with this data directory or a folder in it; of one service, with its name. */
export async function processesOf(data: string, service?: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const environment = (await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')).split('\0');
      const isOurs = environment.some((variable) => variable.startsWith(`SYNCLINE_DATA=${data}`));
      const isIt = service === undefined || environment.includes(`OTEL_SERVICE_NAME=${service}`);
      return isOurs && isIt ? [pid] : [];
    }),
  );
  return found.flat();
}

function isEmpty(list: readonly unknown[]): boolean {
  return list.length === 0;
}

/** Below those that the system gives to clients, so that none of them takes one meanwhile. */
const ports = { first: 20_000, count: 10_000 };

/** A port that nobody has at the moment. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = ports.first + integer(systemRng, ports.count);
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true));
    });
    server.close();
    if (isFree) return port;
  }
}
