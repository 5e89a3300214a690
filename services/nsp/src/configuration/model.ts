// The objects of a trench as they are configured, parents by reference. The fields are named as those of nsp.v1.

export interface Trench {
  readonly name: string;
}

export interface PortNat {
  readonly port: number;
  readonly targetPort: number;
  readonly vips: readonly Vip[];
  /** tcp, udp or sctp. */
  readonly protocol: string;
}

export interface Conduit {
  readonly name: string;
  readonly trench: Trench;
  readonly destinationPortNats: readonly PortNat[];
}

export interface Stream {
  readonly name: string;
  readonly conduit: Conduit;
  /** From 1 to 10,000. */
  readonly maxTargets: number;
}

export interface Flow {
  readonly name: string;
  readonly sourceSubnets: readonly string[];
  readonly destinationPortRanges: readonly string[];
  readonly sourcePortRanges: readonly string[];
  readonly protocols: readonly string[];
  /** From 0; of the flows that match, the highest wins. */
  readonly priority: number;
  readonly stream: Stream;
  readonly vips: readonly Vip[];
  readonly byteMatches: readonly string[];
}

export interface Vip {
  readonly name: string;
  /** A prefix without host bits. */
  readonly address: string;
  readonly trench: Trench;
}

export interface Attractor {
  readonly name: string;
  readonly trench: Trench;
  readonly vips: readonly Vip[];
  readonly gateways: readonly Gateway[];
}

export interface Gateway {
  readonly name: string;
  readonly address: string;
  readonly ipFamily: string;
  readonly protocol: 'bgp' | 'static';
  readonly remoteASN: number;
  readonly localASN: number;
  readonly remotePort: number;
  readonly localPort: number;
  /** Seconds; 0 leaves it to the router. */
  readonly holdTime: number;
  readonly bfd: boolean;
  readonly bfdSpec:
    | { readonly MinTx: number; readonly MinRx: number; readonly Multiplier: number }
    | undefined;
  readonly trench: Trench;
  readonly bgpAuth: { readonly keyName: string; readonly keySource: string } | undefined;
}

/** All of it, in the order of the file. */
export interface Configuration {
  readonly trench: Trench;
  readonly conduits: readonly Conduit[];
  readonly streams: readonly Stream[];
  readonly flows: readonly Flow[];
  readonly vips: readonly Vip[];
  readonly attractors: readonly Attractor[];
  readonly gateways: readonly Gateway[];
}

/** What a configuration has lists of. */
export const kinds = ['conduits', 'streams', 'flows', 'vips', 'attractors', 'gateways'] as const;

export type Kind = (typeof kinds)[number];
