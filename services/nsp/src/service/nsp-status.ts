// The state of the service as syncline.nsp.v1 tells it.

import { type NspStatus, WatchKind } from '@syncline/proto/nsp-admin.ts';
import type { LiveConfiguration } from '../configuration/live-configuration.ts';
import type { Kind } from '../configuration/model.ts';
import { printProblem } from '../configuration/problem.ts';
import type { WatchKind as Watched, Watchers } from '../fanout/watchers.ts';
import type { Registry } from '../registry/registry.ts';

/** What it is read from. */
export interface StatusParts {
  readonly live: LiveConfiguration;
  readonly registry: Registry;
  readonly watchers: Watchers;
}

/** The rest is counted: an answer must not grow with what is wrong. */
const mostDangling = 100;

/** The present state, of one moment. */
export function nspStatus({ live, registry, watchers }: StatusParts): NspStatus {
  const { configuration, refusal } = live;
  const count = (kind: Kind) => configuration?.[kind].length ?? 0;
  const { enabled, disabled, frontend } = registry.counts;
  return {
    configuration: {
      revision: BigInt(live.revision),
      loadedUnixMs: BigInt(live.loadedUnixMs),
      path: live.path,
      lastError: refusal && { message: refusal.message, atUnixMs: BigInt(refusal.atUnixMs) },
      trenches: configuration === undefined ? 0 : 1,
      conduits: count('conduits'),
      streams: count('streams'),
      flows: count('flows'),
      vips: count('vips'),
      attractors: count('attractors'),
      gateways: count('gateways'),
      dangling: live.dangling.slice(0, mostDangling).map(printProblem),
      danglingCount: live.dangling.length,
    },
    targets: { enabled, disabled, frontend, expiredTotal: BigInt(registry.expired) },
    watchers: watchers.views().map(({ kind, peer, sinceUnixMs, delivered, conflated, blockedMs }) => ({
      kind: watchKindOf[kind],
      peer,
      sinceUnixMs: BigInt(sinceUnixMs),
      delivered: BigInt(delivered),
      conflated: BigInt(conflated),
      blockedMs: BigInt(Math.round(blockedMs)),
    })),
  };
}

const watchKindOf = {
  trench: WatchKind.TRENCH,
  conduit: WatchKind.CONDUIT,
  stream: WatchKind.STREAM,
  flow: WatchKind.FLOW,
  vip: WatchKind.VIP,
  attractor: WatchKind.ATTRACTOR,
  gateway: WatchKind.GATEWAY,
  target: WatchKind.TARGET,
} as const satisfies Record<Watched, WatchKind>;
