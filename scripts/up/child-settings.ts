// The environment of one process. Where several are of one service, each has settings under its own name, which go
// before those of `make up`, which go before those that are the service's; and an error names the one to change.

import { join } from 'node:path';
import type { UpService } from './service-table.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** What a process is started with. */
export interface ChildSettings {
  readonly env: Env;
  /** The text with its settings called as they are set here. */
  readonly named: (text: string) => string;
}

/** The settings of `process`, which follows the processes at `followed`; `env` has SYNCLINE_DATA. */
export function childSettings(process: UpService, followed: readonly string[], env: Env): ChildSettings {
  const own = prefixOf(process.name);
  const read = prefixOf(process.service);
  const usual = Object.entries(process.settings?.(...followed) ?? {}).map(([key, value]) => [
    read + key,
    value,
  ]);
  const given = Object.entries(env)
    .filter(([name]) => name.startsWith(own))
    .map(([name, value]) => [read + name.slice(own.length), value]);
  const differing: Env = Object.fromEntries([...usual, ...given]) as Env;
  const setting = new RegExp(`${read}[A-Z0-9_]+`, 'g');
  return {
    env: {
      ...env,
      ...differing,
      ...(process.hasOwnData === true && { SYNCLINE_DATA: join(env['SYNCLINE_DATA'] ?? '', process.name) }),
    },
    named: (text) =>
      text.replaceAll(setting, (name) =>
        env[name] === undefined || name in differing ? own + name.slice(read.length) : name,
      ),
  };
}

function prefixOf(name: string): string {
  return `SYNCLINE_${name.toUpperCase().replaceAll('-', '_')}_`;
}
