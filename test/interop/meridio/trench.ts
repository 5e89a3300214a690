// All that a tap lives with, as real processes: NSP, IPAM, proxy and any number of taps, on the trench `demo`.

import { type Fault, ProxyAdminServiceDefinition } from '@syncline/proto/proxy-admin.ts';
import { TapAdminServiceDefinition, type TapDump } from '@syncline/proto/tap-admin.ts';
import { connect } from '@syncline/rpc/connect.ts';
import type { Service } from '@syncline/testkit/service.ts';
import type { CaseContext } from '../context.ts';
import { type Flags, meridio } from './client.ts';
import { demoConfiguration, Nsp, variables } from './nsp.ts';

type Settings = Readonly<Record<string, string>>;
type FaultKind = NonNullable<Fault['kind']>;

/** What differs from a trench with one tap. Settings are without what those of the service begin with. */
export interface TrenchOptions {
  readonly taps?: number;
  readonly nsp?: Settings;
  readonly tap?: Settings;
  /** Changes the configuration of the trench `demo`. */
  readonly configuration?: (demo: string) => string;
}

/** What `meridio history` says of a history that breaks no rule; see meridio/history/report.go. */
export interface HistorySummary {
  readonly opens: number;
  readonly closes: number;
  readonly refused: number;
  readonly watches: number;
  readonly lists: number;
  readonly registry: number;
  /** How many Opens were seen to come to a status, by status. */
  readonly reached: Readonly<Record<string, number>>;
  readonly slowest_call_ms: number;
  readonly slowest_open_ms: number;
  readonly most_targets: number;
}

/** Streams of the trench `demo`: two of one conduit, one of another. */
export const demoStreams = ['web.edge.demo', 'dns.edge.demo', 'api.core.demo'] as const;

const security = { kind: 'plaintext' } as const;

/** A running trench. */
export class Trench {
  readonly nsp: Nsp;
  readonly ipam: Service;
  readonly proxy: Service;
  readonly taps: readonly Service[];
  readonly #context: CaseContext;

  /** Starts one; all its processes serve when this resolves. */
  static async start(context: CaseContext, options: TrenchOptions = {}): Promise<Trench> {
    const configuration = (options.configuration ?? ((demo) => demo))(await demoConfiguration());
    const nsp = await Nsp.start(context, options.nsp, configuration);
    const ipam = await context.startOfTrench('ipam', { env: variables('IPAM', { NSP: nsp.address }) });
    const proxy = await context.startOfTrench('proxy', { env: variables('PROXY', { IPAM: ipam.address }) });
    const neighbours = { NSP: nsp.address, PROXY: proxy.address };
    const taps = await Promise.all(
      Array.from({ length: options.taps ?? 1 }, (_, n) =>
        context.startOfTrench('tap', {
          env: variables('TAP', { ...neighbours, NAME: `pod-${n + 1}`, REFRESH: '1s', ...options.tap }),
        }),
      ),
    );
    return new Trench(context, { nsp, ipam, proxy, taps });
  }

  private constructor(context: CaseContext, of: Pick<Trench, 'nsp' | 'ipam' | 'proxy' | 'taps'>) {
    this.#context = context;
    this.nsp = of.nsp;
    this.ipam = of.ipam;
    this.proxy = of.proxy;
    this.taps = of.taps;
  }

  /** The address of the first tap. */
  get tap(): string {
    const [first] = this.taps;
    if (first === undefined) throw new Error('the trench has no tap');
    return first.address;
  }

  /** Opens, watches and closes at random on every tap; fails with the history when it breaks a rule. */
  async history(flags: Flags, streams: readonly string[] = demoStreams): Promise<HistorySummary> {
    const [said] = await meridio(this.#context, 'history', this.flags(flags), ...streams);
    return (said as { summary: HistorySummary }).summary;
  }

  /** Flags of `meridio history` on all that is here, and others. */
  flags(others: Flags): Flags {
    const tap = this.taps.map(({ address }) => address);
    return { tap, nsp: this.nsp.address, proxy: this.proxy.address, ...others };
  }

  /** Makes the proxy misbehave until `heal`, on one conduit or on all. */
  async fault(kind: FaultKind, conduit?: string): Promise<void> {
    using connection = connect(this.proxy.address, { security });
    await connection.client(ProxyAdminServiceDefinition).setFault({
      fault: { kind },
      ...(conduit !== undefined && { conduit: { trench: 'demo', conduit } }),
    });
  }

  /** Ends all faults of the proxy. */
  async heal(): Promise<void> {
    using connection = connect(this.proxy.address, { security });
    await connection.client(ProxyAdminServiceDefinition).clearFaults({});
  }

  /** Gives the connections of a conduit other addresses. */
  async changeSubnet(conduit: string): Promise<void> {
    using connection = connect(this.proxy.address, { security });
    await connection
      .client(ProxyAdminServiceDefinition)
      .changeSubnet({ conduit: { trench: 'demo', conduit } });
  }

  /** What the first tap says of itself. */
  dump(): Promise<TapDump> {
    return dumpOf(this.tap);
  }

  /** What each tap says of itself. */
  async dumps(): Promise<readonly TapDump[]> {
    return await Promise.all(this.taps.map(({ address }) => dumpOf(address)));
  }
}

async function dumpOf(tap: string): Promise<TapDump> {
  using connection = connect(tap, { security });
  const { dump } = await connection.client(TapAdminServiceDefinition).dump({});
  if (dump === undefined) throw new Error('Dump answered without a dump');
  return dump;
}
