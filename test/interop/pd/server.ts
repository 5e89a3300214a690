// PD itself: one node with etcd inside, on ports and in a folder of its own.

import { type GetMembersResponse, PDDefinition } from '@syncline/proto/pdpb.ts';
import { type Connection, connect } from '@syncline/rpc/connect.ts';
import { readMetric } from '@syncline/testkit/metrics.ts';
import { tempDir } from '@syncline/testkit/temp-dir.ts';
import { until } from '@syncline/testkit/wait.ts';
import type { CaseContext } from '../context.ts';
import { freePort } from '../free-port.ts';
import type { Held } from '../region/member.ts';
import { digestOf } from '../region-digest.ts';

const STARTS = 3;

/** A running pd-server that leads, not bootstrapped. */
export interface PdServer {
  /** `host:port` of its gRPC and HTTP server. */
  readonly address: string;
  readonly clusterId: bigint;
  readonly connection: Connection;
  /** Reads all regions, and at which index its syncer is. */
  held(): Promise<Held>;
  /** Kills it and starts it on its folder and its ports; it leads again when this resolves. */
  crash(): Promise<PdServer>;
  /** The same with a stop in place of a kill: all regions are on its disk then, of its index only whole hundreds. */
  restart(): Promise<PdServer>;
}

/** Where a pd-server listens, and what it keeps. */
interface Place {
  readonly client: number;
  readonly peer: number;
  readonly folder: string;
}

/** Starts a pd-server; it has elected itself when this resolves. */
export async function startPdServer(context: CaseContext): Promise<PdServer> {
  for (let start = 1; start <= STARTS; start++) {
    const { path: folder } = context.own(await tempDir('pd-server'));
    const server = await tryToStart(context, { client: await freePort(), peer: await freePort(), folder });
    if (server !== undefined) return server;
  }
  throw new Error(`pd-server ended ${STARTS} times instead of leading`);
}

/** Undefined when it ended at once, as it does when somebody has taken one of its ports in the meantime. */
async function tryToStart(context: CaseContext, place: Place): Promise<PdServer | undefined> {
  const { client, peer, folder } = place;
  const program = await context.start('pd-server', [
    '--name=pd-1',
    `--data-dir=${folder}`,
    `--client-urls=http://127.0.0.1:${client}`,
    `--peer-urls=http://127.0.0.1:${peer}`,
    `--initial-cluster=pd-1=http://127.0.0.1:${peer}`,
    '--log-level=error',
  ]);
  let ended = false;
  void program.exited.then(() => {
    ended = true;
  });
  const address = `127.0.0.1:${client}`;
  const connection = context.own(connect(address, { security: { kind: 'plaintext' }, maxReceiveBytes: -1 }));
  const pd = connection.client(PDDefinition);
  const leads = ({ leader, header }: GetMembersResponse) =>
    leader?.name === 'pd-1' && header !== undefined && header.clusterId !== 0n;
  const members = await until(async () => (ended ? undefined : await pd.getMembers({})), {
    deadlineMs: 30_000,
    everyMs: 100,
    describe: 'pd-server leading',
    accept: (answer) => ended || (answer !== undefined && leads(answer)),
  });
  const clusterId = members?.header?.clusterId;
  if (clusterId === undefined) return undefined;
  const again = async (signal: NodeJS.Signals): Promise<PdServer> => {
    connection[Symbol.dispose]();
    program.kill(signal);
    await program.exited;
    const started = await tryToStart(context, place);
    if (started === undefined) throw new Error('pd-server ended instead of leading again');
    return started;
  };
  return {
    address,
    clusterId,
    connection,
    async held() {
      const { regions } = await pd.scanRegions({ header: { clusterId } });
      const newest = await readMetric(client, 'pd_region_syncer_status', { type: 'sync_index' });
      return { digest: digestOf(regions), regions: regions.length, index: newest + 1 };
    },
    crash: () => again('SIGKILL'),
    restart: () => again('SIGTERM'),
  };
}
