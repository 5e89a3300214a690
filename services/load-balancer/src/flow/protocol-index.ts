// The flows of one destination by protocol.

import { type Transport, transports } from '@syncline/trench/transport.ts';
import type { Packet } from '../packet/packet.ts';
import { PortIndex } from './port-index.ts';
import { type Ranked, winner } from './ranked.ts';

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

  /** The flow that wins the packet, unless `best` does. */
  winner(packet: Packet, best: Ranked | undefined): Ranked | undefined {
    const { protocol } = packet;
    return protocol === 'icmp' ? winner(this.#all, packet, best) : this.#ports[protocol].winner(packet, best);
  }
}
