// The flows of one destination and protocol by destination port. Flows of a few ports are found by the port; those of
// many are tried one by one, so an index has at most a few entries for each flow.

import type { Packet } from '../packet/packet.ts';
import type { Flow } from './flow.ts';
import { type Ranked, winner } from './ranked.ts';

/** Flows of more ports than this are not entered for each of them. */
const narrowPorts = 16;

/** Flows, added in the order of their ranks. */
export class PortIndex {
  readonly #narrow = new Map<number, Ranked[]>();
  readonly #wide: Ranked[] = [];

  add(ranked: Ranked): void {
    const ports = narrowPortsOf(ranked.flow);
    if (ports === undefined) this.#wide.push(ranked);
    else for (const port of ports) this.#at(port).push(ranked);
  }

  /** The flow that wins the packet, unless `best` does. */
  winner(packet: Packet, best: Ranked | undefined): Ranked | undefined {
    const narrow = this.#narrow.get(packet.destinationPort);
    return winner(this.#wide, packet, narrow === undefined ? best : winner(narrow, packet, best));
  }

  #at(port: number): Ranked[] {
    const known = this.#narrow.get(port);
    if (known !== undefined) return known;
    const added: Ranked[] = [];
    this.#narrow.set(port, added);
    return added;
  }
}

/** The flow's destination ports; undefined when they are many or all. */
function narrowPortsOf({ destinationPorts }: Flow): ReadonlySet<number> | undefined {
  const count = destinationPorts.reduce((sum, { first, last }) => sum + last - first + 1, 0);
  if (count === 0 || count > narrowPorts) return undefined;
  return new Set(
    destinationPorts.flatMap(({ first, last }) =>
      Array.from({ length: last - first + 1 }, (_, i) => first + i),
    ),
  );
}
