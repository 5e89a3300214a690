// Taps without processes: the ambassador and its lines, as main puts them together, many of them in one process. They talk
// to a real NSP and a real proxy over sockets.

import { parseSettings } from '@syncline/rpc/settings.ts';
import { systemClock as clock } from '@syncline/runtime/clock.ts';
import { Liveness } from '@syncline/runtime/liveness.ts';
import { systemRng as rng } from '@syncline/runtime/rng.ts';
import { StopSignal } from '@syncline/runtime/stop-signal.ts';
import { environmentOf, type Settings } from '@syncline/testkit/service-process.ts';
import type { StreamName } from '@syncline/trench/stream-name.ts';
import { Ambassador } from '../../services/tap/src/ambassador/ambassador.ts';
import { settings as table } from '../../services/tap/src/config.ts';
import { Inbox } from '../../services/tap/src/link/inbox.ts';
import { openNeighbours } from '../../services/tap/src/link/neighbours.ts';
import { neighboursOf } from '../../services/tap/src/settings/neighbours.ts';
import { timingsOf } from '../../services/tap/src/settings/timings.ts';
import type { StreamStatus } from '../../services/tap/src/stream/status.ts';
import { StatusBoard } from '../../services/tap/src/stream/status-board.ts';
import { quickSettings } from './settings.ts';
import type { Neighbours } from './tap-under-test.ts';

export class AmbassadorInProcess implements AsyncDisposable {
  readonly name: string;
  readonly #ambassador: Ambassador;
  readonly #board = new StatusBoard(clock);

  constructor(name: string, { nsp, proxy }: Neighbours, settings: Settings = {}) {
    const all = quickSettings('tap', { name, nsp, proxy, ...settings });
    const config = parseSettings(environmentOf('tap', all), table);
    const neighbours = neighboursOf(config);
    const inbox = new Inbox((error) => {
      throw error;
    });
    this.name = name;
    this.#ambassador = new Ambassador({
      trench: {
        timings: timingsOf(config),
        board: this.#board,
        notes: { stream: () => undefined, conduit: () => undefined },
        clock,
        rng,
        liveness: new Liveness(clock),
        stop: new StopSignal(),
      },
      limits: { streams: config.streams, conduits: config.conduits },
      openNeighbours: (trench) => openNeighbours(neighbours, trench, clock, inbox),
    });
  }

  open(stream: StreamName): void {
    this.#ambassador.open(stream);
  }

  close(stream: StreamName): void {
    this.#ambassador.close(stream);
  }

  statusOf({ stream }: StreamName): StreamStatus | undefined {
    return this.#board.rows.value.find((row) => row.stream.stream === stream)?.status;
  }

  /** Gives back all it holds; true when that was done in time. */
  drain(budgetMs: number): Promise<boolean> {
    return this.#ambassador.drain(AbortSignal.timeout(budgetMs));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#ambassador[Symbol.asyncDispose]();
  }
}
