import { setImmediate as turn } from 'node:timers/promises';
import { systemClock as clock } from '@syncline/runtime/clock.ts';
import { ConflatingMailbox } from '@syncline/runtime/conflating-mailbox.ts';
import { Liveness } from '@syncline/runtime/liveness.ts';
import { createLogger } from '@syncline/telemetry/logger.ts';
import { until } from '@syncline/testkit/wait.ts';
import { conduitMessage, streamMessage } from '@syncline/trench/wire-name.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { FlowRow } from '../flow/flow.ts';
import { parsePacket } from '../packet/packet.ts';
import { DataPlane } from './data-plane.ts';
import { Keeper } from './keeper.ts';
import { NotFilledError, UnknownConduitError } from './lookup-errors.ts';
import { type ListKind, listKinds, type NspList } from './nsp-list.ts';
import { Refusals } from './refusals.ts';

const edge = { trench: 'demo', conduit: 'edge' };
const [web, dns] = [
  { ...edge, stream: 'web' },
  { ...edge, stream: 'dns' },
];

const conduits: NspList = { kind: 'conduits', rows: [conduitMessage(edge)] };
const streamsOf = (...maxTargets: number[]): NspList => ({
  kind: 'streams',
  rows: [web, dns].slice(0, maxTargets.length).map((name, i) => ({
    ...streamMessage(name),
    maxTargets: maxTargets[i] ?? 0,
  })),
});
const flow = (stream: typeof web, port: string): FlowRow => ({
  name: `${stream.stream}-flow`,
  priority: 1,
  stream: streamMessage(stream),
  sourceSubnets: [],
  destinationPortRanges: [port],
  sourcePortRanges: [],
  protocols: [],
  vips: [{ address: '20.0.0.1/32' }],
  byteMatches: [],
});
const flows: NspList = { kind: 'flows', rows: [flow(web, '80'), flow(dns, '53')] };
const targetsOf = (...identifiers: number[]): NspList => ({
  kind: 'targets',
  rows: identifiers.map((id) => ({
    ips: [`172.16.0.${id % 250}/24`],
    context: { identifier: String(id) },
    stream: streamMessage(web),
  })),
});
const packet = (destinationPort: number) =>
  parsePacket({
    sourceIp: '10.0.0.1',
    destinationIp: '20.0.0.1',
    protocol: 'tcp',
    sourcePort: 1,
    destinationPort,
    payload: new Uint8Array(),
  });

let plane: DataPlane;
let lists: ConflatingMailbox<ListKind, NspList>;
let keeper: Keeper;
let stop: AbortController;
let over: Promise<unknown>;

beforeEach(() => {
  plane = new DataPlane();
  lists = new ConflatingMailbox({ name: 'nsp lists', capacity: listKinds.length });
  stop = new AbortController();
  const logger = createLogger({ service: 'test', instance: 'test', level: 'silent' });
  const limits = { maxStreams: 10, maxSlots: 5_000_000, maxFlows: 100, sliceMs: 1, workMs: 60_000 };
  keeper = new Keeper({ plane, lists, refusals: new Refusals(logger), limits, clock });
  over = keeper.run(new Liveness(clock).watch('keeper'), stop.signal).catch((error: unknown) => error);
});

afterEach(async () => {
  stop.abort(new Error('the test is over'));
  expect(await over).toBe(stop.signal.reason);
});

const tell = (...told: readonly NspList[]) => told.forEach((list) => lists.offer(list.kind, list));
const settled = () =>
  until(() => lists.depth === 0 && keeper.pendingTables === 0 && plane.isFilled, {
    deadlineMs: 10_000,
    describe: 'the data plane as told',
  }).then(() => turn());

test('before everything was told there is no answer, in whatever order it comes', async () => {
  for (const list of [targetsOf(1), flows, conduits]) {
    tell(list);
    await turn();
    await turn();
    expect(() => plane.lookup(edge, packet(80))).toThrow(NotFilledError);
  }
  tell(streamsOf(10, 10));
  await settled();
  expect(plane.lookup(edge, packet(80))).toMatchObject({
    kind: 'forwarded',
    flow: { name: 'web-flow' },
    member: { target: { identifier: 1 } },
  });
});

test('a packet without a flow, and one whose stream has no target or is not there, are dropped', async () => {
  tell(conduits, streamsOf(10), flows, targetsOf(1));
  await settled();
  expect(plane.lookup(edge, packet(81))).toEqual({ kind: 'no flow' });
  expect(plane.lookup(edge, packet(53))).toMatchObject({ kind: 'no target', flow: { name: 'dns-flow' } });
  tell(targetsOf());
  await settled();
  await until(() => plane.available.value.length === 0, { deadlineMs: 5_000, describe: 'no stream' });
  expect(plane.lookup(edge, packet(80))).toMatchObject({ kind: 'no target', flow: { name: 'web-flow' } });
  expect(plane.drops).toEqual({ noFlow: 1, noTarget: 2 });
  expect(() => plane.lookup({ ...edge, conduit: 'core' }, packet(80))).toThrow(UnknownConduitError);
});

test('targets beyond a smaller max-targets are refused, and come back with a larger one', async () => {
  tell(conduits, streamsOf(10), flows, targetsOf(1, 7));
  await settled();
  const members = () => [...plane.streams].flatMap(({ live }) => [...(live?.members.keys() ?? [])]);
  expect(members()).toEqual([1, 7]);
  tell(streamsOf(5));
  await until(() => members().length === 1, { deadlineMs: 5_000, describe: 'one target' });
  tell(streamsOf(10));
  await until(() => members().length === 2, { deadlineMs: 5_000, describe: 'both targets' });
});

test('lists that a newer one replaced are counted, and every list is accounted for', async () => {
  tell(conduits, streamsOf(10), flows, targetsOf(1), targetsOf(1, 2), targetsOf(3));
  await settled();
  expect(keeper.counts('targets')).toEqual({ applied: 1, superseded: 2 });
  expect(keeper.counts('flows')).toEqual({ applied: 1, superseded: 0 });
});

test('lists that keep coming do not keep the tables as they are, and lookups go on meanwhile', async () => {
  tell(conduits, streamsOf(10_000), flows, targetsOf(1));
  await settled();
  let answered = 0;
  let seen = 0;
  for (let id = 2; seen < 3; id++) {
    const before = plane.changes.value;
    tell(targetsOf(1, id));
    await turn();
    if (plane.lookup(edge, packet(80)).kind === 'forwarded') answered++;
    if (plane.changes.value > before) seen++;
  }
  expect(answered).toBeGreaterThan(3);
});

test('the streams that have a target are told when they change, and not again when they do not', async () => {
  const told: string[][] = [];
  const follow = async () => {
    for await (const streams of plane.available.values(stop.signal))
      told.push(streams.map((s) => s.name.stream));
  };
  const followed = follow().catch(() => {});
  tell(conduits, streamsOf(10, 10), flows, targetsOf(1));
  await settled();
  tell(targetsOf(1, 2));
  await until(() => keeper.counts('targets').applied === 2, { deadlineMs: 5_000, describe: 'two targets' });
  tell(targetsOf());
  await until(() => told.length === 3, { deadlineMs: 5_000, describe: 'no stream' });
  expect(told).toEqual([[], ['web'], []]);
  stop.abort(new Error('enough'));
  await followed;
});
