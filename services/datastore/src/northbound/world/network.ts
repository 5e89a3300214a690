// For the explorer: the real core behind two links, the real fan-out in front of it, and clients of any speed.

import { rootPath } from '@syncline/gnmi/path.ts';
import type { Simulation } from '@syncline/testkit/explorer.ts';
import { encodePath } from '../../core/path-wire.ts';
import type { CoreLimits, FromCore, Subscription, ToCore } from '../../core/protocol.ts';
import { Shard } from '../../core/shard.ts';
import { response, SimulatedDevice } from '../../core/world/device.ts';
import { emptyDisk } from '../../core/world/disk.ts';
import { Ingest } from '../../session/ingest.ts';
import { Fanout } from '../fanout.ts';
import type { NorthboundLimits } from '../limits.ts';
import type { Subscriber } from '../subscriber.ts';
import { type Reading, SimulatedClient } from './client.ts';

/** Bounds so small that clients fall behind all the time, and memory so long that none is given up. */
const coreLimits: CoreLimits = {
  windowBytes: 1 << 20,
  pathBytes: 4096,
  messageBytes: 60,
  pushChanges: 2,
  ringEntries: 1024,
  foldedEntries: 1000,
  commitRetryMs: { initial: 10, max: 100 },
  getBytes: 1 << 20,
};

/** How long the device waits for a reader at the most. */
export const backpressureMs = 20;

const northboundLimits: NorthboundLimits = {
  maxSubscribers: 10,
  queueBytes: 200,
  backpressureBytes: 100,
  backpressureMs,
  slowConsumerMs: 4_000,
  pageDeadlineMs: 8_000,
  maxPolls: 2,
  firstMessageMs: 1_000,
  maxPaths: 10,
  minSampleMs: 10,
  minHeartbeatMs: 10,
  getBytes: 1 << 20,
  getDeadlineMs: 1_000,
};

const datastore = 1;

export class SimulatedNetwork {
  readonly device: SimulatedDevice;
  readonly fanout: Fanout;
  readonly #sim: Simulation;
  readonly #shard: Shard;
  readonly #ingest: Ingest;

  constructor(sim: Simulation) {
    this.#sim = sim;
    this.device = new SimulatedDevice(sim, false);
    const fromCore = sim.link<FromCore>('core says', (message) => this.#hear(message), 50);
    const toCore = sim.link<ToCore>('core hears', (message) => this.#shard.receive(message), 50);
    const disk = emptyDisk();
    this.#shard = new Shard({
      clock: sim.clock,
      rng: sim.rng,
      failpoint: () => {},
      openStore: () => disk.reopened(),
      traced: false,
      send: (message) => fromCore.send(message),
    });
    this.fanout = new Fanout({ send: (message) => toCore.send(message) }, northboundLimits, sim.clock);
    this.#ingest = new Ingest({
      datastore,
      sync: 0,
      highWaterBytes: 1 << 20,
      clock: sim.clock,
      send: (message) => toCore.send(message),
      hold: (go) => this.fanout.hold(datastore, go),
      onIdle: () => {},
    });
    const syncs = [{ slot: 0, name: 'all', paths: [encodePath(rootPath)] }];
    this.#shard.receive({
      kind: 'open',
      request: 0,
      datastore,
      name: 'sim',
      file: ':memory:',
      syncs,
      limits: coreLimits,
    });
    this.#ingest.begin(1, { pause() {}, resume() {} });
    this.#ingest.append(response('sync'));
  }

  /** The device changes and says so; the core hears of it when it has taken what came before and its readers have
   * read. */
  change(setsOnly: boolean): void {
    this.#ingest.append(response(this.device.change(setsOnly)));
  }

  subscribe(mode: Subscription['mode'], reading: Reading, updatesOnly = false) {
    const client = new SimulatedClient(this.#sim, reading);
    const delivery = { kind: 'change', heartbeatMs: 0 } as const;
    const subscriber: Subscriber = this.fanout.subscribe(client, datastore, {
      mode,
      updatesOnly,
      paths: [{ path: encodePath(rootPath), delivery }],
      encoding: 2,
      target: '',
      depth: 0,
    });
    return { client, subscriber };
  }

  /** Deletes the datastore. */
  delete(): void {
    this.#shard.receive({ kind: 'close', request: 1, datastore, deleted: false });
  }

  #hear(message: FromCore): void {
    if (message.kind === 'ingested') this.#ingest.ingested();
    else if (message.kind === 'feed') this.fanout.feed(message);
    else if (message.kind === 'behind') this.fanout.behind(message);
    else if (message.kind === 'page') this.fanout.page(message);
    else if (message.kind === 'ended') this.fanout.ended(message);
  }
}
