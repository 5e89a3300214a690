// What the loops of a trench work with.

import type { Clock } from '@syncline/runtime/clock.ts';
import type { Liveness } from '@syncline/runtime/liveness.ts';
import type { Rng } from '@syncline/runtime/rng.ts';
import type { StopSignal } from '@syncline/runtime/stop-signal.ts';
import type { LoopNotes } from '../loop/note.ts';
import type { Ports } from '../ports.ts';
import type { StatusBoard } from '../stream/status-board.ts';
import type { ConduitTimings } from '../timings.ts';

/** Shared by all conduits and streams of a trench. */
export interface ConduitParts {
  readonly ports: Ports;
  readonly timings: ConduitTimings;
  /** Where the streams show their status. */
  readonly board: StatusBoard;
  readonly notes: LoopNotes;
  readonly clock: Clock;
  readonly rng: Rng;
  readonly liveness: Liveness;
  /** Fails when a loop throws. */
  readonly stop: StopSignal;
}
