// For the explorer: a device, its session, the core behind two links, a disk that refuses when told to, and readers.
import { type Path, rootPath } from '@syncline/gnmi/path.ts';
import type { Simulation } from '@syncline/testkit/explorer.ts';
import { encodePath } from '../path-wire.ts';
import type { CoreLimits, CoreStatus, FromCore, SelectedPath, ToCore } from '../protocol.ts';
import { Shard } from '../shard.ts';
import { Batches } from './batches.ts';
import { response, SimulatedDevice } from './device.ts';
import { type Disk, emptyDisk } from './disk.ts';
import { SimulatedReader } from './reader.ts';
import { Said } from './said.ts';

/** Bounds so small that every one of them is met. */
export const tightLimits: CoreLimits = {
  windowBytes: 4,
  pathBytes: 4096,
  messageBytes: 60,
  pushChanges: 4,
  ringEntries: 16,
  foldedEntries: 1000,
  commitRetryMs: { initial: 10, max: 100 },
  getBytes: 1 << 20,
};

export class World {
  readonly device: SimulatedDevice;
  readonly readers: SimulatedReader[] = [];
  readonly disk: Disk = emptyDisk();
  epoch = 0;
  syncedEpoch = 0;
  status: CoreStatus | undefined;
  readonly #sim: Simulation;
  readonly #said: Said = new Said();
  readonly #shard: Shard;
  readonly #toCore: { send(message: ToCore): void };
  readonly #fromCore: { send(message: FromCore): void };
  readonly #wire: { send(message: { epoch: number; bytes: Uint8Array }): void; cut(): unknown };
  readonly #batches: Batches;
  #closed = false;

  constructor(sim: Simulation, options: { fewValues?: boolean; limits?: Partial<CoreLimits> } = {}) {
    const { fewValues = false, limits = {} } = options;
    this.#sim = sim;
    this.device = new SimulatedDevice(sim, fewValues);
    this.#fromCore = sim.link<FromCore>('core says', (message) => this.#hear(message));
    this.#shard = new Shard({
      clock: sim.clock,
      rng: sim.rng,
      traced: false,
      openStore: () => this.disk.reopened(),
      send: (message) => this.#say(message),
      failpoint: (point) => this.disk.pass(point),
    });
    this.#toCore = sim.link<ToCore>('core hears', (message) => this.#shard.receive(message));
    this.#batches = new Batches((chunk) =>
      this.#toCore.send({ kind: 'ingest', datastore: 1, sync: 0, epoch: this.epoch, chunk }),
    );
    this.#wire = sim.link('device sends', ({ epoch, bytes }) => {
      if (epoch === this.epoch) this.#batches.append(bytes);
    });
    this.#shard.receive({
      kind: 'open',
      request: 0,
      datastore: 1,
      name: 'sim',
      file: ':memory:',
      syncs: [{ slot: 0, name: 'all', paths: [encodePath(rootPath)] }],
      limits: { ...tightLimits, ...limits },
    });
  }

  /** The session breaks and is begun anew: what was on its way is lost, the device dumps its tree. */
  connect(): void {
    this.#wire.cut();
    this.#batches.restart();
    if (this.epoch > 0) this.#toCore.send({ kind: 'end', datastore: 1, sync: 0, epoch: this.epoch });
    this.epoch++;
    this.#toCore.send({ kind: 'begin', datastore: 1, sync: 0, epoch: this.epoch });
    for (const notification of this.device.dump()) this.#send(response(notification));
    this.#send(response('sync'));
  }

  /** The device changes and says so. */
  change(setsOnly: boolean): void {
    const notification = this.device.change(setsOnly);
    if (this.epoch > 0) this.#send(response(notification));
  }

  /** A further sync_response, which some devices send (datastore.md 6.6, F8). */
  repeatSync(): void {
    if (this.epoch > 0) this.#send(response('sync'));
  }

  read(path: Path = rootPath): SimulatedReader {
    const delivery: SelectedPath['delivery'] = { kind: 'change', heartbeatMs: 0 };
    const reader = new SimulatedReader(
      this.readers.length + 1,
      this.#sim,
      (message) => this.#toCore.send(message),
      {
        mode: 'stream',
        updatesOnly: false,
        paths: [{ path: encodePath(path), delivery }],
        encoding: 2,
        target: '',
        depth: 0,
      },
    );
    this.readers.push(reader);
    return reader;
  }

  /** What the core says of itself now, between two messages; undefined once it is closed. */
  observe(): CoreStatus | undefined {
    this.status = undefined;
    if (!this.#closed) this.#shard.receive({ kind: 'observe', request: -1, datastore: 1 });
    return this.status;
  }

  close(): void {
    this.#closed = true;
    this.#shard.receive({ kind: 'close', request: 1, datastore: 1, deleted: false });
  }

  /** An answer to observe() is taken at once: it is the test's question, not the main thread's. */
  #say(message: FromCore): void {
    this.#said.note(message);
    if (message.kind === 'reply' && 'syncs' in message.value) this.status = message.value;
    else if (message.kind !== 'refusal') this.#fromCore.send(message);
  }

  #send(bytes: Uint8Array): void {
    this.#wire.send({ epoch: this.epoch, bytes });
  }

  #hear(message: FromCore): void {
    if (message.kind === 'ingested') this.#batches.taken();
    else if (message.kind === 'synced') this.syncedEpoch = message.epoch;
    for (const reader of this.readers) reader.receive(message);
  }
}
