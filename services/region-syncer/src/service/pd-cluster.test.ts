import { NodeState, StoreState } from '@syncline/proto/metapb.ts';
import { ErrorType } from '@syncline/proto/pdpb.ts';
import { Status } from 'nice-grpc-common';
import { expect, test } from 'vitest';
import { refusal } from './world/refusal.ts';
import { firstRegion, type ServiceWorld, startServices } from './world/service-world.ts';

const store = { id: 1n, address: 's1' };
const id = 9223372036854775815n;

type Bootstrap = Parameters<ServiceWorld['pd']['bootstrap']>[0];

const wrong: [string, Bootstrap, string][] = [
  ['no store', { region: firstRegion }, `missing store meta for bootstrap ${id}`],
  ['store 0', { store: { address: 's1' }, region: firstRegion }, 'invalid zero store id'],
  ['no region', { store }, `missing region meta for bootstrap ${id}`],
  [
    'a start key',
    { store, region: { ...firstRegion, startKey: Buffer.from('a') } },
    `invalid first region key range, must all be empty for bootstrap ${id}`,
  ],
  [
    'an end key',
    { store, region: { ...firstRegion, endKey: Buffer.from('a') } },
    `invalid first region key range, must all be empty for bootstrap ${id}`,
  ],
  ['region 0', { store, region: { ...firstRegion, id: 0n } }, 'invalid zero region id'],
  [
    'no peer',
    { store, region: { ...firstRegion, peers: [] } },
    `invalid first region peer count 0, must be 1 for bootstrap ${id}`,
  ],
  [
    'two peers',
    { store, region: { ...firstRegion, peers: [...firstRegion.peers, ...firstRegion.peers] } },
    `invalid first region peer count 2, must be 1 for bootstrap ${id}`,
  ],
  [
    'a peer elsewhere',
    { store, region: { ...firstRegion, peers: [{ id: 2n, storeId: 5n }] } },
    `invalid peer store id 5 != 1 for bootstrap ${id}`,
  ],
  ['peer 0', { store, region: { ...firstRegion, peers: [{ storeId: 1n }] } }, 'invalid zero peer id'],
];

test('what a cluster cannot begin with is UNKNOWN in the header, in PD’s words, and changes nothing', async () => {
  await using world = await startServices('leader');
  const { pd, header, member } = world;
  for (const [, request, message] of wrong) {
    const answer = await pd.bootstrap({ header, ...request });
    expect(answer.header?.error).toEqual({ type: ErrorType.UNKNOWN, message });
  }
  expect((await pd.isBootstrapped({ header })).bootstrapped).toBe(false);
  expect(member.regions.size).toBe(0);
});

test('a cluster begins once, also when two begin it at once', async () => {
  await using world = await startServices('leader');
  const { pd, header, member } = world;
  const request = { header, store, region: firstRegion };
  const other = { header, store: { id: 4n, address: 's4' }, region: { ...firstRegion, id: 3n } };
  other.region.peers = [{ id: 2n, storeId: 4n }];
  const answers = await Promise.all([pd.bootstrap(request), pd.bootstrap(other), pd.bootstrap(request)]);
  expect(answers.map((answer) => answer.header?.error?.type)).toEqual([
    undefined,
    ErrorType.ALREADY_BOOTSTRAPPED,
    ErrorType.ALREADY_BOOTSTRAPPED,
  ]);
  expect(answers[1]?.header?.error?.message).toBe('cluster is already bootstrapped');
  const { stores } = await pd.getAllStores({ header });
  expect(stores.map((each) => each.id)).toEqual([1n]);
  expect(member.regions.find(1, 0)).not.toBe(-1);
  expect(member.regions.size).toBe(1);
});

test('ids are given out once: the last of a batch is told, and its count when it is more than one', async () => {
  await using world = await startServices('leader');
  const { pd, header } = world;
  const first = await pd.allocID({ header });
  expect([first.id, first.count]).toEqual([1n, 0]);
  const counts = [7, 1, 4_000, 0];
  const batches = await Promise.all(counts.map((count) => pd.allocID({ header, count })));
  expect(batches.map(({ count }) => count)).toEqual([7, 0, 4_000, 0]);
  const given = batches.flatMap(({ id: last, count }) =>
    Array.from({ length: count || 1 }, (_, i) => last - BigInt(i)),
  );
  expect(new Set([1n, ...given]).size).toBe(1 + 7 + 1 + 4_000 + 1);
});

test('where another leader began the cluster, its ids and stores are not known: none are given, and it does not begin anew', async () => {
  await using world = await startServices('leader');
  const { pd, header, member } = world;
  const bootstrap = { header, store, region: firstRegion };
  member.replace([1n, '', 'm'], [2n, 'm', '']);
  for (const refused of [pd.allocID({ header }), pd.bootstrap(bootstrap)])
    await expect(refused).rejects.toMatchObject({
      code: Status.FAILED_PRECONDITION,
      details:
        'this member has 2 regions of a cluster that another leader began, and cannot know its stores and ids',
    });
  expect(member.regions.size).toBe(2);
  // What a bootstrap leaves that was cut short.
  member.replace([1n, '', '']);
  expect(await pd.allocID({ header })).toMatchObject({ id: 1n });
  expect((await pd.bootstrap(bootstrap)).header?.error).toBeUndefined();
});

