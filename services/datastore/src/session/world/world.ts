// For the explorer: the real session between a simulated device and the real core, whose disk may refuse and whose
// worker may crash.

import assert from 'node:assert';
import { rootPath } from '@syncline/gnmi/path.ts';
import { createLogger } from '@syncline/telemetry/logger.ts';
import type { Simulation } from '@syncline/testkit/explorer.ts';
import type { CorePoint } from '../../core/failpoints.ts';
import type { SyncListener, Told } from '../../core/host.ts';
import { encodePath } from '../../core/path-wire.ts';
import type { CoreStatus, FromCore } from '../../core/protocol.ts';
import { SimulatedDevice } from '../../core/world/device.ts';
import { type Disk, emptyDisk } from '../../core/world/disk.ts';
import { SimulatedReader } from '../../core/world/reader.ts';
import type { Said } from '../../core/world/said.ts';
import type { SyncMode } from '../plan.ts';
import { Session } from '../session.ts';
import { SimulatedCore } from './core.ts';
import { type Network, SimulatedLine } from './line.ts';

const logger = createLogger({ service: 'explored', instance: 'explored', level: 'silent' });

export class SessionWorld {
  readonly device: SimulatedDevice;
  readonly session: Session;
  readonly network: Network;
  readonly disk: Disk = emptyDisk();
  /** Batches the session has sent and the core has not taken. */
  underWay = 0;
  readonly #sim: Simulation;
  #listener: SyncListener | undefined;
  #core: SimulatedCore;
  #reader: SimulatedReader | undefined;

  constructor(sim: Simulation, mode: SyncMode, faults: number) {
    this.#sim = sim;
    this.device = new SimulatedDevice(sim, true);
    this.network = { sim, device: this.device, streams: new Set(), faults };
    this.#core = this.#openCore();
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
        awake: sim.clock,
        rng: sim.rng,
        logger,
        traced: false,
        openLine: () => new SimulatedLine(this.network),
        // Readers ask for a wait at any time, and it may end as soon as it has begun.
        hold: (_, go) => (sim.choose(3) === 2 ? sim.clock.setTimer(sim.choose(20), go) : undefined),
        settings: {
          retry: { initialMs: 1000, maxMs: 60_000, factor: 2, jitter: 0.5, resetAfterMs: 120_000 },
          slowRetryMs: 60_000,
          ingestBytes: 64,
        },
        host: {
          send: (message) => this.#tell(message),
          onSync: (_, __, listener) => {
            this.#listener = listener;
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

  /** What the core has said of the session's epochs. */
  get coreSaid(): Said {
    return this.#core.said;
  }

  /** The core worker crashes: now, or when it next comes to a point of its work. */
  crash(when: 'now' | CorePoint): void {
    if (when === 'now') this.#crashed();
    else this.#core.crashAt(when);
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
    this.#replaceCore();
    this.#core.close();
  }

  #openCore(): SimulatedCore {
    return new SimulatedCore({
      sim: this.#sim,
      disk: this.disk,
      hear: (message) => this.#hear(message),
      crashed: () => this.#crashed(),
    });
  }

  #crashed(): void {
    this.#listener = undefined;
    this.underWay = 0;
    this.session.lost('core worker 0 ended');
    this.#replaceCore();
    this.#sim.schedule('reopened', () => this.session.start('worker_restart'));
  }

  /** Another worker takes the place of the core, and finds on disk what was committed, no more and no less. */
  #replaceCore(): void {
    const committed = this.#core.contents();
    this.#core.lose();
    this.#core = this.#openCore();
    assert.deepStrictEqual(this.#core.contents(), committed);
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
    else if (message.kind === 'synced') this.#listener?.synced(message.epoch);
    this.#reader?.receive(message);
  }
}
