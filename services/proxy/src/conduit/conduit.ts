// One conduit: its connections, their addresses, and the loops that keep them what they must be. Its state is in the book;
// nothing here waits for another connection, and no loop waits for another loop.

import type { State } from '@syncline/proto/connection.ts';
import type { Liveness } from '@syncline/runtime/liveness.ts';
import type { StopSignal } from '@syncline/runtime/stop-signal.ts';
import { SupervisedLoop } from '@syncline/runtime/supervised-loop.ts';
import { type BookState, type Change, type ConduitState, owedKey } from '../book/state.ts';
import type { Asked, Connection, Held } from '../connection/connection.ts';
import { UnavailableError } from '../connection/errors.ts';
import { deadline } from '../loop/deadline.ts';
import { Addresses, owing } from './addresses.ts';
import { Attempts } from './attempts.ts';
import { Bridge, type BridgeFault } from './bridge.ts';
import { type ConduitParts, stateOf, type Trouble } from './conduit-parts.ts';
import type { ConduitSettings } from './conduit-settings.ts';
import { Expiry } from './expiry.ts';
import { Pins } from './pins.ts';
import { Releaser } from './releaser.ts';
import { Requests } from './requests.ts';
import { Upkeep } from './upkeep.ts';

/** What a conduit is made from. */
export type ConduitInput = Omit<ConduitParts, 'pins'> & { readonly fault: BridgeFault };

/** Constructing starts its loops, disposing ends them. The owner hands it every change of the book. */
export class Conduit implements AsyncDisposable {
  readonly settings: ConduitSettings;
  readonly bridge: Bridge;
  readonly upkeep: Upkeep;
  readonly #parts: ConduitParts;
  readonly #addresses: Addresses;
  readonly #attempts: Attempts;
  readonly #releaser: Releaser;
  readonly #requests: Requests;
  readonly #expiry: Expiry | undefined;
  readonly #loops: readonly SupervisedLoop[];

  constructor(
    { fault, ...input }: ConduitInput,
    supervision: { readonly liveness: Liveness; readonly stop: StopSignal },
  ) {
    const { settings } = input;
    this.settings = settings;
    const parts = { ...input, pins: new Pins(() => this.#releaser.look()) };
    this.#parts = parts;
    this.#releaser = new Releaser(parts);
    this.bridge = new Bridge(parts, this.#releaser, fault, {
      changed: () => this.upkeep.look(),
      orphaned: (signal) => this.#endAll(signal),
    });
    this.#addresses = new Addresses(parts, this.#releaser);
    this.upkeep = new Upkeep(parts, this.bridge, this.#addresses);
    this.#attempts = new Attempts(settings.connections);
    this.#requests = new Requests({
      ...parts,
      attempts: this.#attempts,
      bridge: this.bridge,
      addresses: this.#addresses,
      upkeep: this.upkeep,
    });
    const { expiryMs, conduit } = settings;
    this.#expiry =
      expiryMs === undefined
        ? undefined
        : new Expiry(parts, expiryMs, (id, signal) => this.#endOverdue(id, signal));
    const loops = {
      bridge: this.bridge,
      upkeep: this.upkeep,
      releases: this.#releaser,
      expiry: this.#expiry,
    };
    this.#loops = Object.entries(loops).flatMap(([name, loop]) =>
      loop === undefined
        ? []
        : [
            new SupervisedLoop(
              `${name} of ${conduit}`,
              (watch, signal) => loop.run(watch, signal),
              supervision,
            ),
          ],
    );
  }

