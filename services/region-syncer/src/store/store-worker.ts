// The entry of the store's thread.

import { serveStore } from '@syncline/sqlite/store-worker.ts';
import { storeFailpoints } from './failpoints.ts';
import type { StoreThreadOptions } from './open-region-store.ts';
import { RegionStore } from './region-store.ts';

serveStore(({ failpoints, ...options }: StoreThreadOptions) => {
  const armed = storeFailpoints(failpoints);
  return new RegionStore(options, (point) => armed.hit(point));
});
