// The streams of the example trench, which are opened through the tap, and how each of them stands.

import { type Stream, TapDefinition } from '@syncline/proto/ambassador.ts';
import {
  type StreamDump,
  StreamState,
  TapAdminServiceDefinition,
  type TapDump,
} from '@syncline/proto/tap-admin.ts';
import type { Connection } from '@syncline/rpc/connect.ts';
import { plainName } from 'syncline/enum-name.ts';
import { tableText } from 'syncline/print.ts';

/** The trench of deploy/examples/demo.yaml. */
export const demoTrench = 'demo';

const demoStreams = [
  ['web', 'edge'],
  ['dns', 'edge'],
  ['api', 'core'],
] as const;

/** Opens them, as an application would. One that is open stays so. */
export async function openStreams(connection: Connection, signal: AbortSignal): Promise<void> {
  const tap = connection.client(TapDefinition);
  const trench = { name: demoTrench };
  const streams = demoStreams.map(
    ([name, conduit]): Stream => ({ name, conduit: { name: conduit, trench } }),
  );
  await Promise.all(streams.map((stream) => tap.open(stream, { signal })));
}

/** What the tap says of itself whenever it changes, until the signal aborts. */
export async function* watchTap(
  connection: Connection,
  signal: AbortSignal,
): AsyncGenerator<TapDump, void, undefined> {
  const watched = connection.client(TapAdminServiceDefinition).watchDump({ intervalMs: 250 }, { signal });
  for await (const { dump } of watched) if (dump !== undefined) yield dump;
}

/** Whether a target stands behind every one of them. */
export function areOpen(dump: TapDump | undefined): boolean {
  const open = dump?.streams.filter(({ state }) => state === StreamState.OPEN) ?? [];
  return open.length >= demoStreams.length;
}

/** What a stream is called: `web.edge.demo`. */
export function streamName({ name, conduit }: StreamDump): string {
  return `${name}.${conduit}.${demoTrench}`;
}

/** What it does: `open`, or `unavailable, …` with the reason. */
export function streamState({ state, reason }: StreamDump): string {
  return [plainName(StreamState, state), ...(reason === '' ? [] : [reason])].join(', ');
}

/** The streams as a table, its head first. */
export function streamTable(dump: TapDump | undefined): readonly string[] {
  const head = ['STREAM', 'STATE', 'TARGET', 'ADDRESSES'];
  const rows = dump?.streams.map((stream) => {
    const { identifier, registeredIps } = stream;
    return [
      streamName(stream),
      streamState(stream),
      identifier === 0 ? '' : String(identifier),
      registeredIps.join(' '),
    ];
  });
  return tableText(
    head,
    rows ?? demoStreams.map(([name, conduit]) => [`${name}.${conduit}.${demoTrench}`, 'starting', '', '']),
  ).split('\n');
}
