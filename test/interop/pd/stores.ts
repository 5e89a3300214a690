// Stores that are nobody's of ours (pd-stores): they join a PD, and tell it of regions when they are asked to.

import type { CaseContext } from '../context.ts';
import { PdConsole } from './console.ts';

const JOINED_MS = 30_000;

/** What a round has sent. */
export interface Round {
  readonly heartbeats: number;
  /** Of all regions, as the PD has to show them. */
  readonly digest: string;
}

/** Running stores that have joined. Commands reject with a PdError when the PD has refused something. */
export interface PdStores {
  /** That the PD told them. */
  readonly clusterId: bigint;
  /** Tells of every region; the PD has to show the digest of a round before the next one. */
  round(): Promise<Round>;
  /** Ends the streams; the PD has read them to their ends when this resolves. */
  end(): Promise<{ readonly streams: number }>;
}

/** What may be told of them. */
export interface PdStoresOptions {
  readonly regions?: number;
  /** The member does not lead: they ask it to pass their calls on to the leader that it names. */
  readonly forwarded?: boolean;
}

/** Starts the stores of a new cluster, whose member at `host:port` they talk to; they bootstrap it. */
export async function startPdStores(
  context: CaseContext,
  address: string,
  { regions, forwarded = false }: PdStoresOptions = {},
): Promise<PdStores> {
  const count = regions === undefined ? [] : [`-regions=${regions}`];
  const program = await context.start('pd-stores', [`-pd=${address}`, `-forward=${forwarded}`, ...count]);
  const console = new PdConsole(program);
  const { cluster } = await console.event<{ readonly cluster: string }>('joined', JOINED_MS);
  return {
    clusterId: BigInt(cluster),
    round: () => console.ask('round'),
    end: () => console.ask('end'),
  };
}
