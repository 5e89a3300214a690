// An NSP's status for people and for programs.

import { type NspStatus, WatchKind } from '@syncline/proto/nsp-admin.ts';
import { plainName } from './enum-name.ts';
import { type Printable, tableText } from './print.ts';
import { protoJson } from './proto-json.ts';
import { momentText } from './value-text.ts';
import { withRest } from './with-rest.ts';

const kinds = [
  ['trench', 'trenches'],
  ['conduit', 'conduits'],
  ['stream', 'streams'],
  ['flow', 'flows'],
  ['vip', 'vips'],
  ['attractor', 'attractors'],
  ['gateway', 'gateways'],
] as const;

/** The status as tables, with the references that lead nowhere in lines of their own. */
export function nspStatusText({ configuration, targets, watchers }: NspStatus): string {
  const counts = kinds.map(([one, many]) => {
    const count = configuration?.[many] ?? 0;
    return `${count} ${count === 1 ? one : many}`;
  });
  const { lastError } = configuration ?? {};
  const facts = [
    ['file', configuration?.path ?? ''],
    ['revision', `${configuration?.revision ?? 0n}, taken ${moment(configuration?.loadedUnixMs)}`],
    ['in force', counts.join(', ')],
    ...(lastError === undefined ? [] : [['refused', `${moment(lastError.atUnixMs)} ${lastError.message}`]]),
    [
      'targets',
      `${targets?.enabled ?? 0} enabled, ${targets?.disabled ?? 0} disabled, ${targets?.expiredTotal ?? 0n} expired so far`,
    ],
    ['frontends', String(targets?.frontend ?? 0)],
  ];
  const width = Math.max(...facts.map(([name = '']) => name.length));
  const { dangling = [], danglingCount = 0 } = configuration ?? {};
  return [
    facts.map(([name = '', text = '']) => `${name.padEnd(width)}  ${text}`).join('\n'),
    ...(danglingCount === 0 ? [] : [['left out:', ...withRest(dangling, danglingCount)].join('\n')]),
    ...(watchers.length === 0 ? [] : [tableText(watcherHead, watchers.map(watcherRow))]),
  ].join('\n\n');
}

/** The same for JSON: names as in the proto, enum values by name. */
export function nspStatusJson(status: NspStatus): Printable {
  const watchers = status.watchers.map((watcher) => ({
    ...watcher,
    kind: plainName(WatchKind, watcher.kind),
  }));
  return protoJson({ ...status, watchers });
}

const watcherHead = ['WATCHES', 'FROM', 'SINCE', 'DELIVERED', 'CONFLATED', 'BLOCKED'];

function watcherRow(watcher: NspStatus['watchers'][number]): string[] {
  const { kind, peer, sinceUnixMs, delivered, conflated, blockedMs } = watcher;
  return [
    plainName(WatchKind, kind),
    peer,
    moment(sinceUnixMs),
    String(delivered),
    String(conflated),
    `${blockedMs} ms`,
  ];
}

function moment(unixMs = 0n): string {
  return momentText(unixMs * 1_000_000n);
}