  /** Its part of the book. */
  get state(): ConduitState {
    return stateOf(this.#parts);
  }

  /** See Requests.answer(). */
  async request(asked: Asked, signal: AbortSignal): Promise<Connection> {
    this.#expiry?.heard(asked.id);
    try {
      return await this.#requests.answer(asked, signal);
    } finally {
      if (this.state.connections.has(asked.id)) this.#expiry?.heard(asked.id);
      else this.#expiry?.forget(asked.id);
    }
  }

  /** Ends the connection and a Request for it that is under way; nothing when there is neither. Rejects with UnavailableError. */
  async close(id: string, signal: AbortSignal): Promise<void> {
    this.#attempts.supersede(id, 'Close');
    await this.#end(id, signal);
  }

  /** Ends the connection as if it had been lost, without ending a Request for it. False when there is none. */
  forget(id: string, signal: AbortSignal): Promise<boolean> {
    return this.#end(id, signal);
  }

  /** Says of connections that they are in this state; those that are not there are left out. Gives how many there are. */
  setState(ids: readonly string[], connectionState: State, signal: AbortSignal): Promise<number> {
    const { conduit } = this.settings;
    return this.#parts.book.change((state) => {
      const changes = ids.flatMap((id): Change[] => {
        const held = connectionIn(state, conduit, id);
        if (held === undefined) return [];
        const connection = { ...held.connection, state: connectionState };
        return [{ conduit, kind: 'put', held: { ...held, connection } }];
      });
      return { changes, answer: changes.length };
    }, signal);
  }

  /**
   * Moves bridge and connections to another subnet, and resolves when all of them are there, with how many there are.
   * Rejects with UnavailableError when that takes longer than a Request may; they go on moving then.
   */
  async changeSubnet(signal: AbortSignal): Promise<number> {
    const { conduit, requestMs } = this.settings;
    const { book, clock } = this.#parts;
    await book.change((state) => ({ changes: this.#move(state), answer: undefined }), signal);
    using budget = deadline(clock, requestMs);
    try {
      await this.upkeep.settled(AbortSignal.any([signal, budget.signal]));
    } catch (error) {
      if (error !== budget.signal.reason) throw error;
      const why = this.bridge.lastError || this.upkeep.lastError || 'the ipam is slow';
      throw new UnavailableError(`conduit "${conduit}" has not moved after ${requestMs} ms: ${why}`);
    }
    return this.state.connections.size;
  }

  /** Milliseconds until the connection is ended unless it is requested again; undefined for never. */
  expiresInMs(id: string): number | undefined {
    return this.#expiry?.leftMs(id);
  }

  /** Whether there is a bridge address, or the fault that there is none, may have changed. */
  faultChanged(): void {
    this.bridge.look();
  }

  /** Asks the IPAM for all addresses anew. */
  renew(): void {
    this.bridge.renew();
    this.upkeep.renew();
  }

  /** Why there is no bridge address, or what of the conduit is not renewed; empty when all is well. */
  get lastError(): string {
    return this.bridge.lastError || (this.#troubles[0]?.reason ?? '');
  }

  /** What was not renewed for longer than a renewal apart; undefined when everything was. */
  get overdue(): string | undefined {
    const since = this.#parts.clock.monotonic() - this.settings.renewMs;
    return this.#troubles.find(({ sinceMs }) => sinceMs <= since)?.reason;
  }

  get #troubles(): readonly Trouble[] {
    return [this.bridge.trouble, this.upkeep.trouble].filter((each) => each !== undefined);
  }

  /** A change of this conduit was made. */
  made(change: Change): void {
    const { counts, claims } = this.#parts;
    const { conduit } = this.settings;
    switch (change.kind) {
      case 'put':
        this.upkeep.lookAt(change.held.id);
        return;
      case 'delete':
        claims.drop(conduit, { kind: 'connection', id: change.last.id });
        this.#expiry?.forget(change.last.id);
        return;
      case 'subnet':
        claims.dropAll(conduit);
        this.bridge.moved();
        return;
      case 'owe':
        this.#releaser.look();
        return;
      case 'clear':
        counts.cleared[change.why] += 1;
        return;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#loops.map((loop) => loop[Symbol.asyncDispose]()));
  }

  /** The changes that make another subnet the present one. Its bridge may still be owed from an earlier time. */
  #move(state: BookState): Change[] {
    const { conduit, subnets } = this.settings;
    const own = state.get(conduit);
    if (own === undefined) return [];
    const bridge = { kind: 'bridge' } as const;
    const subnet = (own.subnet + 1) % subnets;
    const wanted = own.owed.get(owedKey({ subnet, owner: bridge }));
    const left = { subnet: own.subnet, owner: bridge, interfaceName: undefined };
    return [
      { conduit, kind: 'subnet', subnet },
      ...(wanted === undefined ? [] : [{ conduit, kind: 'clear', owed: wanted, why: 'wanted' } as const]),
      ...owing(this.#parts, own.owed, left),
    ];
  }

  /** A connection is not overdue while its client waits for the answer to a Request. */
  async #endOverdue(id: string, signal: AbortSignal): Promise<void> {
    if (this.#attempts.has(id)) return this.#expiry?.heard(id);
    await this.#end(id, signal, () => this.#expiry?.leftMs(id) === 0);
    if (!this.state.connections.has(id)) this.#expiry?.forget(id);
  }

  /** The IPAM has taken the addresses of all connections back, or is about to. */
  async #endAll(signal: AbortSignal): Promise<void> {
    const { counts, logger } = this.#parts;
    const ids = [...this.state.connections.keys()];
    let ended = 0;
    try {
      for (const id of ids) if (await this.#end(id, signal)) ended += 1;
    } finally {
      counts.orphaned += ended;
      const { conduit } = this.settings;
      const told = { conduit, connections: ended, reason: this.bridge.lastError };
      if (ended > 0) logger.warn(told, 'connections ended: the ipam has no such conduit any more');
    }
  }

  #end(id: string, signal: AbortSignal, still = () => true): Promise<boolean> {
    const { conduit } = this.settings;
    return this.#parts.book.change((state) => {
      const held = connectionIn(state, conduit, id);
      const own = state.get(conduit);
      if (held === undefined || own === undefined || !still()) return { changes: [], answer: false };
      return { changes: this.#addresses.end(held, own), answer: true };
    }, signal);
  }
}

function connectionIn(state: BookState, conduit: string, id: string): Held | undefined {
  return state.get(conduit)?.connections.get(id);
}
