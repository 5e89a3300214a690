// Which flow of a conduit a packet belongs to: the first that matches, in the order of priorities from the highest.
// Flows of one priority are in the order of their names, so that replicas agree whatever order they were told in.

import type { Packet } from '../packet/packet.ts';
import { DestinationIndex } from './destination-index.ts';
import type { Flow } from './flow.ts';

/** The flows of one conduit. It never changes: other flows have another classifier. */
export class Classifier {
  readonly #index: DestinationIndex;

  private constructor(index: DestinationIndex) {
    this.#index = index;
  }

  /** Indexes the flows; yields now and then. */
  static *indexing(flows: readonly Flow[]): Generator<void, Classifier, void> {
    const index = new DestinationIndex();
    for (const [rank, flow] of flows.toSorted(firstToWin).entries()) {
      index.add({ rank, flow });
      yield;
    }
    return new Classifier(index);
  }

  /** The flow of a packet; undefined when none matches. */
  flowOf(packet: Packet): Flow | undefined {
    return this.#index.winner(packet)?.flow;
  }
}

/** For sorting: what wins comes first. */
export function firstToWin(a: Pick<Flow, 'priority' | 'name'>, b: Pick<Flow, 'priority' | 'name'>): number {
  if (a.priority !== b.priority) return b.priority - a.priority;
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
