// What is known of a conduit's one connection, from what Requests answered and what the monitor told, whichever came
// first. It does no I/O and decides nothing; snapshots leave it frozen.
// Invariants: the epoch grows exactly when the set of local addresses changes; no addresses are believed to be no
// addresses only after the grace; whatever may exist at the proxy is noted before it is asked for.

import { type Prefix, printPrefix } from '@syncline/trench/prefix.ts';
import type { Connection, ConnectionEvent } from '../ports.ts';
import { ipsKeyOf } from '../stream/identifiers.ts';
import type { ConnectionSnapshot } from '../stream/stream-view.ts';
import { ownAddresses } from './own-addresses.ts';

/**
 * none: no Request has succeeded yet, or Close has. lost: the proxy does not have it any more. closing: Close was
 * sent. Otherwise as the proxy says.
 */
export type LinkKind = 'none' | 'up' | 'down' | 'lost' | 'closing';

/** One connection of one conduit. */
export class Link {
  readonly #emptyGraceMs: number;
  #kind: LinkKind = 'none';
  #detail = '';
  #connection: Connection | undefined;
  #snapshot: ConnectionSnapshot | undefined;
  #own: readonly Prefix[] = [];
  #isCertain = true;
  #vips: readonly Prefix[] = [];
  #epoch = 0;
  #emptyAtMs = Number.POSITIVE_INFINITY;
  #mayExist = false;
  #hasHeardInitial = false;
  #hasAnsweredSinceOpen = false;
  /** What the monitor told while a Request was under way: it may be older or newer than what the Request answers. */
  #heard: Connection | 'deleted' | undefined;

  constructor(emptyGraceMs: number) {
    this.#emptyGraceMs = emptyGraceMs;
  }

  get kind(): LinkKind {
    return this.#kind;
  }

  /** Why it is down or lost. */
  get detail(): string {
    return this.#detail;
  }

  /** As it was told last; before the first Request, the one that the monitor found. */
  get connection(): Connection | undefined {
    return this.#connection;
  }

  /** Undefined before the first connection and after Close; it stays while the link is down or lost. */
  get snapshot(): ConnectionSnapshot | undefined {
    return this.#snapshot;
  }

  /** The addresses of the snapshot. */
  get own(): readonly Prefix[] {
    return this.#own;
  }

  /** Whether the connection could tell its addresses last. */
  get isCertain(): boolean {
    return this.#isCertain;
  }

  /** When it is to be believed that there are no addresses; Infinity when there are. */
  get emptyAtMs(): number {
    return this.#emptyAtMs;
  }

  /** The proxy may have a connection with our id. */
  get mayExist(): boolean {
    return this.#mayExist;
  }

  /** The monitor has told whether there was a connection before. */
  get hasHeardInitial(): boolean {
    return this.#hasHeardInitial;
  }

  /** A monitor is being opened: its first event tells what is there. */
  monitorOpened(): void {
    this.#hasAnsweredSinceOpen = false;
  }

  hear(event: ConnectionEvent, nowMs: number): void {
    switch (event.kind) {
      case 'initial':
        this.#hasHeardInitial = true;
        if (event.connection !== undefined) this.#tell(event.connection, nowMs);
        // What a monitor tells first may have been put together before the Request that succeeded since.
        else if (this.#isThere && !this.#hasAnsweredSinceOpen)
          this.#lose('the proxy does not have the connection any more');
        return;
      case 'update':
        return this.#tell(event.connection, nowMs);
      case 'delete':
        return this.#lose('the connection was deleted');
    }
  }

  /** A Request is about to be sent. */
  asking(): void {
    this.#mayExist = true;
    this.#heard = undefined;
  }

  /**
   * The Request succeeded. What the monitor told meanwhile stands, but false is returned when it is not what the answer
   * says: then one of the two is old, and nobody knows which.
   */
  answered(connection: Connection, nowMs: number): boolean {
    this.#hasAnsweredSinceOpen = true;
    if (this.#heard === 'deleted') return false;
    const heard = this.#heard ?? connection;
    this.#take(heard, nowMs);
    return heard === connection || this.#standKey(heard) === this.#standKey(connection);
  }

  /** Close is about to be sent: nobody may build on the connection any more. */
  closing(): void {
    this.#kind = 'closing';
    this.#forget();
  }

  /** Close succeeded, or is given up. */
  closed(): void {
    this.#kind = 'none';
    this.#connection = undefined;
    this.#mayExist = false;
    this.#forget();
  }

  /** The VIPs are never the target's own addresses. */
  setVips(vips: readonly Prefix[], nowMs: number): void {
    this.#vips = vips;
    this.#look(nowMs);
  }

  /** The grace is over, and there are still no addresses. */
  believeEmpty(): void {
    this.#emptyAtMs = Number.POSITIVE_INFINITY;
    this.#adopt([]);
  }

  get #isThere(): boolean {
    return this.#kind === 'up' || this.#kind === 'down';
  }

  #tell(connection: Connection, nowMs: number): void {
    this.#heard = connection;
    this.#mayExist = true;
    switch (this.#kind) {
      case 'none':
        this.#connection = connection;
        return;
      case 'closing':
        return;
      case 'up':
      case 'down':
      case 'lost':
        this.#take(connection, nowMs);
    }
  }

  #lose(detail: string): void {
    this.#heard = 'deleted';
    this.#connection = undefined;
    if (!this.#isThere) return;
    this.#kind = 'lost';
    this.#detail = detail;
    this.#emptyAtMs = Number.POSITIVE_INFINITY;
  }

  #take(connection: Connection, nowMs: number): void {
    this.#kind = connection.state;
    this.#detail = connection.state === 'up' ? '' : 'the connection is down';
    this.#connection = connection;
    this.#look(nowMs);
  }

  #look(nowMs: number): void {
    if (this.#connection === undefined || !this.#isThere) return;
    const { ips, isCertain } = ownAddresses(this.#connection, this.#vips, this.#own);
    this.#isCertain = isCertain;
    if (ips.length === 0 && this.#own.length > 0) {
      this.#emptyAtMs = Math.min(this.#emptyAtMs, nowMs + this.#emptyGraceMs);
      return;
    }
    this.#emptyAtMs = Number.POSITIVE_INFINITY;
    this.#adopt(ips);
  }

  /** What is built on of a connection, but for its VIPs: those are asked for by themselves. */
  #standKey(connection: Connection): string {
    const { ips } = ownAddresses(connection, this.#vips, this.#own);
    return [connection.state, setKeyOf(ips), setKeyOf(connection.gateways)].join(' ');
  }

  #adopt(own: readonly Prefix[]): void {
    const localIps = [...new Set(own.map(printPrefix))].toSorted();
    const ipsKey = ipsKeyOf(localIps);
    const gateways = (this.#connection?.gateways ?? []).map(printPrefix).toSorted();
    const before = this.#snapshot;
    if (before?.ipsKey === ipsKey && before.gateways.join() === gateways.join()) return;
    if (before?.ipsKey !== ipsKey) this.#epoch += 1;
    this.#own = own;
    this.#snapshot = Object.freeze({
      epoch: this.#epoch,
      localIps: Object.freeze(localIps),
      ipsKey,
      gateways: Object.freeze(gateways),
    });
  }

  #forget(): void {
    this.#snapshot = undefined;
    this.#own = [];
    this.#emptyAtMs = Number.POSITIVE_INFINITY;
  }
}

function setKeyOf(prefixes: readonly Prefix[]): string {
  return ipsKeyOf(prefixes.map(printPrefix));
}
