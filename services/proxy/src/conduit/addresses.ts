// Getting addresses for connections in a way that loses none: before the IPAM is asked, the release is written down as
// owed, and only the commit that gives the addresses to a live connection takes it back.

import {
  type BookState,
  type Change,
  type ConduitState,
  type Owed,
  owedKey,
  ownerKey,
} from '../book/state.ts';
import type { Assigned, Held } from '../connection/connection.ts';
import { interfaceName } from '../connection/mechanism.ts';
import type { ConduitParts } from './conduit-parts.ts';
import type { Pins } from './pins.ts';

/** Whether a release is under way; it must be over before the same addresses are asked for again. */
export interface ReleasesUnderWay {
  /** Resolves, and never rejects, when no release of this owner is under way; that takes at most a call of the IPAM. */
  over(owner: string): Promise<void>;
}

export class Addresses {
  readonly #parts: ConduitParts;
  readonly #releases: ReleasesUnderWay;

  constructor(parts: ConduitParts, releases: ReleasesUnderWay) {
    this.#parts = parts;
    this.#releases = releases;
  }

  /**
   * Asks for the connection's addresses in a subnet, which also renews them. The caller has pinned the connection. Rejects
   * with IpamError, UnavailableError or the signal's reason; what was allocated by then is released in due time.
   */
  async acquire(id: string, subnet: number, signal: AbortSignal): Promise<Assigned> {
    const owner = { kind: 'connection', id } as const;
    await this.#releases.over(ownerKey(owner));
    signal.throwIfAborted();
    const { book, leases } = this.#parts;
    const owed: Owed = { subnet, owner, interfaceName: undefined };
    await book.change((state) => ({ changes: this.#intend(state, owed), answer: undefined }), signal);
    return leases.connection(subnet, id, signal);
  }

  /** The changes that make a connection the owner of what it is assigned, and let go of what it had in another subnet. */
  give(held: Held, former: Held | undefined, { owed }: ConduitState): Change[] {
    const { conduit } = this.#parts.settings;
    const { assigned, id } = held;
    const owner = { kind: 'connection', id } as const;
    const changes: Change[] = [{ conduit, kind: 'put', held }];
    const intended = owed.get(owedKey({ subnet: assigned.subnet, owner }));
    if (intended !== undefined) changes.push({ conduit, kind: 'clear', owed: intended, why: 'wanted' });
    if (former !== undefined && former.assigned.subnet !== assigned.subnet) {
      const left = { subnet: former.assigned.subnet, owner, interfaceName: undefined };
      changes.push(...owing(this.#parts, owed, left));
    }
    return changes;
  }

  /** The changes that end a connection. */
  end(held: Held, { owed }: ConduitState): Change[] {
    const { conduit } = this.#parts.settings;
    const left: Owed = {
      subnet: held.assigned.subnet,
      owner: { kind: 'connection', id: held.id },
      interfaceName: interfaceName(held.connection.mechanism),
    };
    return [{ conduit, kind: 'delete', last: held }, ...owing(this.#parts, owed, left)];
  }

  #intend(state: BookState, intended: Owed): Change[] {
    const { conduit } = this.#parts.settings;
    const { connections, owed } = state.get(conduit) ?? {};
    const { subnet, owner } = intended;
    const held = owner.kind === 'connection' ? connections?.get(owner.id) : undefined;
    if (owed === undefined || held?.assigned.subnet === subnet || owed.has(owedKey(intended))) return [];
    return owing(this.#parts, owed, intended);
  }
}

/**
 * The changes that write a release down. At the bound the oldest one is left to the IPAM's garbage collection, but none of
 * an owner that is pinned: who asks for addresses needs it to make them its own. If all are, there is one more.
 */
export function owing(
  { settings, pins }: Pick<ConduitParts, 'settings' | 'pins'>,
  present: ReadonlyMap<string, Owed>,
  owed: Owed,
): Change[] {
  const { conduit, release } = settings;
  const oldest = present.size >= release.backlog ? oldestFree(present, pins) : undefined;
  return [
    ...(oldest === undefined ? [] : [{ conduit, kind: 'clear', owed: oldest, why: 'abandoned' } as const]),
    { conduit, kind: 'owe', owed },
  ];
}

function oldestFree(present: ReadonlyMap<string, Owed>, pins: Pins): Owed | undefined {
  for (const owed of present.values()) if (!pins.has(ownerKey(owed.owner))) return owed;
  return undefined;
}
