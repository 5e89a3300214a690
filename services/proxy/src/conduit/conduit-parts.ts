// What every part of a conduit works with.

import type { Clock } from '@syncline/runtime/clock.ts';
import type { Rng } from '@syncline/runtime/rng.ts';
import type { Logger } from '@syncline/telemetry/logger.ts';
import type { Book } from '../book/book.ts';
import type { ConduitState } from '../book/state.ts';
import type { Counts } from '../counts.ts';
import type { Leases } from '../ipam/leases.ts';
import type { Claims } from './claims.ts';
import type { ConduitSettings } from './conduit-settings.ts';
import type { Pins } from './pins.ts';

export interface ConduitParts {
  readonly settings: ConduitSettings;
  readonly book: Book;
  readonly leases: Leases;
  readonly claims: Claims;
  readonly pins: Pins;
  readonly clock: Clock;
  /** Stands still while the process does: who could not be heard was not silent. */
  readonly awake: Clock;
  readonly rng: Rng;
  readonly logger: Logger;
  readonly counts: Counts;
}

/** What does not succeed, and since when by the monotonic clock, in ms. */
export interface Trouble {
  readonly reason: string;
  readonly sinceMs: number;
}

/** The conduit's part of the book. */
export function stateOf({ book, settings }: Pick<ConduitParts, 'book' | 'settings'>): ConduitState {
  const state = book.state.get(settings.conduit);
  if (state === undefined) throw new RangeError(`no conduit "${settings.conduit}" in the book`);
  return state;
}
