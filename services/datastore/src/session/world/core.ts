// For the explorer: a core worker behind its two links. Its disk outlives it; of all else a crash leaves nothing.

import { rootPath } from '@syncline/gnmi/path.ts';
import { GetResponse } from '@syncline/proto/gnmi.ts';
import type { Clock } from '@syncline/runtime/clock.ts';
import type { Simulation } from '@syncline/testkit/explorer.ts';
import type { CorePoint } from '../../core/failpoints.ts';
import { encodePath } from '../../core/path-wire.ts';
import type { CoreStatus, FromCore, Query, ToCore } from '../../core/protocol.ts';
import { Shard } from '../../core/shard.ts';
import type { Place } from '../../core/world/device.ts';
import type { Disk } from '../../core/world/disk.ts';
import { placeOf } from '../../core/world/reader.ts';
import { Said } from '../../core/world/said.ts';
import { tightLimits } from '../../core/world/world.ts';
import { promptMs } from './line.ts';

/** What a core worker meets. */
export interface CoreSurroundings {
  readonly sim: Simulation;
  readonly disk: Disk;
  readonly hear: (message: FromCore) => void;
  /** The worker has crashed in the middle of its work. */
  readonly crashed: () => void;
}

/** Ends the work of a core wherever it is: nothing in the core catches it. */
class Crash extends Error {
  override name = 'Crash';
}

export class SimulatedCore {
  readonly hears: { send(message: ToCore): void; cut(): unknown };
  readonly said: Said = new Said();
  readonly #surroundings: CoreSurroundings;
  readonly #says: { send(message: FromCore): void; cut(): unknown };
  readonly #shard: Shard;
  #status: CoreStatus | undefined;
  #got: ArrayBuffer | undefined;
  #crashesAt: CorePoint | undefined;
  #closed = false;

  constructor(surroundings: CoreSurroundings) {
    const { sim, disk, hear } = surroundings;
    this.#surroundings = surroundings;
    this.#says = sim.link<FromCore>('core says', hear, promptMs);
    const clock: Clock = {
      monotonic: () => sim.clock.monotonic(),
      now: () => sim.clock.now(),
      setTimer: (ms, fire) => sim.clock.setTimer(ms, () => this.#work(fire)),
    };
    this.#shard = new Shard({
      clock,
      rng: sim.rng,
      traced: false,
      openStore: () => disk.reopened(),
      failpoint: (point) => this.#pass(point),
      send: (message) => this.#say(message),
    });
    this.hears = sim.link<ToCore>(
      'core hears',
      (message) => this.#work(() => this.#shard.receive(message)),
      promptMs,
    );
    this.#shard.receive({
      kind: 'open',
      request: 0,
      datastore: 1,
      name: 'explored',
      file: ':memory:',
      syncs: [{ slot: 0, name: 'all', paths: [encodePath(rootPath)] }],
      limits: tightLimits,
    });
  }

  /** What the core says of itself, between two messages; undefined once it is closed. */
  observe(): CoreStatus | undefined {
    this.#status = undefined;
    if (!this.#closed) this.#shard.receive({ kind: 'observe', request: -1, datastore: 1 });
    return this.#status;
  }

  /** Running as the core has it in memory. */
  contents(): { version: number | undefined; leaves: Map<Place, unknown> } {
    const query: Query = { paths: [encodePath(rootPath)], type: 0, encoding: 2, target: '', depth: 0 };
    this.#shard.receive({ kind: 'get', request: -1, datastore: 1, query });
    const { notification } = GetResponse.decode(new Uint8Array(this.#got ?? new ArrayBuffer(0)));
    const leaves = notification.flatMap(({ update }) =>
      update.map(({ path, val }) => [placeOf(path?.elem ?? []), val?.value] as const),
    );
    return { version: this.observe()?.version, leaves: new Map(leaves) };
  }

  /** From now on the worker crashes when it comes to this point. */
  crashAt(point: CorePoint): void {
    this.#crashesAt = point;
  }

  /** The worker has crashed: what it was told and what it has said is lost, on both links. */
  lose(): void {
    this.hears.cut();
    this.#says.cut();
    this.close();
    this.#says.cut();
  }

  close(): void {
    this.#closed = true;
    this.#shard.receive({ kind: 'close', request: 1, datastore: 1, deleted: false });
  }

  #work(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
      this.#surroundings.crashed();
    }
  }

  #pass(point: CorePoint): void {
    if (point === this.#crashesAt) throw new Crash(`crashed at ${point}`);
    this.#surroundings.disk.pass(point);
  }

  /** An answer is taken at once: it is the test's question, not the main thread's. */
  #say(message: FromCore): void {
    this.said.note(message);
    if (message.kind === 'reply' && 'syncs' in message.value) this.#status = message.value;
    else if (message.kind === 'reply' && 'response' in message.value) this.#got = message.value.response;
    else if (message.kind !== 'reply' && message.kind !== 'refusal') this.#says.send(message);
  }
}
