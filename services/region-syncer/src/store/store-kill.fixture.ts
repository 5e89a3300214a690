// A process that is to be killed: node store-kill.fixture.ts <directory> <failpoints> takes the steps of the script.

import { indexOf } from '../log/index.ts';
import { chunkOf, runOf } from '../log/run.fixture.ts';
import { storeFailpoints } from './failpoints.ts';
import type { RegionStore } from './region-store.ts';
import { identity, openStore } from './store.fixture.ts';

const piece = (record: number) => (store: RegionStore) =>
  store.putGeneration([{ regions: 2, bytes: runOf([record, record + 1]) }]);
const append = (first: number, count: number) => (store: RegionStore) =>
  void store.append([chunkOf(first, count)]);

/** One call each. */
export const killedScript: readonly ((store: RegionStore) => void)[] = [
  (store) => void store.identify(identity),
  (store) => void store.startTerm(0),
  append(indexOf(1, 0), 15),
  append(indexOf(1, 15), 15),
  (store) => store.beginGeneration(),
  piece(indexOf(1, 20)),
  append(indexOf(1, 30), 10),
  piece(indexOf(1, 25)),
  (store) => store.flip({ kind: 'checkpoint', index: indexOf(1, 30) }),
  (store) => void store.startTerm(0),
  append(indexOf(2, 0), 25),
  (store) => void store.trim({ records: 30, bytes: 2 ** 30, pinnedBytes: 0 }, [], indexOf(2, 0)),
  (store) => store.beginGeneration(),
  piece(3),
  (store) =>
    store.flip({
      kind: 'snapshot',
      index: indexOf(4, 9),
      regions: 1,
      source: { kind: 'ours', member: 5n },
      lineage: [{ term: 4, end: indexOf(4, 9) }],
      term: 4,
    }),
  append(indexOf(4, 9), 3),
];

if (import.meta.main) {
  const [, , directory = '', spec = ''] = process.argv;
  const failpoints = storeFailpoints(spec);
  using store = openStore(directory, {}, (point) => failpoints.hit(point));
  for (const step of killedScript) step(store);
}