test('a store is put, shown, changed and hidden when it is gone', async () => {
  await using world = await startServices('leader');
  await world.bootstrap();
  const { pd, header } = world;
  const labels = [
    { key: 'zone', value: 'a' },
    { key: 'disk', value: 'ssd' },
  ];
  const put = await pd.putStore({ header, store: { id: 7n, address: 's7', version: '8.5.0', labels } });
  expect(put.header?.error).toBeUndefined();
  const said = {
    id: 7n,
    address: 's7b',
    version: '8.5.1',
    state: StoreState.Offline,
    labels: [
      { key: 'ZONE', value: 'b' },
      { key: 'disk', value: '' },
      { key: 'rack', value: 'r1' },
    ],
  };
  await pd.putStore({ header, store: said });
  expect((await pd.getStore({ header, storeId: 7n })).store).toMatchObject({
    address: 's7b',
    version: '8.5.1',
    state: StoreState.Up,
    labels: [
      { key: 'zone', value: 'b' },
      { key: 'rack', value: 'r1' },
    ],
  });

  await pd.putStore({ header, store: { id: 8n, address: 's8', nodeState: NodeState.Removed } });
  await pd.putStore({ header, store: { id: 9n, address: 's8' } });
  const all = await pd.getAllStores({ header });
  expect(all.stores.map((each) => each.id)).toEqual([1n, 7n, 8n, 9n]);
  const present = await pd.getAllStores({ header, excludeTombstoneStores: true });
  expect(present.stores.map((each) => each.id)).toEqual([1n, 7n, 9n]);
});

test('a store that is refused: its field or PD’s words say why', async () => {
  await using world = await startServices('leader');
  await world.bootstrap();
  const { pd, header } = world;
  await pd.putStore({ header, store: { id: 2n, address: 's2', peerAddress: 'p2', version: '8.5.0' } });
  await pd.putStore({ header, store: { id: 8n, address: 's8', state: StoreState.Tombstone } });
  const refused = async (given: object) => (await pd.putStore({ header, store: given })).header?.error;
  expect(await refused({ id: 3n, address: 's2', version: 'v' })).toEqual({
    type: ErrorType.UNKNOWN,
    message:
      'duplicated store address: id:3 address:"s2" version:"v", already registered by id:2 address:"s2" version:"8.5.0"',
  });
  expect((await refused({ id: 3n, address: 'p2' }))?.message).toMatch(/^duplicated store address: /);
  expect((await refused({ id: 3n, address: 's3', peerAddress: 's2' }))?.message).toMatch(
    /^duplicated store peer address: id:3 /,
  );
  expect(await refused({ address: 's3' })).toEqual({
    type: ErrorType.UNKNOWN,
    message: 'invalid put store: id is 0',
  });
  expect(await refused({ id: 8n, address: 's8' })).toEqual({
    type: ErrorType.STORE_TOMBSTONE,
    message: 'store is tombstone',
  });
  expect(await refusal(pd.putStore({ header }))).toBe('INVALID_ARGUMENT: store: it is required');
  expect((await pd.getStore({ header, storeId: 3n })).header?.error).toEqual({
    type: ErrorType.UNKNOWN,
    message: 'invalid store ID 3, not found',
  });
});

test('the last heartbeat of a store is kept', async () => {
  await using world = await startServices('leader');
  await world.bootstrap();
  const { pd, header } = world;
  const beat = (storeId: bigint) => pd.storeHeartbeat({ header, stats: { storeId, regionCount: 5 } });
  expect((await pd.getStore({ header, storeId: 1n })).stats).toBeUndefined();
  expect((await beat(1n)).header?.error).toBeUndefined();
  const seen = await pd.getStore({ header, storeId: 1n });
  expect(seen.stats).toMatchObject({ storeId: 1n, regionCount: 5 });
  expect(seen.store?.lastHeartbeat).toBeGreaterThan(1_600_000_000_000_000_000n);
  expect((await beat(6n)).header?.error).toEqual({ type: ErrorType.UNKNOWN, message: 'store 6 not found' });
  await pd.putStore({ header, store: { id: 8n, address: 's8', state: StoreState.Tombstone } });
  expect((await beat(8n)).header?.error?.type).toBe(ErrorType.STORE_TOMBSTONE);
  expect(await refusal(pd.storeHeartbeat({ header }))).toBe(
    'INVALID_ARGUMENT: stats: invalid store heartbeat command: the statistics are required',
  );
  expect((await pd.reportMinResolvedTS({ header, storeId: 1n })).header?.error).toBeUndefined();
});
