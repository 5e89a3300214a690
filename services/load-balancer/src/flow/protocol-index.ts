// The flows of one destination by protocol.

import { type Protocol, type Transport, transports } from '../packet/protocol.ts';
import { PortIndex, type Ranked } from './port-index.ts';

/** Flows, added in the order of their ranks. */
export class ProtocolIndex {
  readonly #all: Ranked[] = [];
  readonly #ports: Readonly<Record<Transport, PortIndex>> = {
    tcp: new PortIndex(),
    udp: new PortIndex(),
    sctp: new PortIndex(),
  };

  add(ranked: Ranked): void {
    const { protocols } = ranked.flow;
    this.#all.push(ranked);
    for (const transport of new Set(protocols.length === 0 ? transports : protocols)) {
      this.#ports[transport].add(ranked);
    }
  }

  /** Lists that together hold each flow that may take such a packet, each in the order of ranks. */
  candidates(protocol: Protocol, port: number): readonly (readonly Ranked[])[] {
    return protocol === 'icmp' ? [this.#all] : this.#ports[protocol].candidates(port);
  }
}
