// The connection to the NSP and the watch of its conduits, as the settings say.

import { connect } from '@syncline/rpc/connect.ts';
import { neighbourSecurityOf } from '@syncline/rpc/settings/client-tls.ts';
import { FollowedWatch } from '@syncline/rpc/watch/followed-watch.ts';
import type { Clock } from '@syncline/runtime/clock.ts';
import type { Rng } from '@syncline/runtime/rng.ts';
import type { Logger } from '@syncline/telemetry/logger.ts';
import type { ConduitName } from '@syncline/trench/stream-name.ts';
import type { Config } from '../config.ts';
import { ConduitRows } from './conduit-rows.ts';
import { openConduits } from './open-conduits.ts';

/** Where the conduits are known from. What was heard last stays, so an NSP that is away takes no conduit away. */
export type ConduitWatch = FollowedWatch<readonly ConduitName[]>;

export interface NspParts {
  readonly config: Config;
  /** Takes each list. Must not wait. */
  readonly take: (conduits: readonly ConduitName[]) => void;
  readonly clock: Clock;
  readonly rng: Rng;
  readonly logger: Logger;
}

/** Connects to the NSP at `address`; nothing is heard before the watch's follow(). Disposing closes the connection. */
export function nspAt(
  address: string,
  { config, take, clock, rng, logger }: NspParts,
): { readonly watch: ConduitWatch } & Disposable {
  const connection = connect(address, {
    security: neighbourSecurityOf(config),
    maxReceiveBytes: config.maxMessage,
    keepalive: { timeMs: config.keepalive, timeoutMs: config.keepaliveAnswer },
  });
  const { retry, retryMax, healthyAfter } = config;
  const watch = new FollowedWatch({
    what: 'the conduits of the NSP',
    open: openConduits(connection, config.trench, new ConduitRows(logger)),
    take,
    firstMs: config.answer,
    retry: { initialMs: retry, maxMs: retryMax, factor: 2, jitter: 0.5, resetAfterMs: healthyAfter },
    clock,
    rng,
    logger,
  });
  return { watch, [Symbol.dispose]: () => connection[Symbol.dispose]() };
}
