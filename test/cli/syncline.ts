// The `syncline` command as a process.

import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../packages/cli/src/main.ts', import.meta.url));

/** What a run of the command came to. */
export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the command against the services at these addresses to its end. */
export function syncline(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> {
  return runningSyncline(args, env).ran;
}

/** Starts the command; `untilOut` resolves when its output contains a text. */
export function runningSyncline(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): { readonly ran: Promise<Ran>; readonly child: ChildProcess; untilOut(text: string): Promise<void> } {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(SYNCLINE|OTEL)_/.test(name));
  const child = spawn(process.execPath, [main, ...args], {
    env: { ...Object.fromEntries(inherited), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const ran = new Promise<Ran>((resolve) => child.once('close', (code) => resolve({ code, out, err })));
  return {
    ran,
    child,
    untilOut: (text) =>
      new Promise((resolve, reject) => {
        const look = () => out.includes(text) && resolve();
        child.stdout.on('data', look);
        child.once('close', () => reject(new Error(`ended without "${text}": ${out}${err}`)));
        look();
      }),
  };
}
