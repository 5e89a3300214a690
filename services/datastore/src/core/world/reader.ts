// For the explorer: a northbound subscriber as the main thread treats one, of any speed, and the tree it has rebuilt
// from its stream.
import { type Notification, SubscribeResponse } from '@syncline/proto/gnmi.ts';
import type { Simulation } from '@syncline/testkit/explorer.ts';
import type { FromCore, Page, Subscription, ToCore } from '../protocol.ts';
import type { Place } from './device.ts';

export class SimulatedReader {
  readonly id: number;
  readonly tree: Map<Place, bigint> = new Map();
  /** Values received, and values that were said to be left out, by leaf. */
  readonly shown: Map<Place, number> = new Map();
  readonly swallowed: Map<Place, number> = new Map();
  coalesced = 0;
  /** Values that were sent although the reader had them already. */
  repeats = 0;
  synced = false;
  ended: string | undefined;
  #feed: number | undefined;
  #head = 0;
  readonly #sim: Simulation;
  readonly #send: (message: ToCore) => void;

  constructor(id: number, sim: Simulation, send: (message: ToCore) => void, subscription: Subscription) {
    this.id = id;
    this.#sim = sim;
    this.#send = send;
    send({ kind: 'subscribe', datastore: 1, subscriber: id, subscription });
  }

  receive(message: FromCore): void {
    if (message.kind === 'page' && message.subscriber === this.id) this.#page(message);
    else if (message.kind === 'ended' && message.subscriber === this.id) this.ended = message.code;
    else if (message.kind === 'feed' && message.feed === this.#feed) this.#push(message.frames, message.head);
    else if (message.kind === 'behind' && message.feed === this.#feed) this.#stop();
  }

  #page(page: Page): void {
    this.coalesced += page.coalesced;
    this.#apply(page.frames);
    if (page.sync) this.synced = true;
    if (page.then.kind === 'more') this.#pullLater();
    if (page.then.kind === 'live') {
      this.#feed = page.then.feed;
      this.#head = page.then.head;
    }
  }

  /** A push: taken, or the moment at which this reader turns out to be slow. */
  #push(frames: ArrayBuffer, head: number): void {
    if (this.#sim.choose(3) === 2) {
      this.#send({ kind: 'lag', datastore: 1, subscriber: this.id, cursor: this.#head });
      this.#stop();
      return;
    }
    this.#apply(frames);
    this.#head = head;
  }

  #stop(): void {
    this.#feed = undefined;
    this.#pullLater();
  }

  #pullLater(): void {
    this.#sim.schedule(`reader ${this.id} drains`, () =>
      this.#send({ kind: 'pull', datastore: 1, subscriber: this.id }),
    );
  }

  #apply(frames: ArrayBuffer): void {
    const bytes = Buffer.from(frames);
    for (let at = 0; at < bytes.length; ) {
      const end = at + 5 + bytes.readUInt32BE(at + 1);
      const { response } = SubscribeResponse.decode(bytes.subarray(at + 5, end));
      if (response?.$case === 'update') this.#notification(response.value);
      at = end;
    }
  }

  #notification(notification: Notification): void {
    for (const path of notification.delete) this.tree.delete(placeOf(path.elem));
    for (const { path, val, duplicates } of notification.update) {
      const place = placeOf(path?.elem ?? []);
      if (val?.value?.$case !== 'intVal') throw new Error(`an update without a value at ${place}`);
      if (this.tree.get(place) === val.value.value) this.repeats++;
      this.tree.set(place, val.value.value);
      this.shown.set(place, (this.shown.get(place) ?? 0) + 1);
      this.swallowed.set(place, (this.swallowed.get(place) ?? 0) + duplicates);
    }
  }
}

/** The place that a path of the simulated tree names. */
export function placeOf(elems: readonly { name: string; key: Record<string, string> }[]): Place {
  return elems.map(({ name, key }) => key.k ?? name).join('/');
}
