// Baseline O: openconfig's collector, composed of its published packages (test/interop/collector).

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { LogTail } from '@syncline/testkit/log-tail.ts';
import { type Contender, type Northbound, targetName } from './server.ts';

const startMs = 10_000;
const announced = /^listening (\S+)$/;

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

export class Collector implements AsyncDisposable {
  readonly kind = 'O';
  readonly northbound: Northbound;
  readonly #path: string;
  readonly #device: string;
  #process: ChildProcess;

  private constructor(path: string, device: string, launched: Launched) {
    this.#path = path;
    this.#device = device;
    this.#process = launched.child;
    this.northbound = { address: launched.address, target: targetName, origin: 'openconfig' };
  }

  /** Starts the program at `path`; rejects with what it wrote when it does not announce its address. */
  static async start(path: string, device: string, signal: AbortSignal): Promise<Collector> {
    return new Collector(path, device, await launch(path, device, '127.0.0.1:0', signal));
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  async stop(): Promise<void> {
    if (!running.has(this.#process)) return;
    const gone = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await gone;
  }

  /** Starts it again on the same port: it asks the device for everything anew. */
  async startAgain(signal: AbortSignal): Promise<void> {
    const { child } = await launch(this.#path, this.#device, this.northbound.address, signal);
    this.#process = child;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

interface Launched {
  readonly child: ChildProcess;
  readonly address: string;
}

async function launch(path: string, device: string, listen: string, signal: AbortSignal): Promise<Launched> {
  const flags = ['-target', `${targetName}=${device}`, '-listen', listen];
  const child = spawn(path, flags, { stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  child.once('exit', () => running.delete(child));
  const logs = new LogTail();
  const announcement = Promise.withResolvers<string>();
  const fail = (why: string) => announcement.reject(new Error(`collector: ${why}\n${logs.last(10)}`));
  logs.onLine((line) => {
    const found = announced.exec(line)?.[1];
    if (found !== undefined) announcement.resolve(found);
  });
  logs.follow(child.stdout);
  logs.follow(child.stderr);
  child.once('error', ({ message }) => fail(message));
  child.once('close', () => fail('it ended before it served'));
  const giveUp = AbortSignal.any([signal, AbortSignal.timeout(startMs)]);
  giveUp.addEventListener('abort', () => fail('it did not serve in time'), { once: true });
  try {
    return { child, address: await announcement.promise };
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
}

/** The collector built at `path`. */
export function collectorAt(path: string): Contender {
  return { name: 'O', start: (device, signal) => Collector.start(path, device, signal) };
}
