// The entry of the store's thread.

import { serveStore } from '@syncline/sqlite/store-worker.ts';
import { storeFailpoints } from './failpoints.ts';
import { IpamStore } from './ipam-store.ts';
import type { StoreThreadOptions } from './open-ipam-store.ts';

serveStore(({ failpoints, ...options }: StoreThreadOptions) => {
  const armed = storeFailpoints(failpoints);
  return new IpamStore(options, (point) => armed.hit(point));
});
