// For the explorer: the real session between a simulated device and the real core, which may crash.

import { rootPath } from '@syncline/gnmi/path.ts';
import { createLogger } from '@syncline/telemetry/logger.ts';
import type { Simulation } from '@syncline/testkit/explorer.ts';
import type { SyncListener, Told } from '../../core/host.ts';
import { encodePath } from '../../core/path-wire.ts';
import type { CoreStatus, FromCore } from '../../core/protocol.ts';
import { Shard } from '../../core/shard.ts';
import { SimulatedDevice } from '../../core/world/device.ts';
import { SimulatedReader } from '../../core/world/reader.ts';
import { tightLimits } from '../../core/world/world.ts';
import type { SyncMode } from '../plan.ts';
import { Session } from '../session.ts';
import { type Network, promptMs, SimulatedLine } from './line.ts';

const logger = createLogger({ service: 'explored', instance: 'explored', level: 'silent' });

export class SessionWorld {
  readonly device: SimulatedDevice;
  readonly session: Session;
  readonly network: Network;
  /** Batches the session has sent and the core has not taken. */
  underWay = 0;
  readonly #sim: Simulation;
  #listener: SyncListener | undefined;
  #core: Core;
  #reader: SimulatedReader | undefined;

  constructor(sim: Simulation, mode: SyncMode, faults: number) {
    this.#sim = sim;
    this.device = new SimulatedDevice(sim, true);
    this.network = { sim, device: this.device, streams: new Set(), faults };
    this.#core = new Core(sim, (message) => this.#hear(message));
    this.session = new Session(
      {
        datastore: 1,
        datastoreName: 'explored',
        slot: 0,
        name: 'all',
        plan: { mode, encoding: undefined, syncDeadlineMs: 60_000, syncLimitMs: 600_000 },
        endpoint: { address: 'device:1', security: { kind: 'plaintext' }, identity: { kind: 'none' } },
        interest: { targetName: '', paths: [rootPath] },
        epoch: 0,
      },
      {
        clock: sim.clock,
        rng: sim.rng,
        logger,
        traced: false,
        openLine: () => new SimulatedLine(this.network),
        settings: {
          retry: { initialMs: 1000, maxMs: 60_000, factor: 2, jitter: 0.5, resetAfterMs: 120_000 },
          slowRetryMs: 60_000,
          ingestBytes: 64,
        },
        host: {
          send: (message) => this.#tell(message),
          onSync: (_, __, listener) => {
            this.#listener = listener;
            return () => {};
          },
        },
      },
    );
  }

  /** The device changes and tells whoever is subscribed. */
  change(): void {
    const notification = this.device.change(false);
    for (const tell of this.network.streams) tell(notification);
  }

  /** The core worker crashes; another takes its place, from an empty disk. */
  crash(): void {
    this.#core.crash();
    this.#listener = undefined;
    this.underWay = 0;
    this.session.lost('core worker 0 ended');
    this.#core = new Core(this.#sim, (message) => this.#hear(message));
    this.#sim.schedule('reopened', () => this.session.start('worker_restart'));
  }

  observe(): CoreStatus | undefined {
    return this.#core.observe();
  }

  /** Reads the whole of running as a client does; settle before looking at its tree. */
  read(): SimulatedReader {
    this.#reader = new SimulatedReader(1, this.#sim, (message) => this.#core.hears.send(message), {
      mode: 'stream',
      updatesOnly: false,
      paths: [{ path: encodePath(rootPath), delivery: { kind: 'change', heartbeatMs: 0 } }],
      encoding: 2,
      target: '',
      depth: 0,
    });
    return this.#reader;
  }

  close(): void {
    this.session.stop('over');
    this.#core.close();
  }

  #tell(message: Told): void {
    if (message.kind === 'ingest') this.underWay += 1;
    this.#core.hears.send(message);
  }

  #hear(message: FromCore): void {
    if (message.kind === 'ingested') {
      this.underWay -= 1;
      this.#listener?.ingested(message.epoch);
    } else if (message.kind === 'sealed') this.#listener?.sealed(message.epoch);
    else if (message.kind === 'synced') this.#listener?.synced(message);
    this.#reader?.receive(message);
  }
}

/** A core worker behind its two links. */
class Core {
  readonly hears: { send(message: Parameters<Shard['receive']>[0]): void; cut(): unknown };
  readonly #says: { send(message: FromCore): void; cut(): unknown };
  readonly #shard: Shard;
  #status: CoreStatus | undefined;

  constructor(sim: Simulation, hear: (message: FromCore) => void) {
    this.#says = sim.link<FromCore>('core says', hear, promptMs);
    this.#shard = new Shard({
      clock: sim.clock,
      rng: sim.rng,
      traced: false,
      failpoint: () => {},
      send: (message) => this.#say(message),
    });
    this.hears = sim.link('core hears', (message) => this.#shard.receive(message), promptMs);
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

  observe(): CoreStatus | undefined {
    this.#status = undefined;
    this.#shard.receive({ kind: 'observe', request: -1, datastore: 1 });
    return this.#status;
  }

  crash(): void {
    this.hears.cut();
    this.#says.cut();
    this.close();
    this.#says.cut();
  }

  close(): void {
    this.#shard.receive({ kind: 'close', request: 1, datastore: 1, erase: false });
  }

  #say(message: FromCore): void {
    if (message.kind === 'reply' && 'syncs' in message.value) this.#status = message.value;
    else if (message.kind !== 'reply' && message.kind !== 'refusal') this.#says.send(message);
  }
}
