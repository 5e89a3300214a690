// A store for tests, and a process that is to be killed: node proxy-store.fixture.ts <directory> <failpoints> writes three
// connections, one a step.

import { join } from 'node:path';
import { type StorePoint, storeFailpoints } from './failpoints.ts';
import { ProxyStore, type StoreOptions } from './proxy-store.ts';
import type { ConnectionRow } from './rows.ts';

export const place = { trench: 'demo', namespace: 'default', node: 'one' };

export function openStore(
  directory: string,
  options: Partial<StoreOptions> = {},
  failpoint: (point: StorePoint) => void = () => {},
): ProxyStore {
  const file = join(directory, 'proxy.db');
  return new ProxyStore(
    { file, synchronous: 'NORMAL', diskBytes: 1 << 30, busyTimeoutMs: 0, ...options },
    failpoint,
  );
}

/** A row whose connection has so many bytes. */
export function row(id: string, conduit = 'edge', bytes = 10): ConnectionRow {
  return { conduit, id, connection: new Uint8Array(bytes), subnet: 0, src: '[]', dst: '[]', sinceUnixMs: 0 };
}

if (import.meta.main) {
  const [, , directory = '', spec = ''] = process.argv;
  const failpoints = storeFailpoints(spec);
  using store = openStore(directory, {}, (point) => failpoints.hit(point));
  for (const id of ['a', 'b', 'c']) store.commit([{ kind: 'put', row: row(id) }]);
}
