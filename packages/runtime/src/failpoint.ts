// Named places in the code where a test can make this process fail as a real one would.
// A point that is not armed costs one Map look-up.

import { type Fault, parseFailpoints } from './failpoint-spec.ts';

/** How faults are performed; main.ts gives the real ones. */
export interface FailpointActions {
  /** Ends the process at once, without any cleanup. */
  kill(): void;
  /** Ends the process with `code`. */
  exit(code: number): void;
  /** Returns after `ms` (Infinity: never), holding the thread. */
  block(ms: number): void;
}

/** The failpoint was told to throw. */
export class FailpointError extends Error {
  override name = 'FailpointError';
  readonly point: string;

  constructor(point: string, message: string) {
    super(message);
    this.point = point;
  }
}

interface Armed {
  readonly fault: Fault;
  readonly onHit: number | undefined;
  hits: number;
}

/**
 * The failpoints of a process. `Point` is the union of their names, so that a misspelled one does not
 * compile.
 */
export class Failpoints<Point extends string> {
  readonly #armed = new Map<string, Armed>();
  readonly #actions: FailpointActions;

  /** Arms what `spec` says (see parseFailpoints; empty arms nothing). Throws FailpointSpecError. */
  constructor(points: readonly Point[], spec: string, actions: FailpointActions) {
    this.#actions = actions;
    for (const { point, fault, onHit } of parseFailpoints(spec, points)) {
      this.#armed.set(point, { fault, onHit, hits: 0 });
    }
  }

  /** Passes a point. Throws FailpointError when told to. */
  hit(point: Point): void {
    const fault = this.#due(point);
    if (fault !== undefined) this.#perform(point, fault);
  }

  #due(point: Point): Fault | undefined {
    const armed = this.#armed.get(point);
    if (armed === undefined) return undefined;
    armed.hits += 1;
    return armed.onHit === undefined || armed.onHit === armed.hits ? armed.fault : undefined;
  }

  #perform(point: Point, fault: Fault): void {
    switch (fault.kind) {
      case 'kill':
        return this.#actions.kill();
      case 'exit':
        return this.#actions.exit(fault.code);
      case 'block':
        return this.#actions.block(fault.ms);
      case 'error':
        throw new FailpointError(point, fault.message);
    }
  }
}
