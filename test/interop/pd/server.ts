// PD itself: one node with etcd inside, on ports and in a folder of its own.

import { type GetMembersResponse, PDDefinition } from '@syncline/proto/pdpb.ts';
import { type Connection, connect } from '@syncline/rpc/connect.ts';
import { tempDir } from '@syncline/testkit/temp-dir.ts';
import { until } from '@syncline/testkit/wait.ts';
import type { CaseContext } from '../context.ts';
import { freePort } from '../free-port.ts';

const STARTS = 3;

/** A running pd-server that leads, not bootstrapped. */
export interface PdServer {
  /** `host:port` of its gRPC and HTTP server. */
  readonly address: string;
  readonly clusterId: bigint;
  readonly connection: Connection;
}

/** Starts a pd-server; it has elected itself when this resolves. */
export async function startPdServer(context: CaseContext): Promise<PdServer> {
  for (let start = 1; start <= STARTS; start++) {
    const server = await tryToStart(context);
    if (server !== undefined) return server;
  }
  throw new Error(`pd-server ended ${STARTS} times instead of leading`);
}

/** Undefined when it ended at once, as it does when somebody has taken one of its ports in the meantime. */
async function tryToStart(context: CaseContext): Promise<PdServer | undefined> {
  const [client, peer] = [await freePort(), await freePort()];
  const { path } = context.own(await tempDir('pd-server'));
  const program = await context.start('pd-server', [
    '--name=pd-1',
    `--data-dir=${path}`,
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
  return clusterId === undefined ? undefined : { address, clusterId, connection };
}
