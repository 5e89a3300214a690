// The flows of a conduit by destination prefix. VIPs have few lengths, mostly that of one address, so a packet's
// candidates are found with one look for each length that occurs.

import { bits, type Family } from '@syncline/trench/address.ts';
import type { Prefix } from '@syncline/trench/prefix.ts';
import type { Packet } from '../packet/packet.ts';
import { ProtocolIndex } from './protocol-index.ts';
import type { Ranked } from './ranked.ts';

type Networks = Map<bigint, ProtocolIndex>;

/** Flows, added in the order of their ranks. */
export class DestinationIndex {
  readonly #anywhere = new ProtocolIndex();
  /** Of each family, by how many bits of an address are the host's, the flows of each network. */
  readonly #families: Readonly<Record<Family, Map<bigint, Networks>>> = { ipv4: new Map(), ipv6: new Map() };

  add(ranked: Ranked): void {
    const { destinations } = ranked.flow;
    if (destinations.length === 0) this.#anywhere.add(ranked);
    for (const index of new Set(destinations.map((prefix) => this.#of(prefix)))) index.add(ranked);
  }

  /** The flow that wins the packet; undefined when none takes it. */
  winner(packet: Packet): Ranked | undefined {
    const { family, value } = packet.destination;
    let best = this.#anywhere.winner(packet, undefined);
    for (const [hostBits, networks] of this.#families[family]) {
      const index = networks.get(value >> hostBits);
      if (index !== undefined) best = index.winner(packet, best);
    }
    return best;
  }

  #of({ address, length }: Prefix): ProtocolIndex {
    const hostBits = BigInt(bits(address.family) - length);
    const networks = entry(this.#families[address.family], hostBits, (): Networks => new Map());
    return entry(networks, address.value >> hostBits, () => new ProtocolIndex());
  }
}

function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
